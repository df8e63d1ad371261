"""The send log: whole lines that last, one sender at a time, and nothing about removed people."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.adapters.store import Store
from app.adapters.store.disk import Disk
from app.core.errors import NotifyInProgress, StoreUnavailable
from app.services.forget.traces import Person
from scripts.sandbox.service import ROOT
from tests.support.failing import FailingDisk, PowerCut, Strike, dies_after, dies_before, dies_within

CAMPAIGN = "sayno"


def record(state: str, photo: str = "p0", **more: Any) -> dict[str, Any]:
    return {"state": state, "collage": "0001", "photo": photo, "address": f"{photo}@x.org", "message_id": "<1>"} | more


@pytest.fixture(autouse=True)
def _photos(store: Store) -> None:
    for photo in ("p0", "p1"):
        store.photos.put(CAMPAIGN, photo, b"archive", b"intermediate", 1.0)


def log(store: Store) -> Path:
    return store.root.path / CAMPAIGN / "logs" / "sends.jsonl"


def test_records_come_back_in_order(store: Store) -> None:
    assert store.sends.read(CAMPAIGN) == []
    failed = record("failed", "p1", reason="550 No “such” user\n", permanent=True)
    records = [record("intended"), record("sent"), failed]
    for one in records:
        store.sends.add(CAMPAIGN, one)
    assert store.sends.read(CAMPAIGN) == records


def test_a_record_is_on_disk_before_add_returns(store: Store) -> None:
    class Watching(Disk):
        def fsync(self, descriptor: int) -> None:
            synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())
            super().fsync(descriptor)

    synced: list[Path] = []
    watched = Store(store.root.path, Watching())
    watched.sends.add(CAMPAIGN, record("intended"))
    assert log(store).resolve() in synced
    synced.clear()
    watched.sends.add(CAMPAIGN, record("sent"))
    assert log(store).resolve() in synced


@pytest.mark.parametrize("strike", [dies_before, dies_within, dies_after])
def test_whenever_the_power_goes_a_record_is_there_or_not_and_the_next_one_is_whole(
    store: Store, strike: Strike
) -> None:
    kept = [record("intended")]
    store.sends.add(CAMPAIGN, kept[0])
    for number in itertools.count():
        try:
            Store(store.root.path, FailingDisk(number, strike)).sends.add(
                CAMPAIGN, record("sent", message_id=f"<{number}>")
            )
        except PowerCut:
            there = store.sends.read(CAMPAIGN)
            assert there in (kept, [*kept, record("sent", message_id=f"<{number}>")])
            kept = there
        else:
            break
    assert number > 5
    assert store.sends.read(CAMPAIGN) == [*kept, record("sent", message_id=f"<{number}>")]


def test_a_line_that_was_cut_off_is_none_and_goes_with_the_next_record(store: Store) -> None:
    store.sends.add(CAMPAIGN, record("intended"))
    with log(store).open("a") as file:
        file.write('{"state": "se')
    assert store.sends.read(CAMPAIGN) == [record("intended")]
    store.sends.add(CAMPAIGN, record("sent"))
    assert store.sends.read(CAMPAIGN) == [record("intended"), record("sent")]


@pytest.mark.parametrize("line", ["nonsense", "[]", "", '{"state": "sent"', "null", "[" * 5000, '{"state": NaN}', "{}"])
def test_a_damaged_line_is_passed_over_but_not_where_it_decides_who_is_mailed(store: Store, line: str) -> None:
    store.sends.add(CAMPAIGN, record("intended"))
    with log(store).open("a") as file:
        file.write(f"{line}\n")
    store.sends.add(CAMPAIGN, record("sent"))
    assert store.sends.read(CAMPAIGN) == [record("intended"), record("sent")]
    with pytest.raises(StoreUnavailable, match=r"sends\.jsonl: line 2 is not a record"):
        store.sends.read_whole(CAMPAIGN)


def test_a_damaged_line_that_forget_removes_is_missed_also_where_no_length_was_noted(store: Store) -> None:
    store.sends.add(CAMPAIGN, record("intended", "p1"))
    log(store).with_name(".sends.jsonl.length").unlink()  # as in a store of an earlier version
    with log(store).open("a") as file:
        file.write("null\n")
    assert store.logs.purge(CAMPAIGN, lambda _: False, lambda _: False, damaged=True).lines_removed == 1
    assert store.sends.read(CAMPAIGN) == [record("intended", "p1")]
    with pytest.raises(StoreUnavailable, match="it is 5 bytes shorter than it was"):
        store.sends.read_whole(CAMPAIGN)


@pytest.mark.parametrize("left", [0, 1, 50, "all but a byte", "the first line"])
def test_a_log_that_was_cut_is_noticed_and_stays_so(store: Store, left: int | str) -> None:
    store.sends.add(CAMPAIGN, record("intended"))
    first = log(store).stat().st_size
    store.sends.add(CAMPAIGN, record("sent"))
    assert len(store.sends.read_whole(CAMPAIGN)) == 2
    bytes_left = {"all but a byte": log(store).stat().st_size - 1, "the first line": first}.get(str(left), left)
    os.truncate(log(store), int(bytes_left))
    with pytest.raises(StoreUnavailable, match=r"bytes shorter than it was.*\.sends\.jsonl\.length"):
        store.sends.read_whole(CAMPAIGN)
    for _ in range(5):
        store.sends.add(CAMPAIGN, record("intended", "p1"))
    with pytest.raises(StoreUnavailable, match="shorter"):
        store.sends.read_whole(CAMPAIGN)
    log(store).with_name(".sends.jsonl.length").unlink()  # as the message advises
    assert len(store.sends.read_whole(CAMPAIGN)) in (5, 6)


def test_a_missing_send_log_does_not_count_as_empty(store: Store) -> None:
    store.sends.add(CAMPAIGN, record("intended"))
    log(store).unlink()
    assert store.sends.read(CAMPAIGN) == []
    with pytest.raises(StoreUnavailable, match="shorter"):
        store.sends.read_whole(CAMPAIGN)


def test_what_forget_removes_is_not_missed_and_what_was_lost_before_still_is(store: Store) -> None:
    person = Person(frozenset(["p0"]), frozenset(["p0@x.org"]))
    for photo in ("p0", "p1", "p0"):
        store.sends.add(CAMPAIGN, record("intended", photo))
    assert store.logs.purge(CAMPAIGN, person.is_in_line, person.is_in_document).lines_removed == 2
    assert store.sends.read_whole(CAMPAIGN) == [record("intended", "p1")]
    store.sends.add(CAMPAIGN, record("intended", "p0"))
    os.truncate(log(store), 40)
    assert store.logs.purge(CAMPAIGN, person.is_in_line, person.is_in_document, damaged=True).lines_removed == 1
    assert not log(store).exists()
    with pytest.raises(StoreUnavailable, match="shorter"):
        store.sends.read_whole(CAMPAIGN)


def test_only_the_message_is_recorded_once_the_persons_photo_is_gone(store: Store) -> None:
    store.sends.add(CAMPAIGN, record("intended"))
    assert store.photos.has(CAMPAIGN, "p0")
    store.photos.remove(CAMPAIGN, "p0")
    assert not store.photos.has(CAMPAIGN, "p0")
    person = Person(frozenset(["p0"]), frozenset(["p0@x.org"]))
    assert store.logs.purge(CAMPAIGN, person.is_in_line, person.is_in_document).lines_removed == 1
    store.sends.add(CAMPAIGN, record("failed", reason="550 p0@x.org is unknown", permanent=True))
    nameless = {"state": "failed", "collage": "0001", "message_id": "<1>", "permanent": True}
    assert store.sends.read(CAMPAIGN) == [nameless]
    assert b"p0" not in log(store).read_bytes()


def test_one_at_a_time_sends_mails_of_a_campaign(store: Store) -> None:
    with store.sends.turn(CAMPAIGN):
        with pytest.raises(NotifyInProgress, match="Mails of sayno are already being sent"):
            store.sends.begin(CAMPAIGN)
        with store.sends.turn("other"):
            pass
    with store.sends.turn(CAMPAIGN):
        pass


@pytest.fixture
def elsewhere(store: Store) -> Iterator[subprocess.Popen[str]]:
    """Another process that sends."""
    code = (
        "import pathlib, sys; from app.adapters.store import Store\n"
        f"with Store(pathlib.Path({str(store.root.path)!r})).sends.turn({CAMPAIGN!r}): print(1, flush=True); input()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        yield process
        process.kill()


def test_a_process_that_is_killed_gives_up_its_turn(store: Store, elsewhere: subprocess.Popen[str]) -> None:
    store.sends.note(CAMPAIGN, {"state": "sending"})
    with pytest.raises(NotifyInProgress):
        store.sends.begin(CAMPAIGN)
    assert store.sends.state(CAMPAIGN) == {"state": "sending", "running": True}
    elsewhere.kill()
    elsewhere.wait(300)
    os.close(store.sends.begin(CAMPAIGN))
    assert store.sends.state(CAMPAIGN) == {"state": "sending", "running": False}


def test_a_note_that_is_none_says_nothing(store: Store) -> None:
    assert store.sends.state(CAMPAIGN) is None
    note = store.root.path / CAMPAIGN / "logs" / ".notify.json"
    for text in ("nonsense", "[]", json.dumps("sending")):
        note.write_text(text)
        assert store.sends.state(CAMPAIGN) is None


def test_an_unmounted_store_does_not_count_as_one_without_mails(tmp_path: Path) -> None:
    store = Store(tmp_path / "nowhere")
    for act in (
        lambda: store.sends.read(CAMPAIGN),
        lambda: store.sends.add(CAMPAIGN, record("intended")),
        lambda: store.sends.begin(CAMPAIGN),
        lambda: store.sends.note(CAMPAIGN, {}),
        lambda: store.sends.state(CAMPAIGN),
    ):
        with pytest.raises(StoreUnavailable):
            act()
