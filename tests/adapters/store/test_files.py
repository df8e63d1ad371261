"""Files appear whole or not at all; locks exclude; lines do not tear."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from app.adapters.store.disk import Disk
from app.adapters.store.files import TEMPORARY, Files, Part
from app.adapters.store.lines import append_line
from app.adapters.store.readable import PIECE
from app.core.errors import StoreUnavailable
from tests.support import child

files = Files()


def names(directory: Path) -> set[str]:
    return {entry.name for entry in directory.iterdir()}


# Writing


def test_a_file_is_written_with_its_directories_its_time_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a/b/photo.jpg"
    files.write_whole(path, b"new", mtime=1_700_000_000.25)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mtime == 1_700_000_000.25
    files.write_whole(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert names(path.parent) == {"photo.jpg"}


def test_other_users_of_the_machine_see_nothing(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "a/photo.jpg", b"a face")
    append_line(files, tmp_path / "a/log", "an address")
    for path in (tmp_path / "a", tmp_path / "a/photo.jpg", tmp_path / "a/log"):
        assert path.stat().st_mode & 0o007 == 0


def test_a_write_for_which_there_is_no_room_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"old")
    said = child.run(
        """
        import resource, sys
        from pathlib import Path
        from app.core.errors import StoreUnavailable
        from app.adapters.store.files import Files
        files = Files()
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        for path in sys.argv[1:]:
            try:
                files.write_whole(Path(path), bytes(100_000))
            except StoreUnavailable as error:
                print(error)
        """,
        path,
        tmp_path / "other.jpg",
    )
    assert said.count("The store failed at ") == 2
    assert str(path) in said
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"photo.jpg"}


def test_a_part_may_belong_where_something_was_written_before(tmp_path: Path) -> None:
    path = tmp_path / "print.tif"
    parts: list[Part] = [b"????", b"data", (0, b"head"), b"end", (6, b"TA")]
    files.write_whole(path, iter(parts))
    assert path.read_bytes() == b"headdaTAend"


def test_a_large_file_is_read_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "print.tif"
    assert files.pieces(path) is None
    assert files.read_start(path, 3) is None
    path.write_bytes(bytes(PIECE) + b"the rest")
    pieces = files.pieces(path)
    assert pieces is not None
    assert list(pieces) == [bytes(PIECE), b"the rest"]
    assert files.read_start(path, 3) == bytes(3)


def test_a_write_where_no_directory_can_be_is_the_stores_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "file/photo.jpg", tmp_path / "file/deeper/photo.jpg", tmp_path / ("n" * 256)):
        with pytest.raises(StoreUnavailable, match="The store failed at "):
            files.write_whole(path, b"new")
    assert names(tmp_path) == {"file"}


def test_a_write_onto_a_directory_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").mkdir()
    with pytest.raises(StoreUnavailable):
        files.write_whole(tmp_path / "photo.jpg", b"new")
    assert names(tmp_path) == {"photo.jpg"}


def test_readers_and_a_killed_writer_never_see_a_part_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    size = 2_000_000
    writer = child.start(
        """
        import sys
        from itertools import cycle
        from pathlib import Path
        from app.adapters.store.files import Files
        files = Files()
        for letter in cycle([b"a", b"b"]):
            files.write_whole(Path(sys.argv[1]), letter * int(sys.argv[2]))
            print("written", flush=True)
        """,
        path,
        size,
    )
    for _ in range(10):
        child.line(writer)
        seen = path.read_bytes()
        assert seen in (b"a" * size, b"b" * size)
    child.end(writer)
    assert path.read_bytes() in (b"a" * size, b"b" * size)
    assert all(name.startswith(TEMPORARY) for name in names(tmp_path) - {"photo.jpg"})


class LostAnswer(Disk):
    """A network file system that renames, and then reports that the source is missing."""

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")


class Refusal(Disk):
    """A file system that does not rename."""

    def rename(self, source: Path, target: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")


def test_a_rename_that_happened_and_reported_an_error_has_happened(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "photo.jpg").write_bytes(b"old")
    Files(LostAnswer()).rename(tmp_path / "new", tmp_path / "photo.jpg")
    assert (tmp_path / "photo.jpg").read_bytes() == b"new"
    (tmp_path / "draft").mkdir()
    Files(LostAnswer()).rename(tmp_path / "draft", tmp_path / "0001")
    assert (tmp_path / "0001").is_dir()


def test_a_rename_that_did_not_happen_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "photo.jpg").write_bytes(b"old")
    with pytest.raises(OSError, match="Input/output"):
        Files(Refusal()).rename(tmp_path / "new", tmp_path / "photo.jpg")
    assert (tmp_path / "photo.jpg").read_bytes() == b"old"


# Reading and removing


def test_what_is_not_there_reads_as_nothing_and_cannot_be_removed_twice(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    assert files.read(path) is None
    assert files.remove(path) is False
    path.write_bytes(b"x")
    assert files.read(path) == b"x"
    assert files.remove(path) is True
    assert files.remove(path) is False
    assert files.read(tmp_path / "no/such/directory") is None


def test_what_cannot_be_read_or_removed_is_the_stores_failure(tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    for act in (files.read, files.remove):
        with pytest.raises(StoreUnavailable, match="directory"):
            act(tmp_path / "directory")


# Appending


def test_a_line_is_added_whatever_characters_it_has(tmp_path: Path) -> None:
    append_line(files, tmp_path / "logs/log", "é 😀")
    append_line(files, tmp_path / "logs/log", "half a pair \ud83d")
    assert (tmp_path / "logs/log").read_text("utf-8") == "é 😀\nhalf a pair \\ud83d\n"


# Locks


def test_a_lock_excludes_threads_and_is_there_again_when_it_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "locks/a"
    held = files.lock(path, patience=0)
    assert held is not None
    found: list[int | None] = []
    thread = threading.Thread(target=lambda: found.append(files.lock(path, patience=0)))
    thread.start()
    thread.join()
    assert found == [None]
    os.close(held)
    again = files.lock(path, patience=0)
    assert again is not None
    os.close(again)


def test_only_one_thread_at_a_time_holds_a_lock(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        for _ in range(20):
            held = files.lock(tmp_path / "lock", patience=300)
            assert held is not None
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)
            os.close(held)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 80


def test_a_lock_excludes_processes_until_its_holder_is_killed(tmp_path: Path) -> None:
    holder = child.start(
        """
        import sys
        from pathlib import Path
        from app.adapters.store.files import Files
        files = Files()
        assert files.lock(Path(sys.argv[1]), patience=0) is not None
        print("held", flush=True)
        sys.stdin.read()
        """,
        tmp_path / "lock",
    )
    assert child.line(holder) == "held"
    assert files.lock(tmp_path / "lock", patience=0) is None
    assert files.lock(tmp_path / "lock", patience=0.05) is None
    child.end(holder)
    held = files.lock(tmp_path / "lock", patience=0)
    assert held is not None
    os.close(held)


def test_a_waiting_process_gets_the_lock_when_it_is_released(tmp_path: Path) -> None:
    held = files.lock(tmp_path / "lock", patience=0)
    assert held is not None
    waiter = child.start(
        """
        import sys
        from pathlib import Path
        from app.adapters.store.files import Files
        files = Files()
        print("waits", flush=True)
        print(files.lock(Path(sys.argv[1]), patience=300) is not None)
        """,
        tmp_path / "lock",
    )
    assert child.line(waiter) == "waits"
    os.close(held)
    assert child.line(waiter) == "True"
    waiter.communicate(timeout=300)


def test_a_lock_that_cannot_be_made_is_the_stores_failure(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(StoreUnavailable):
        files.lock(tmp_path / "lock", patience=0)
