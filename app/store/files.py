"""Files that appear whole or not at all, on a local disk and on NFS.

temporary file in the same directory → write → fsync → close (where NFS reports errors) → rename → fsync of the
directory. Temporary names begin with `.tmp-`, which no listing of the store shows.
"""

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from app.errors import StoreUnavailable

TEMPORARY = ".tmp-"
# people's faces and addresses: nothing for other users of the machine
FILE_MODE = 0o640
DIRECTORY_MODE = 0o750


@contextlib.contextmanager
def using(path: Path) -> Iterator[None]:
    """Turns every OSError inside into StoreUnavailable, naming `path` and what the system said."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"The store failed at {path}: {error.strerror or error}.") from error


def write_whole(path: Path, data: bytes, *, mtime: float | None = None) -> None:
    """Puts `data` at `path`: after a crash there is the old file or the new one. Makes missing directories.

    `mtime`: modification time to give it, in seconds since 1970. Raises StoreUnavailable.
    """
    with using(path):
        make_directories(path.parent)
        temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
                file.write(data)
                file.flush()
                if mtime is not None:
                    os.utime(file.fileno(), (mtime, mtime))
                os.fsync(file.fileno())
            rename(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise


def rename(source: Path, target: Path) -> None:
    """Renames a file or directory, and makes the new name last.

    On NFS a rename whose answer was lost is tried again by the client and reports an error though it succeeded:
    where the source is gone and the target is what the source was, it has succeeded.
    """
    before = source.stat()
    try:
        source.rename(target)
    except OSError:
        with contextlib.suppress(OSError):
            if not source.exists() and target.stat().st_ino == before.st_ino:
                sync_directory(target.parent)
                return
        raise
    sync_directory(target.parent)


def make_directories(path: Path) -> None:
    """Makes `path` and its missing parents, so that they last."""
    if path.is_dir():
        return
    make_directories(path.parent)
    path.mkdir(DIRECTORY_MODE, exist_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Makes the names in a directory last."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> bool:
    """Removes a file, so that it stays removed; says whether there was one. Raises StoreUnavailable."""
    with using(path):
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        sync_directory(path.parent)
        return True


def read(path: Path) -> bytes | None:
    """The bytes of a file, or None where there is none. Raises StoreUnavailable."""
    with using(path):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def append_line(path: Path, line: str) -> None:
    """Adds one line in one write. Whoever else may append to the same file must hold the same lock."""
    with using(path):
        make_directories(path.parent)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE), "ab", buffering=0) as file:
            file.write(line.encode("utf-8", "backslashreplace") + b"\n")
            os.fsync(file.fileno())


def lock(path: Path, patience: float) -> int | None:
    """Locks a file against every other process, thread and (on NFS 4) host, for at most `patience` seconds.

    Returns the descriptor that holds the lock; closing it, or the end of the process, gives the lock up. None where
    others kept it. flock, not lockf: it belongs to the open file, so threads exclude each other too, and a child
    process can inherit it.
    """
    with using(path):
        make_directories(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        deadline = time.monotonic() + patience
        pause = 0.005
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    return None
                time.sleep(pause)
                pause = min(pause * 1.5, 0.1)
            except BaseException:
                os.close(descriptor)
                raise
            else:
                return descriptor
