"""The catalogue's file: nothing is lost, nothing of a photo that is gone stays, damaged lines are kept aside."""

from __future__ import annotations

import json
import multiprocessing
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store import Store
from app.adapters.store.photos import entries
from app.adapters.store.photos.entries import Entry, LookNote, merged

TEXTS = st.none() | st.sampled_from(("a", "b"))
COUNTS = st.none() | st.integers(1, 3)
NOTES = st.builds(LookNote, *[st.integers(1, 3)] * 3, st.sampled_from(("a", "b")), st.floats(0, 9))
DEGREES = st.none() | st.floats(-90, 90)


@st.composite
def an_entry(draw: st.DrawFn, public_id: str = "p") -> Entry:
    version = draw(st.integers(1, 2))
    known: dict[str, Any] = {name: draw(TEXTS) for name in (*entries.TIME, *entries.PLACE[:-2], "camera", "stored_at")}
    known |= {"exact": draw(st.booleans()), "bytes": draw(COUNTS), "name": draw(TEXTS)}
    known["looks"] = draw(st.dictionaries(st.sampled_from(("card", "dark")), NOTES))
    known["pending"] = known["zone"] is None and draw(st.booleans())
    if known["exact"] and known["zone"]:
        known |= {"latitude": draw(DEGREES), "longitude": draw(DEGREES)}
    return Entry(public_id, f"id{version}", version, **known)


def stored(store: Store, *public_ids: str) -> None:
    for public_id in public_ids:
        store.photos.put("sayno", public_id, b"archive", b"intermediate", 1.7e9, 5)


@given(an_entry(), an_entry())
def test_merging_again_changes_nothing(one: Entry, other: Entry) -> None:
    assert merged(one, one) == one
    both = merged(one, other)
    assert merged(both, other) == both


@given(an_entry(), an_entry())
def test_what_was_known_of_a_picture_stays_known(one: Entry, other: Entry) -> None:
    both = merged(one, other)
    if (one.version, one.asset_id) != (other.version, other.asset_id):
        assert both == max(one, other, key=lambda entry: entry.version)
        return
    assert both.looks == {**one.looks, **other.looks}
    for name in ("taken", "zone", "camera", "bytes", "stored_at", "name"):
        known = getattr(one, name) is not None or getattr(other, name) is not None
        assert (getattr(both, name) is not None) == known, name


@given(an_entry())
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert entries.read(json.loads(json.dumps(entries.written(entry)))) == entry


@given(
    st.dictionaries(
        st.sampled_from(entries.COLUMNS),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.lists(st.integers(), max_size=2),
    )
)
def test_a_line_is_an_entry_or_none(line: dict[str, Any]) -> None:
    entry = entries.read(line)
    assert entry is None or entries.read(entries.written(entry)) == entry


