"""Every kind of file in a folder is taken, or skipped with a sentence; nothing makes a walk fail."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.folder.tree import walk
from app.core.errors import FolderUnavailable
from tests.support.sources import write


def found(top: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The file of each public ID, and the notes."""
    tree = walk(top)
    return {public_id: file.path for public_id, file in tree.chosen().items()}, tree.notes


def test_pictures_at_any_depth_are_found_with_blanks_and_umlauts_in_their_paths(tmp_path: Path) -> None:
    for path in ("a.jpg", "Grüße an alle/b c.PNG", "x/y/z/ü.heic"):
        write(tmp_path / path, b"x")
    photos, notes = found(tmp_path)
    assert photos == {"a": "a.jpg", "Grüße an alle/b c": "Grüße an alle/b c.PNG", "x/y/z/ü": "x/y/z/ü.heic"}
    assert notes == {}


def test_of_files_with_one_name_one_counts_and_the_others_have_a_sentence(tmp_path: Path) -> None:
    for name in ("a.png", "a.jpg", "a.JPG", "pending/a.jpg"):
        write(tmp_path / name, b"x")
    photos, notes = found(tmp_path)
    assert photos == {"a": "a.JPG"}
    assert set(notes) == {"a.png", "a.jpg", "pending/a.jpg"}
    assert notes["a.png"] == "has the same name as a.JPG, which is the one that counts; rename one of them"


def test_both_unicode_forms_of_one_name_are_one_photo(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "ä.jpg") for form in ("NFC", "NFD"))
    write(tmp_path / decomposed, b"x")
    assert found(tmp_path)[0] == {"ä": decomposed}
    write(tmp_path / composed, b"x")
    photos, notes = found(tmp_path)
    assert photos == {"ä": composed}
    assert "in another Unicode form" in notes[decomposed]


def test_names_that_differ_in_case_only_are_two_photos_and_said(tmp_path: Path) -> None:
    for name in ("a.jpg", "A.jpg"):
        write(tmp_path / name, b"x")
    photos, notes = found(tmp_path)
    assert photos == {"a": "a.jpg", "A": "A.jpg"}
    assert notes == {"a.jpg": "differs from A.jpg only in case; both are taken"}


def test_links_never_lead_out_round_or_to_a_picture_twice(tmp_path: Path) -> None:
    top = tmp_path / "top"
    write(top / "a.jpg", b"x")
    write(top / ".originals/b.jpg", b"x")
    write(tmp_path / "outside/c.jpg", b"x")
    links = {
        "again.jpg": "a.jpg",
        "loop": ".",
        "out": "../outside",
        "out.jpg": "../outside/c.jpg",
        "nowhere.jpg": "gone.jpg",
        "itself.jpg": "itself.jpg",
        "hidden.jpg": ".originals/b.jpg",
    }
    for name, target in links.items():
        (top / name).symlink_to(target)
    photos, notes = found(top)
    assert photos == {"a": "a.jpg", "hidden": "hidden.jpg"}
    assert notes["again.jpg"] == "is a link to a.jpg, which is in here already"
    assert notes["loop"] == "is a link to the folder ., which is in here already"
    assert "out of the folder" in notes["out"]
    assert "out of the folder" in notes["out.jpg"]
    assert "nowhere" in notes["nowhere.jpg"]
    assert "in a circle" in notes["itself.jpg"]


def test_a_link_to_a_rejected_picture_does_not_bring_it_back(tmp_path: Path) -> None:
    write(tmp_path / "rejected/a.jpg", b"x")
    (tmp_path / "b.jpg").symlink_to("rejected/a.jpg")
    photos, notes = found(tmp_path)
    assert photos == {"a": "rejected/a.jpg"}
    assert "is a link to rejected/a.jpg" in notes["b.jpg"]


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    assert found(tmp_path) == ({}, {"a.jpg": "is not a regular file"})


def test_stores_and_finished_collages_in_the_folder_are_skipped(tmp_path: Path) -> None:
    for name in ("store/.collagen", "store/album/approved/a.jpg", "out/collage.png", "out/manifest.json", "b.jpg"):
        write(tmp_path / name, b"x")
    photos, notes = found(tmp_path)
    assert photos == {"b": "b.jpg"}
    assert notes == {"store": "is a store; it is skipped", "out": "is a finished collage; it is skipped"}
    with pytest.raises(FolderUnavailable, match="cannot be a source of photos"):
        walk(tmp_path / "store")


def test_a_name_that_is_not_utf_8_is_skipped(tmp_path: Path) -> None:
    write(tmp_path / "b.jpg", b"x")
    with open(os.fsencode(tmp_path) + b"/\xff.jpg", "wb"):  # noqa: PTH123 -- bytes
        pass
    photos, notes = found(tmp_path)
    assert photos == {"b": "b.jpg"}
    assert [note for note in notes.values() if "not UTF-8" in note]
    assert all(name.encode() for name in notes)


@pytest.mark.parametrize("make", [lambda top: None, lambda top: top.mkdir(), lambda top: write(top, b"x")])
def test_a_folder_that_is_missing_empty_or_no_folder_is_unavailable(tmp_path: Path, make: object) -> None:
    top = tmp_path / "top"
    make(top)  # type: ignore[operator]
    with pytest.raises(FolderUnavailable, match=str(top)):
        walk(top)


@given(st.lists(st.sampled_from(["a", "ä", "A", "pending", "rejected", "b c"]), min_size=1, max_size=4))
def test_looking_for_one_photo_finds_what_a_walk_through_everything_finds(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    top = tmp_path_factory.mktemp("top")
    path = unicodedata.normalize("NFD", "/".join([*parts, "x.jpg"]))
    write(top / path, b"x")
    write(top / "other/y.jpg", b"x")
    ((public_id, file),) = ((one, two) for one, two in walk(top).chosen().items() if one != "other/y")
    alone = walk(top, tuple(public_id.split("/"))).chosen()
    assert alone == {public_id: file}
