"""A folder as a source: what is special about files."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from app.adapters.folder import Folder
from app.core import limits
from app.core.errors import FolderUnavailable, PhotoBusy, PictureError, SettingError
from app.core.sources import EMBEDDED, Asset, Page
from tests.support.sources import LONG_AGO, write


def state(folder: Folder, public_id: str) -> Asset:
    found = folder.state(public_id)
    assert found is not None
    return found


def page(folder: Folder) -> Page:
    return folder.folder(f"folder:{folder.path}")


def test_the_version_is_the_time_of_the_file_and_a_second_change_in_that_second_shows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jpg", b"one")
    folder = Folder(tmp_path)
    before = state(folder, "a")
    assert (before.version, before.approved_at) == (LONG_AGO, LONG_AGO)
    write(path, b"two!")
    assert (state(folder, "a").version, state(folder, "a").asset_id) != (before.version, before.asset_id)


@pytest.mark.parametrize("when", [-5_000_000_000, -1, 0, 2**33])
def test_any_time_that_a_file_can_have_is_a_version(tmp_path: Path, when: int) -> None:
    write(tmp_path / "a.jpg", b"one", when)
    found = state(Folder(tmp_path), "a")
    assert found.version >= 1
    assert 1 <= found.approved_at <= 2**32


def test_moving_a_file_out_of_pending_approves_it_without_another_list(tmp_path: Path) -> None:
    write(tmp_path / "pending/a.jpg", b"x")
    folder = Folder(tmp_path)
    page(folder)
    assert not state(folder, "a").approved
    (tmp_path / "pending/a.jpg").rename(tmp_path / "a.jpg")
    assert state(folder, "a").approved


def test_a_table_says_whose_a_picture_is_and_who_has_not_consented(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg", "pending/c.jpg", "d.jpg"):
        write(tmp_path / name, b"x")
    table = "\ufefffile;email;consent\na.jpg;ann@example.org;yes\nb.jpg;;no\nc.jpg;cem@example.org;\nx.jpg;;\n"
    (tmp_path / "people.csv").write_text(table)
    folder = Folder(tmp_path)
    assert (state(folder, "a").email, state(folder, "a").type) == ("ann@example.org", "upload")
    assert not state(folder, "b").approved
    assert state(folder, "c").email == "cem@example.org"
    assert (state(folder, "d").email, state(folder, "d").type) == (None, EMBEDDED), "the picture may say it"
    assert page(folder).notes == {
        "b.jpg": "is not taken: no consent (people.csv, line 3)",
        "people.csv, line 5": "names x.jpg, which is not there or not taken",
    }


def test_a_changed_table_counts_at_once_and_an_unusable_one_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg", b"x")
    (tmp_path / "people.csv").write_text("file,email\na.jpg,ann@example.org\n")
    folder = Folder(tmp_path)
    assert state(folder, "a").email == "ann@example.org"
    (tmp_path / "people.csv").write_text("file,email\na.jpg,anna@example.org\n")
    assert state(folder, "a").email == "anna@example.org"
    (tmp_path / "people.csv").write_text("picture,email\na.jpg,ann@example.org\n")
    with pytest.raises(SettingError, match="no column named file"):
        folder.state("a")


def test_a_file_that_goes_on_growing_is_not_read(tmp_path: Path) -> None:
    path, stop = tmp_path / "a.jpg", threading.Event()

    def grow() -> None:
        with path.open("wb", buffering=0) as file:
            while not stop.is_set():
                file.write(b"x" * 1000)
                time.sleep(0.005)

    growing = threading.Thread(target=grow)
    growing.start()
    try:
        while not path.exists():
            time.sleep(0.005)
        with pytest.raises(PhotoBusy, match=r"a\.jpg is still being written; the next sync takes it"):
            Folder(tmp_path, settled=0.3).picture("a", "a.jpg")
    finally:
        stop.set()
        growing.join()
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert Folder(tmp_path).picture("a", "a.jpg") == path.read_bytes()


def test_a_file_that_has_just_been_written_is_read_once_it_has_settled(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg", b"whole", time.time())
    assert Folder(tmp_path, settled=0.1).picture("a", "a.jpg") == b"whole"


def test_what_cannot_be_read_has_its_sentence(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with (tmp_path / "large.jpg").open("wb") as file:
        file.truncate(limits.PICTURE_BYTES + 1)
    os.utime(tmp_path / "large.jpg", (LONG_AGO, LONG_AGO))
    with pytest.raises(PictureError, match=r"large\.jpg has 30\.0 MB; the limit is 30 MB"):
        folder.picture("large", "large.jpg")
    with pytest.raises(PhotoBusy, match="moved or removed"):
        folder.picture("gone", "gone.jpg")
    (tmp_path / "out.jpg").symlink_to("/etc/hostname")
    with pytest.raises(PictureError, match="leads out of the folder"):
        folder.picture("out", "out.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    os.utime(tmp_path / "pipe.jpg", (LONG_AGO, LONG_AGO))
    with pytest.raises(FolderUnavailable, match="not a regular file"):
        folder.picture("pipe", "pipe.jpg")


def test_moderation_never_overwrites_a_file(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg", b"new")
    write(tmp_path / "rejected/a.jpg", b"old")
    assert Folder(tmp_path).moderate("a", "rejected")
    assert (tmp_path / "rejected/a.jpg").read_bytes() == b"old"
    assert (tmp_path / "rejected/a (2).jpg").read_bytes() == b"new"
    assert not (tmp_path / "a.jpg").exists()


def test_rejecting_moves_every_file_of_the_name_or_the_next_would_take_its_place(tmp_path: Path) -> None:
    for name in ("b/a.jpg", "b/a.png", "pending/b/a.heic"):
        write(tmp_path / name, b"x")
    folder = Folder(tmp_path)
    assert folder.moderate("b/a", "rejected")
    assert not state(folder, "b/a").approved
    there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    assert there == {f"rejected/b/a.{ending}" for ending in ("jpg", "png", "heic")}


def test_approving_brings_a_file_out_of_pending_at_any_depth(tmp_path: Path) -> None:
    write(tmp_path / "b/pending/a.jpg", b"x")
    assert Folder(tmp_path).moderate("b/a", "approved")
    assert (tmp_path / "b/a.jpg").read_bytes() == b"x"


def test_deleting_takes_the_lines_of_the_table_along_and_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    for name in ("a.jpg", "rejected/a.png", "b.jpg"):
        write(tmp_path / name, b"x")
    lines = ["\ufefffile;email", "a.jpg;ann@example.org", 'b.jpg;"ben@example.org"', "a.png;ann@example.org", ""]
    (tmp_path / "people.csv").write_bytes("\r\n".join(lines).encode())
    (tmp_path / "people.csv").chmod(0o640)
    assert Folder(tmp_path).delete("a")
    assert [path.name for path in sorted(tmp_path.rglob("*.*"))] == ["b.jpg", "people.csv"]
    assert (tmp_path / "people.csv").read_bytes() == "\r\n".join([lines[0], lines[2], ""]).encode()
    assert (tmp_path / "people.csv").stat().st_mode & 0o777 == 0o640


def test_a_public_id_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "outside.jpg", b"x")
    write(tmp_path / "top/a.jpg", b"x")
    folder = Folder(tmp_path / "top")
    for public_id in ("../outside", "..", "", "/etc/hostname", "a/../../outside", "./a"):
        assert folder.state(public_id) is None
        assert not folder.delete(public_id)
    assert (tmp_path / "outside.jpg").exists()
