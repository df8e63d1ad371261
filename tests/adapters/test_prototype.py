"""The first prototype's store, read."""

import os
from pathlib import Path

import pytest

from app.adapters.prototype import OldStore
from app.core.errors import SettingError
from tests.support.albums import put


def test_campaigns_are_the_directories_with_archives(tmp_path: Path) -> None:
    for file in ("sayno/approved/b_c.jpg", "sayno/approved/.tmp-a.jpg", "sayno/approved/notes.txt", "dev/logs/a.json"):
        os.utime(put(tmp_path, file, b"x"), (1000, 1000))
    (tmp_path / "sayno/approved/directory.jpg").mkdir()
    (tmp_path / ".hidden/approved").mkdir(parents=True)
    old = OldStore(tmp_path)
    assert old.campaigns() == ["sayno"]
    (photo,) = old.photos("sayno")
    assert (photo.name, photo.written_at, photo.read()) == ("b_c", 1000, b"x")


def test_a_log_is_read_line_by_line_whatever_its_bytes(tmp_path: Path) -> None:
    old = OldStore(tmp_path)
    assert list(old.log("sayno")) == []
    put(tmp_path, "sayno/logs/processor.log", b"one\n\xff two\nunfinished")
    assert list(old.log("sayno")) == ["one", "\ufffd two", "unfinished"]


def test_what_cannot_be_listed_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"/nothing cannot be listed: No such file or directory\."):
        OldStore(tmp_path / "nothing").campaigns()
    with pytest.raises(SettingError, match="cannot be listed"):
        OldStore(tmp_path).photos("sayno")


def test_our_store_may_be_in_the_old_tree_but_not_the_other_way_round(tmp_path: Path) -> None:
    old = OldStore(tmp_path / "efs")
    old.require_apart_from(tmp_path / "efs/collagen")
    old.require_apart_from(tmp_path / "efs2")
    (tmp_path / "link").symlink_to(tmp_path / "efs")
    for store in ("efs", "link", "efs/../efs", "."):
        with pytest.raises(SettingError, match="is in the store that COLLAGEN_STORE names"):
            old.require_apart_from(tmp_path / store)
