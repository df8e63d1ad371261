"""The log of what happened: whole lines from any number of processes, and every notification as received."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.adapters.store import Store
from app.adapters.store.state.logs import LARGEST_LOG
from app.core.errors import StoreUnavailable
from tests.support import child

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def log(store: Store, campaign: str = "sayno") -> Path:
    return store.root.path / campaign / "logs/processor.log"


def notifications(store: Store) -> dict[str, bytes]:
    return {
        str(path.relative_to(store.root.path)): path.read_bytes()
        for path in store.root.path.rglob("*.json*")
        if path.is_file()
    }


def test_an_event_is_a_line_of_the_campaign(store: Store) -> None:
    store.logs.event("sayno", NOW, "SYNCED", "a/b", "version 5 without an address")
    store.logs.event("sayno", NOW, "DELETED", "a/b")
    assert log(store).read_text() == (
        "2024-05-06T07:08:09Z SYNCED a/b version 5 without an address\n2024-05-06T07:08:09Z DELETED a/b\n"
    )


@given(st.text())
@example("two\nlines")
@example("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_event_is_one_line_whatever_is_in_its_detail(store: Store, detail: str) -> None:
    log(store).unlink(missing_ok=True)
    store.logs.event("sayno", NOW, "ERROR", "p", detail)
    [line] = log(store).read_text().splitlines()
    assert line.startswith("2024-05-06T07:08:09Z ERROR p")


def test_half_a_character_in_a_detail_does_not_keep_the_line_from_the_log(store: Store) -> None:
    store.logs.event("sayno", NOW, "ERROR", "p", "odd file \udcff")
    assert log(store).read_text() == "2024-05-06T07:08:09Z ERROR p odd file \\udcff\n"


def test_a_log_that_has_grown_large_is_put_away_where_the_line_of_a_person_is_still_found(store: Store) -> None:
    store.logs.event("sayno", NOW, "SYNCED", "ann")
    with log(store).open("ab") as file:
        file.write((b"x" * 999 + b"\n") * (LARGEST_LOG // 1000))
    store.logs.event("sayno", NOW, "SYNCED", "ben")
    store.logs.event("sayno", NOW, "DELETED", "ann")
    away = log(store).with_name("processor.20240506T070809Z.log")
    assert sorted(log(store).parent.glob("*")) == [away, log(store)]
    assert away.read_bytes().startswith(b"2024-05-06T07:08:09Z SYNCED ann\n")
    assert log(store).read_text() == "2024-05-06T07:08:09Z SYNCED ben\n2024-05-06T07:08:09Z DELETED ann\n"
    assert store.logs.purge("sayno", lambda line: " ann" in line, lambda raw: False).lines_removed == 2
    assert b" ann" not in away.read_bytes() + log(store).read_bytes()


def test_the_holder_of_a_photos_lock_can_write_to_the_log(store: Store) -> None:
    # 300 photos and 256 lock files: some of the photos share one with the log
    for number in range(300):
        with store.photos.lock(f"p{number}"):
            store.logs.event("sayno", NOW, "SYNCED", f"p{number}")
    assert len(log(store).read_text().splitlines()) == 300


def test_eight_processes_lose_and_tear_no_line(store: Store) -> None:
    writers = [
        child.start(
            """
            import sys
            from datetime import UTC, datetime
            from pathlib import Path
            from app.adapters.store import Store
            store, writer = Store(Path(sys.argv[1])), sys.argv[2]
            for number in range(200):
                store.logs.event("sayno", datetime.now(UTC), "SYNCED", f"{writer}/{number}", "x" * (number * 7))
            """,
            store.root.path,
            writer,
        )
        for writer in range(8)
    ]
    for writer in writers:
        writer.communicate(timeout=300)
        assert writer.returncode == 0
    lines = log(store).read_text().splitlines()
    found = [re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ SYNCED (\d)/(\d+)((?: x+)?)", line) for line in lines]
    seen = [(int(one[1]), int(one[2])) for one in found if one and len(one[3].strip()) == int(one[2]) * 7]
    assert sorted(seen) == [(writer, number) for writer in range(8) for number in range(200)]
    for one in range(8):
        assert [number for who, number in seen if who == one] == list(range(200))


def test_a_notification_is_filed_under_its_day_as_it_came(store: Store) -> None:
    raw = b'{ "public_id" : "a/b", "odd": "\xff" }\n'
    store.logs.notification("sayno", NOW, "approved", "a/b", raw)
    store.logs.notification(None, NOW, "delete", "c", b"{}")
    assert notifications(store) == {
        "sayno/logs/webhooks/20240506/070809.approved.a+b.json": raw,
        ".unfiled/20240506/070809.delete.c.json": b"{}",
    }


def test_different_notifications_of_one_second_are_all_kept_and_the_same_one_once(store: Store) -> None:
    for number in (1, 2, 3, 2, 1, 4):
        store.logs.notification("sayno", NOW, "approved", "p", b"%d" % number)
    assert notifications(store) == {
        "sayno/logs/webhooks/20240506/070809.approved.p.json": b"1",
        "sayno/logs/webhooks/20240506/070809.approved.p.2.json": b"2",
        "sayno/logs/webhooks/20240506/070809.approved.p.3.json": b"3",
        "sayno/logs/webhooks/20240506/070809.approved.p.4.json": b"4",
    }


def test_processes_that_file_in_the_same_second_keep_all(store: Store) -> None:
    writers = [
        child.start(
            """
            import sys
            from datetime import UTC, datetime
            from pathlib import Path
            from app.adapters.store import Store
            store = Store(Path(sys.argv[1]))
            for number in range(10):
                raw = f"{sys.argv[2]} {number}".encode()
                store.logs.notification("sayno", datetime(2024, 5, 6, tzinfo=UTC), "approved", "p", raw)
            """,
            store.root.path,
            writer,
        )
        for writer in range(3)
    ]
    for writer in writers:
        writer.communicate(timeout=300)
        assert writer.returncode == 0
    assert sorted(notifications(store).values()) == sorted(b"%d %d" % (w, n) for w in range(3) for n in range(10))


def test_the_longest_names_can_be_filed(store: Store) -> None:
    for number in range(3):
        store.logs.notification("sayno", NOW, "x" * 32, "y" * 200, b"%d" % number)
    assert len(notifications(store)) == 3


def test_what_cannot_be_filed_is_the_stores_failure(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        store.logs.notification("sayno", NOW, "x" * 256, "p", b"{}")
    (store.root.path / ".unfiled").write_bytes(b"in the way")
    with pytest.raises(StoreUnavailable):
        store.logs.notification(None, NOW, "delete", "p", b"{}")
