"""The pictures in a folder."""

import os
import unicodedata
from pathlib import Path

import pytest

from app.adapters.albums import find
from app.core.errors import SettingError
from tests.support.albums import picture, put


def test_pictures_are_found_by_their_endings_in_any_depth_and_in_order(tmp_path: Path) -> None:
    for file in (
        "b.JPG",
        "a/c/d.heic",
        "a/b.webp",
        "e.tiff",
        "people.csv",
        "a/people.csv",
        "x.mov",
        "noending",
        ".a.jpg",
    ):
        put(tmp_path, file, picture(1))
    found = find(tmp_path)
    assert [one.file for one in found.pictures] == ["a/b.webp", "a/c/d.heic", "b.JPG", "e.tiff"]
    assert found.others == {"csv": 1, "mov": 1, "no ending": 1}
    assert {one.bytes for one in found.pictures} == {len(picture(1))}
    assert found.unusable == {}


def test_names_are_composed_and_files_found_under_the_names_they_have(tmp_path: Path) -> None:
    put(tmp_path, unicodedata.normalize("NFD", "Zürich/Ä.jpg"), picture(1))
    (one,) = find(tmp_path).pictures
    assert one.file == unicodedata.normalize("NFC", "Zürich/Ä.jpg")
    assert one.path.read_bytes() == picture(1)


def test_what_is_no_file_to_read_is_named_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    put(folder, "empty.png", b"")
    (folder / "link.jpg").symlink_to(put(tmp_path, "elsewhere/a.jpg", picture(1)))
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.jpg")
    put(folder, "\udcff.jpg", picture(2))
    found = find(folder)
    assert found.pictures == []
    assert {file: why.partition(";")[0] for file, why in found.unusable.items()} == {
        "?.jpg": "its name is not UTF-8",
        "empty.png": "it is empty",
        "link.jpg": "it is a link",
        "pipe.jpg": "it is no file",
    }


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"/nothing cannot be listed: No such file or directory\."):
        find(tmp_path / "nothing")
