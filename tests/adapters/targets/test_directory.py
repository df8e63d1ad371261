"""A directory as a target: whole files, nothing beyond it, nothing of others touched."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.adapters.targets.directory import TEMPORARY, Directory
from app.adapters.targets.target import Held, Upload
from app.core.errors import SettingError


def upload(path: str, data: bytes = b"x") -> Upload:
    return Upload(path, data, "text/plain", "no-store", hashlib.sha256(data).hexdigest())


def test_what_is_put_there_is_listed_with_its_size_and_sum(tmp_path: Path) -> None:
    target = Directory(tmp_path / "site")
    assert target.files([]) == {}
    target.put(upload("a/b.txt", b"one"))
    target.put(upload("a/b.txt", b"other"))
    assert target.files([]) == {"a/b.txt": Held(5, hashlib.sha256(b"other").hexdigest())}
    assert (target.read("a/b.txt"), target.read("c.txt")) == (b"other", None)


def test_directories_that_become_empty_go_but_not_the_target_itself(tmp_path: Path) -> None:
    target = Directory(tmp_path / "site")
    target.put(upload("a/b/c.txt"))
    target.delete(["a/b/c.txt", "a/b/c.txt", "d.txt"])
    assert list((tmp_path / "site").iterdir()) == []


def test_what_a_killed_writer_left_goes(tmp_path: Path) -> None:
    target = Directory(tmp_path)
    (tmp_path / f"{TEMPORARY}0123").write_bytes(b"half")
    assert target.files([]) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["../x.txt", "out/x.txt", "link.txt"])
def test_nothing_is_written_beyond_the_directory(tmp_path: Path, path: str) -> None:
    site, outside = tmp_path / "site", tmp_path / "outside"
    site.mkdir()
    outside.mkdir()
    (site / "out").symlink_to(outside)
    (site / "link.txt").symlink_to(outside / "x.txt")
    with pytest.raises(SettingError, match="leads out of the directory"):
        Directory(site).put(upload(path))
    with pytest.raises(SettingError, match="leads out of the directory"):
        Directory(site).delete([path])
    assert list(outside.iterdir()) == []
    assert Directory(site).files([]) == {}  # what is behind a link is not listed


def test_a_directory_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingError, match="cannot be used"):
        Directory(tmp_path / "file").check()


def test_a_check_leaves_nothing(tmp_path: Path) -> None:
    Directory(tmp_path / "site").check()
    assert list((tmp_path / "site").iterdir()) == []
