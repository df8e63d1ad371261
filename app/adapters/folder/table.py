"""Changes people.csv: one process at a time, and the file appears whole or not at all."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from app.adapters import people

LOCK = f".{people.FILE}.lock"


def change(top: Path, changed: Callable[[bytes], bytes]) -> None:
    """Replaces the table in a folder with `changed` of it; b"" stands for no table. Writes nothing if nothing changes.

    The caller must hold `alone`. Raises OSError, and what `changed` raises.
    """
    table, new = top / people.FILE, top / f".{people.FILE}.new"
    try:
        before, mode = table.read_bytes(), table.stat().st_mode & 0o777
    except FileNotFoundError:
        before, mode = b"", 0o640
    after = changed(before)
    if after != before:
        _replace(table, new, after, mode)


def _replace(table: Path, new: Path, data: bytes, mode: int) -> None:
    try:
        with new.open("wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(table)
    except OSError:
        new.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def alone(top: Path) -> Iterator[None]:
    """Keeps other processes from changing the table, and from adding photos. Raises OSError.

    The lock is a file, because NFS locks no directory; it leaves none behind.
    """
    path = top / LOCK
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_at(path, lock):  # its last holder has removed it
                continue
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return
        finally:
            os.close(lock)


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False
