"""The end of the log of what happened."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.adapters.store import Store
from app.adapters.store.root import MARKER
from app.core.errors import StoreUnavailable

NOW = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)


def test_the_newest_comes_first(store: Store) -> None:
    assert store.logs.tail("sayno", 3) == []
    for number in range(5):
        store.logs.event("sayno", NOW, "SYNCED", f"p{number}")
    assert store.logs.tail("sayno", 3) == [f"2026-11-20T06:04:05Z SYNCED p{number}" for number in (4, 3, 2)]
    assert len(store.logs.tail("sayno", 99)) == 5
    assert store.logs.tail("sayno", 0) == []


def test_a_line_that_is_being_written_is_none_yet(store: Store) -> None:
    store.logs.event("sayno", NOW, "SYNCED", "p0")
    path = store.root.path / "sayno/logs/processor.log"
    with path.open("ab") as file:
        file.write(b"2026-11-20T06:04:06Z SYN")
    assert store.logs.tail("sayno", 3) == ["2026-11-20T06:04:05Z SYNCED p0"]


def test_a_long_log_is_not_read_from_its_beginning(store: Store) -> None:
    path = store.root.path / "sayno/logs/processor.log"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(b"%07d %s\n" % (number, b"x" * 500) for number in range(4000)))
    assert [line[:7] for line in store.logs.tail("sayno", 4)] == ["0003999", "0003998", "0003997", "0003996"]
    path.write_bytes(b"a\n" + b"x" * 9000 + b"\nb\n")
    assert store.logs.tail("sayno", 2)[0] == "b"
    assert all(set(line) <= {"a", "b"} for line in store.logs.tail("sayno", 2))


def test_a_store_that_is_gone_has_no_empty_log(store: Store) -> None:
    (store.root.path / MARKER).unlink()
    with pytest.raises(StoreUnavailable):
        store.logs.tail("sayno", 3)
