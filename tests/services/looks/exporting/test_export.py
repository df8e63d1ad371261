"""Exports of a look: names that stay, files that follow the photos, and nothing of anybody else's touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.store import Store
from app.adapters.store.files import Files
from app.adapters.store.photos import marks
from app.adapters.store.photos.entries import Entry
from app.core.config import Campaign
from app.core.errors import BadParameters, NotFound, PhotoBusy, StoreUnavailable
from app.services.looks.exporting.export import Exported, export
from app.services.looks.exporting.written import LIST
from app.services.looks.recipes import Look
from scripts.sandbox import stored
from tests.support.looks import Negative, look_of, put_look

SAYNO = Campaign("sayno", "Say No", "sayno", catalogue="place")
GREEN, RED, BLUE = (20, 160, 40), (200, 20, 30), (20, 30, 200)
FIRST, SECOND, LAST = "sayno/IMG_1234", "other/IMG_1234", "x7k2"


@pytest.fixture
def look(tmp_path: Path) -> Look:
    return look_of(tmp_path, Negative())


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    return tmp_path / "cards"


@pytest.fixture
def store(tmp_path: Path, look: Look) -> Store:
    """Three photos with results, two of them from Montreal and with the same number."""
    made = Store(tmp_path / "store")
    made.root.initialise()
    for number, public_id in enumerate((FIRST, SECOND, LAST)):
        put(made, public_id, number)
        put_look(made, [public_id], (20 * number, 160, 40), recipe=look.recipe)
    return made


def put(store: Store, public_id: str, number: int, version: int = 5) -> None:
    files = stored.archive(number), stored.intermediate(number)
    store.photos.put("sayno", public_id, *files, stored.APPROVED + number, version)
    if public_id != LAST:
        found = store.photos.version("sayno", public_id)
        assert found is not None
        where = {"city": "Montréal", "region": "Québec"}
        store.catalogue.add("sayno", [Entry(public_id, "asset", marks.version(found), **where)])  # type: ignore[arg-type]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.name != LIST)


def shows(store: Store, directory: Path, name: str) -> str:
    """Whose result a file is."""
    data = (directory / name).read_bytes()
    (found,) = (one for one in (FIRST, SECOND, LAST) if (store.looks.result("sayno", "dark", one) or [b""])[0] == data)
    return found


EXPECTED = ["montreal_quebec_1234.jpg", "montreal_quebec_1234_1.jpg", "sayno_0001.jpg"]


def test_files_are_named_by_place_and_number_and_keep_their_names(store: Store, look: Look, cards: Path) -> None:
    assert export(store, SAYNO, look, cards) == Exported(written=3)
    assert names(cards) == EXPECTED
    assert [shows(store, cards, name) for name in EXPECTED] == [FIRST, SECOND, LAST]
    before = {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in cards.iterdir()}
    assert export(store, SAYNO, look, cards) == Exported(there=3)
    assert {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in cards.iterdir()} == before
    put_look(store, [FIRST], (*RED, 255), recipe=look.recipe)
    put_look(store, [SECOND], BLUE, recipe="former")
    store.photos.remove("sayno", LAST)
    (cards / EXPECTED[0]).unlink()
    assert export(store, SAYNO, look, cards) == Exported(written=1, removed=1, without=1)
    assert names(cards) == ["montreal_quebec_1234.png", EXPECTED[1]], "what is out of date stays until it is made again"


def test_a_photo_that_is_replaced_loses_its_file_and_gets_its_name_back(store: Store, look: Look, cards: Path) -> None:
    export(store, SAYNO, look, cards)
    put(store, SECOND, 4, version=6)
    put_look(store, [SECOND], RED, recipe=look.recipe)
    assert export(store, SAYNO, look, cards) == Exported(written=1, there=2, removed=1)
    assert names(cards) == EXPECTED
    assert shows(store, cards, EXPECTED[1]) == SECOND
    put(store, SECOND, 5, version=7)
    assert export(store, SAYNO, look, cards) == Exported(there=2, removed=1, without=1)
    assert names(cards) == [EXPECTED[0], EXPECTED[2]]


def test_a_result_that_is_made_again_replaces_its_file(store: Store, look: Look, cards: Path, tmp_path: Path) -> None:
    export(store, SAYNO, look, cards)
    other = look_of(tmp_path, Negative(), "hole = 1")
    put_look(store, [FIRST], RED, recipe=other.recipe)
    put_look(store, [LAST], (*RED, 255), recipe=other.recipe)
    assert export(store, SAYNO, other, cards) == Exported(written=2, removed=1, without=1)
    assert names(cards) == [*EXPECTED[:2], "sayno_0001.png"]
    assert shows(store, cards, EXPECTED[0]) == FIRST


def test_nothing_of_anybody_elses_is_overwritten_or_removed(store: Store, look: Look, cards: Path) -> None:
    cards.mkdir()
    for name in (EXPECTED[0], "sayno_0001.png", "notes.txt"):
        (cards / name).write_bytes(b"mine")
    assert export(store, SAYNO, look, cards) == Exported(written=3)
    assert [shows(store, cards, f"montreal_quebec_1234_{one}.jpg") for one in (1, 2)] == [FIRST, SECOND]
    assert shows(store, cards, "sayno_0002.jpg") == LAST
    edited = [cards / "montreal_quebec_1234_1.jpg", cards / "montreal_quebec_1234_2.jpg"]
    for path in edited:
        path.write_bytes(b"edited")
    put_look(store, [FIRST], RED, recipe="former")
    put(store, FIRST, 4, version=6)
    put_look(store, [FIRST], RED, recipe=look.recipe)
    store.photos.remove("sayno", SECOND)
    done = export(store, SAYNO, look, cards)
    assert (done.written, done.there, done.removed, set(done.kept)) == (1, 1, 0, {path.name for path in edited})
    assert shows(store, cards, "montreal_quebec_1234_3.jpg") == FIRST
    for name in (EXPECTED[0], "sayno_0001.png", "notes.txt"):
        assert (cards / name).read_bytes() == b"mine"
    assert {path.read_bytes() for path in edited} == {b"edited"}


def test_a_run_that_died_leaves_nothing_half_written_and_no_second_copy(store: Store, look: Look, cards: Path) -> None:
    export(store, SAYNO, look, cards)
    (cards / LIST).unlink()
    (cards / ".tmp-0123456789abcdef").write_bytes(b"half")
    assert export(store, SAYNO, look, cards) == Exported(there=3)
    assert names(cards) == EXPECTED


def test_only_some_photos_are_exported_and_those_that_are_gone_go(store: Store, look: Look, cards: Path) -> None:
    assert export(store, SAYNO, look, cards, [LAST]) == Exported(written=1)
    store.photos.remove("sayno", LAST)
    assert export(store, SAYNO, look, cards, [FIRST]) == Exported(written=1, removed=1)
    with pytest.raises(NotFound, match="no photo 'nobody'"):
        export(store, SAYNO, look, cards, ["nobody"])
    assert names(cards) == [EXPECTED[0]]


def test_a_directory_that_cannot_be_used_is_refused(store: Store, look: Look, cards: Path, tmp_path: Path) -> None:
    with pytest.raises(BadParameters, match="is in the store"):
        export(store, SAYNO, look, store.path / "sayno/cards")
    (tmp_path / "file").touch()
    with pytest.raises(BadParameters, match="is a file"):
        export(store, SAYNO, look, tmp_path / "file")
    export(store, SAYNO, look, cards)
    with pytest.raises(BadParameters, match="has the look dark of sayno"):
        export(store, Campaign("other", "Other", "other"), look, cards)
    for damaged in (b"", b"{}", b'{"files": {"../a.jpg": {}}}', b'{"files": {"a.jpg": {"public_id": 1}}}'):
        (cards / LIST).write_bytes(damaged)
        with pytest.raises(BadParameters, match="is damaged"):
            export(store, SAYNO, look, cards)
    assert names(cards) == EXPECTED


def test_two_exports_do_not_write_to_one_directory(store: Store, look: Look, cards: Path) -> None:
    with store.root.lock("export", f"the export to {cards.resolve()}", 0), pytest.raises(PhotoBusy, match="the export"):
        export(store, SAYNO, look, cards)
    assert not cards.exists()


def test_what_was_written_before_a_failure_is_known_to_the_next_run(store: Store, look: Look, cards: Path) -> None:
    Files().write_whole(cards / "montreal_quebec_1234_1.jpg/in the way", b"")
    with pytest.raises(StoreUnavailable):
        export(store, SAYNO, look, cards)
    (cards / "montreal_quebec_1234_1.jpg/in the way").unlink()
    (cards / "montreal_quebec_1234_1.jpg").rmdir()
    assert export(store, SAYNO, look, cards) == Exported(written=2, there=1)
    assert names(cards) == EXPECTED
