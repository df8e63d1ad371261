"""The operations that everything on disk is made of, one method each, so that a test can make any of them fail."""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

# people's faces and addresses: nothing for other users of the machine
FILE_MODE = 0o640
DIRECTORY_MODE = 0o750
CLOSED_MODE = 0o700  # also for the group, to which nginx's user belongs


class Disk:
    """The real disk. Every method raises OSError where the system does; the caller decides what that means."""

    def open(self, path: Path, flags: int) -> int:
        return os.open(path, flags | os.O_CLOEXEC, FILE_MODE)

    def write(self, descriptor: int, data: bytes) -> None:
        """Writes all of it; a failure halfway leaves a part."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def write_at(self, descriptor: int, offset: int, data: bytes) -> None:
        """Writes all of it at an offset; the next `write` goes on where the last one ended."""
        rest = memoryview(data)
        while rest:
            written = os.pwrite(descriptor, rest, offset)
            rest, offset = rest[written:], offset + written

    def utime(self, descriptor: int, mtime: float) -> None:
        os.utime(descriptor, (mtime, mtime))

    def make_private(self, descriptor: int) -> None:
        os.fchmod(descriptor, 0o600)

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)

    def fsync(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def lock(self, descriptor: int) -> bool:
        """Locks the open file unless it is locked already; returns whether it did."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def rename(self, source: Path, target: Path) -> None:
        source.rename(target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def mkdir(self, path: Path, mode: int = DIRECTORY_MODE) -> None:
        path.mkdir(mode)

    def remove_tree(self, path: Path) -> None:
        shutil.rmtree(path)

    def stat(self, path: Path) -> os.stat_result | None:
        """The status of a file or directory; None where there is none.

        Path.exists also answers False for errors, such as a store that has gone away.
        """
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            return path.stat()
        return None

    def space(self, path: Path) -> os.statvfs_result:
        """The status of the file system that a path is on."""
        return os.statvfs(path)

    def read(self, path: Path) -> bytes:
        return path.read_bytes()

    def read_start(self, path: Path, size: int) -> tuple[bytes, int]:
        """The first `size` bytes (fewer in a shorter file), and the length of the file."""
        with path.open("rb", buffering=0) as file:
            return file.read(size), os.fstat(file.fileno()).st_size

    def read_end(self, path: Path, size: int) -> bytes:
        """The last `size` bytes, fewer in a shorter file."""
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - size))
            return file.read()

    def read_piece(self, descriptor: int, size: int) -> bytes:
        """The next `size` bytes of an open file, or fewer; none at its end."""
        return os.read(descriptor, size)

    def scan(self, path: Path) -> list[os.DirEntry[str]]:
        with os.scandir(path) as entries:
            return list(entries)
