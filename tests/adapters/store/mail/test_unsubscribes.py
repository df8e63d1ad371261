"""Unsubscribed people: the list names no addresses, and nobody on it gets another mail."""

from __future__ import annotations

import hashlib
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.store import Store
from app.core.addresses import normalise
from app.core.errors import StoreUnavailable
from app.services.forget.traces import Person
from tests.support import child
from tests.support.failing import FailingDisk
from tests.support.mailed import lines, present, sent

NOW = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)
ANN = "Ann@Example.org"


def path(store: Store, campaign: str = "sayno") -> Path:
    return store.root.path / campaign / "logs/unsubscribed.jsonl"


def test_an_address_that_withdrew_is_known_and_stands_nowhere(store: Store) -> None:
    store.unsubscribes.add("sayno", NOW, ANN, [])
    withdrawn = store.unsubscribes.addresses("sayno")
    assert withdrawn.has(ANN)
    assert withdrawn.has("ann@example.ORG")
    assert not withdrawn.has("joann@example.org")
    assert "ann" not in path(store).read_text().casefold()


def test_an_address_withdraws_from_one_campaign_and_two_do_not_tell_that_it_is_the_same(store: Store) -> None:
    store.unsubscribes.add("sayno", NOW, ANN, [])
    assert not store.unsubscribes.addresses("other").has(ANN)
    store.unsubscribes.add("other", NOW, ANN, [])
    assert lines(path(store))[0]["address"] != lines(path(store, "other"))[0]["address"]


@given(st.emails())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_upper_and_lower_case_are_one_address(store: Store, address: str) -> None:
    store.unsubscribes.add("sayno", NOW, address, [])
    for spelt in (address.upper(), address.lower(), address.swapcase()):
        assert store.unsubscribes.addresses("sayno").has(spelt)


@pytest.mark.parametrize("old", ["max@müller.example", "mailto:kim@example.org", "Ann@Example.org"])
def test_a_withdrawal_of_the_time_before_addresses_had_one_form_still_counts(store: Store, old: str) -> None:
    name = hashlib.sha256(f"sayno\n{old.casefold()}".encode()).hexdigest()
    path(store).parent.mkdir(parents=True)
    path(store).write_text(json.dumps({"time": "2026-11-20T06:04:05Z", "address": name}) + "\n")
    assert store.unsubscribes.addresses("sayno").has(old)
    assert store.unsubscribes.addresses("sayno").has(normalise(old) or "") or old.startswith("mailto:")


def test_photos_are_withdrawn_and_each_has_a_line_of_its_own(store: Store) -> None:
    present(store, "a/b", "c")
    store.unsubscribes.add("sayno", NOW, ANN, ["a/b", "c"])
    assert store.unsubscribes.photo("sayno", "a/b")
    assert store.unsubscribes.photo("sayno", "c")
    assert not store.unsubscribes.photo("sayno", "a")
    assert [sorted(line) for line in lines(path(store))] == [["address", "time"], ["photo", "time"], ["photo", "time"]]


def test_withdrawing_again_writes_nothing(store: Store) -> None:
    present(store, "a", "b")
    store.unsubscribes.add("sayno", NOW, ANN, ["a"])
    before = path(store).read_bytes()
    store.unsubscribes.add("sayno", NOW, ANN.upper(), ["a"])
    store.unsubscribes.add("sayno", NOW, None, ["a"])
    assert path(store).read_bytes() == before
    store.unsubscribes.add("sayno", NOW, ANN, ["a", "b"])
    assert len(lines(path(store))) == 3


def test_nothing_is_written_of_a_photo_that_is_gone_unless_there_were_mails_about_it(store: Store) -> None:
    present(store, "told")
    sent(store, "told", ANN)
    store.photos.remove("sayno", "told")
    store.unsubscribes.add("sayno", NOW, None, ["told", "forgotten"])
    assert [line["photo"] for line in lines(path(store))] == ["told"]


def test_what_others_withdraw_is_seen_at_once(store: Store) -> None:
    other = Store(store.root.path)
    present(store, *(f"p{number}" for number in range(5)))
    for number in range(5):
        assert not store.unsubscribes.photo("sayno", f"p{number}")
        other.unsubscribes.add("sayno", NOW, None, [f"p{number}"])
        assert store.unsubscribes.photo("sayno", f"p{number}")