@given(st.lists(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 3)), max_size=4), max_size=5))
def test_whatever_is_added_and_tidied_each_photo_has_one_entry_of_its_newest_picture(
    rounds: list[list[tuple[str, int]]],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        store = Store(Path(directory) / "store")
        store.root.initialise()
        stored(store, *"abc")
        newest: dict[str, int] = {}
        for added in rounds:
            store.catalogue.add("sayno", [Entry(name, f"id{version}", version) for name, version in added])
            for name, version in added:
                if name != "d":  # the campaign has no such photo
                    newest[name] = max(version, newest.get(name, 0))
            for _ in range(2):
                store.catalogue.tidy("sayno", exact=False)
                lines = store.catalogue.path("sayno").read_text().splitlines() if newest else []
                found = [json.loads(line) for line in lines]
                assert {one["public_id"]: one["version"] for one in found} == newest
                assert [one["public_id"] for one in found] == sorted(newest)


def test_the_files_are_closed_to_everyone_else(store: Store) -> None:
    stored(store, "a", "b")
    for public_id in "ab":
        store.catalogue.add("sayno", [Entry(public_id, "id", 1)])
    with store.catalogue.path("sayno").open("ab") as file:
        file.write(b"damaged\n")
    store.catalogue.tidy("sayno", exact=False)
    for path in (store.catalogue.path("sayno"), store.catalogue.aside("sayno")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_line_is_named_and_kept_aside_and_the_others_stay(store: Store) -> None:
    stored(store, "a", "b")
    store.catalogue.add("sayno", [Entry("a", "id", 1)])
    damaged = [b'{"public_id": "b", "vers', b'{"public_id": 7}', b"\xff\xfe", b"[]"]
    path = store.catalogue.path("sayno")
    path.write_bytes(path.read_bytes() + b"\n".join(damaged) + b"\n")
    store.catalogue.add("sayno", [Entry("b", "id", 1)])
    assert list(store.catalogue.read("sayno").damaged) == [2, 3, 4, 5]
    assert list(store.catalogue.tidy("sayno", exact=False).damaged) == [2, 3, 4, 5]
    again = store.catalogue.tidy("sayno", exact=False)
    assert (list(again.entries), again.damaged) == (["a", "b"], {})
    assert store.catalogue.aside("sayno").read_bytes().splitlines() == damaged
    assert list(store.strays.unknown("sayno")) == []


def test_the_line_of_a_dead_writer_is_cut_off_and_one_without_its_end_counts(store: Store) -> None:
    stored(store, "a", "b", "c")
    store.catalogue.add("sayno", [Entry("a", "id", 1), Entry("b", "id", 1)])
    path = store.catalogue.path("sayno")
    path.write_bytes(path.read_bytes()[:-1])
    assert list(store.catalogue.read("sayno").entries) == ["a", "b"]
    path.write_bytes(path.read_bytes()[:-5])
    assert (list(store.catalogue.read("sayno").entries), store.catalogue.read("sayno").damaged) == (["a"], {})
    store.catalogue.add("sayno", [Entry("c", "id", 1)])
    assert list(store.catalogue.read("sayno").entries) == ["a", "c"]


def test_a_photo_that_goes_takes_its_entries_along(store: Store) -> None:
    stored(store, "a", "ab", "é")
    store.catalogue.add("sayno", [Entry(one, "id", version) for one in ("a", "ab", "é") for version in (1, 2)])
    store.catalogue.remove("sayno", "é")
    store.catalogue.remove("sayno", "a")
    assert list(store.catalogue.read("sayno").entries) == ["ab"]
    store.catalogue.remove("sayno", "ab")
    assert not store.catalogue.exists("sayno")


def test_entries_are_those_of_the_file_whatever_has_happened_to_it(store: Store) -> None:
    stored(store, "a", "b", "c")
    path, note = store.catalogue.path("sayno"), LookNote(1500, 2000, 9, "2026-11-20T06:04:05Z", 1.5)

    def seen() -> dict[str, Entry]:
        found = dict(store.catalogue.entries("sayno"))
        assert found == Store(store.path).catalogue.read("sayno").entries
        return found

    assert seen() == {}
    store.catalogue.add("sayno", [Entry("a", "id", 1), Entry("b", "id", 1)])
    assert seen() == seen() == {"a": Entry("a", "id", 1), "b": Entry("b", "id", 1)}
    store.catalogue.add("sayno", [Entry("a", "id", 1, looks={"card": note})])
    assert seen()["a"] == Entry("a", "id", 1, looks={"card": note})
    store.catalogue.remove("sayno", "a")
    assert list(seen()) == ["b"]
    path.write_bytes(path.read_bytes() + b'{"public_id": "c", "asset_id": "id", "version": 1}')
    assert list(seen()) == ["b", "c"]
    path.write_bytes(path.read_bytes()[:-5])
    store.catalogue.add("sayno", [Entry("a", "id", 2)])
    assert list(seen()) == ["b", "a"]
    store.catalogue.remove("sayno", "a")
    store.catalogue.remove("sayno", "b")
    assert seen() == {}


@pytest.mark.parametrize(
    "looks",
    [
        5,
        {"card": 5},
        {"card": {}},
        {"card": {"width": 1, "height": 1, "bytes": -1, "made_at": "a", "seconds": 1}},
        {"card": {"width": 1, "height": 1, "bytes": 1, "made_at": 5, "seconds": 1}},
        {"card": {"width": 1, "height": 1, "bytes": 1, "made_at": "a", "seconds": True}},
    ],
)
def test_an_entry_with_a_note_of_a_look_that_is_none_is_damaged(looks: object) -> None:
    assert entries.read({"public_id": "a", "asset_id": "id", "version": 1, "looks": looks}) is None


def test_positions_go_when_they_may_no_longer_be_kept(store: Store) -> None:
    stored(store, "a")
    where = {"zone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4}
    store.catalogue.add("sayno", [Entry("a", "id", 1, exact=True, **where)])  # type: ignore[arg-type]
    store.catalogue.tidy("sayno", exact=True)
    assert b"52.5" in store.catalogue.path("sayno").read_bytes()
    store.catalogue.tidy("sayno", exact=False)
    assert b"52.5" not in store.catalogue.path("sayno").read_bytes()
    assert store.catalogue.read("sayno").entries["a"].zone == "Europe/Berlin"


def _adding(path: Path, writer: int, number: int) -> None:
    store = Store(path)
    for one in range(number):
        store.catalogue.add("sayno", [Entry(f"{writer}-{one}", "id", 1)])
        if one % 5 == 0:
            store.catalogue.tidy("sayno", exact=False)


@pytest.mark.parametrize("writers", [3])
def test_several_processes_lose_nothing_to_each_other(store: Store, writers: int) -> None:
    names = [f"{writer}-{one}" for writer in range(writers) for one in range(20)]
    stored(store, *names)
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=_adding, args=(store.root.path, writer, 20)) for writer in range(writers)]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
        assert process.exitcode == 0
    contents = store.catalogue.read("sayno")
    assert (sorted(contents.entries), contents.damaged) == (sorted(names), {})