def test_forgetting_removes_the_photos_and_leaves_the_hash(store: Store) -> None:
    present(store, "a/b", "c")
    store.unsubscribes.add("sayno", NOW, ANN, ["a/b"])
    store.unsubscribes.add("sayno", NOW, "jo@example.org", ["c"])
    person = Person(frozenset(["a/b"]), frozenset([ANN]))
    assert store.unsubscribes.photo("sayno", "a/b")
    assert store.logs.purge("sayno", person.is_in_line, person.is_in_document).lines_removed == 1
    assert not store.unsubscribes.photo("sayno", "a/b")
    assert store.unsubscribes.photo("sayno", "c")
    assert store.unsubscribes.addresses("sayno").has(ANN)


def test_a_file_that_is_not_a_list_stops_all_mails(store: Store) -> None:
    store.unsubscribes.add("sayno", NOW, ANN, [])
    path(store).write_text('{"address": "x"}\nnonsense\n')
    with pytest.raises(StoreUnavailable, match="unsubscribed"):
        store.unsubscribes.addresses("sayno")


def test_a_torn_last_line_is_passed_over_and_taken_away_by_the_next(store: Store) -> None:
    store.unsubscribes.add("sayno", NOW, ANN, [])
    with path(store).open("ab") as file:
        file.write(b'{"time": "2026')
    assert store.unsubscribes.addresses("sayno").has(ANN)
    store.unsubscribes.add("sayno", NOW, "jo@example.org", [])
    assert len(lines(path(store))) == 2


def test_processes_that_withdraw_at_once_lose_nobody(store: Store) -> None:
    writers = [
        child.start(
            """
            import sys
            from datetime import UTC, datetime
            from pathlib import Path
            from app.adapters.store import Store
            store = Store(Path(sys.argv[1]))
            for number in range(20):
                store.unsubscribes.add("sayno", datetime.now(UTC), f"{number}.{sys.argv[2]}@example.org", [])
                store.unsubscribes.add("sayno", datetime.now(UTC), "same@example.org", [])
            """,
            store.root.path,
            who,
        )
        for who in range(3)
    ]
    for writer in writers:
        writer.communicate(timeout=300)
        assert writer.returncode == 0
    assert len(lines(path(store))) == 61
    withdrawn = store.unsubscribes.addresses("sayno")
    assert all(withdrawn.has(f"{number}.{who}@example.org") for number in range(20) for who in range(3))


@pytest.mark.parametrize("line", [b"null\n", b"{}\n", b'{"photo": 7}\n', b"\xff\n", b"[" * 5000 + b"\n"])
def test_a_damaged_line_keeps_nobody_from_withdrawing_and_no_mail_from_waiting(store: Store, line: bytes) -> None:
    present(store, "a")
    store.unsubscribes.add("sayno", NOW, ANN, ["a"])
    with path(store).open("ab") as file:
        file.write(line)
    store.unsubscribes.add("sayno", NOW, "new@example.org", [])
    assert len(store.unsubscribes.contents("sayno").records) == 3
    with pytest.raises(StoreUnavailable, match=r"unsubscribed\.jsonl: line 3 is not a record"):
        store.unsubscribes.addresses("sayno")


def test_a_missing_list_of_the_withdrawn_does_not_count_as_empty(store: Store) -> None:
    store.unsubscribes.add("sayno", NOW, ANN, [])
    path(store).unlink()
    with pytest.raises(StoreUnavailable, match="shorter than it was"):
        store.unsubscribes.addresses("sayno")


def test_asking_about_a_photo_reads_the_file_only_when_it_changed(store: Store) -> None:
    disk = FailingDisk(-1, lambda operation: None)  # which only counts
    counted = Store(store.root.path, disk)
    present(store, "a")
    store.unsubscribes.add("sayno", NOW, ANN, ["a"])
    assert counted.unsubscribes.photo("sayno", "a")
    reads = disk.done.count("read")
    assert counted.unsubscribes.photo("sayno", "a")
    assert disk.done.count("read") == reads
    stamp = path(store).stat()
    time.sleep(0.02)  # more than a tick of the file system's clock
    path(store).write_bytes(path(store).read_bytes().replace(b'"photo": "a"', b'"photo": "b"'))
    os.utime(path(store), ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # the same file, size and time
    assert not counted.unsubscribes.photo("sayno", "a")
