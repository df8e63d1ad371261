"""Directories on the local disk for files that are being worked on, which hold faces and addresses.

A process locks the directory that it works in, so one that is not locked was left by a process that was killed.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import StoreUnavailable

PREFIX = "collagen-"


@contextlib.contextmanager
def directory() -> Iterator[Path]:
    """A private directory in the system's temporary directory, removed at the end.

    Raises StoreUnavailable where it cannot be made, and for any OSError inside.
    """
    try:
        with _made() as path:
            yield path
    except OSError as error:
        where = tempfile.gettempdir()
        raise StoreUnavailable(
            f"The local disk failed in {where}: {error.strerror or error}. Make room there, or set TMPDIR."
        ) from error


@contextlib.contextmanager
def _made() -> Iterator[Path]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = _lock(path)
        if lock is not None:
            break  # else a sweep removed it before it was locked
    try:
        yield path
    finally:
        # while locked, or a sweep would remove it at the same time
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def lasting(name: str) -> Path:
    """A directory of this user's own in the system's temporary directory, for what processes share and may lose.

    Raises OSError where it cannot be made, or another user's is in its place.
    """
    path = Path(tempfile.gettempdir()) / f".collagen-{name}-{os.geteuid()}"  # no name that is swept
    with contextlib.suppress(FileExistsError):
        path.mkdir(0o700)
    if not is_ours(path):
        raise PermissionError(errno.EPERM, f"the directory {path} is another user's, or open to others")
    return path


def is_ours(path: Path) -> bool:
    """Whether a directory is this user's and nobody else's. Raises OSError where there is none."""
    found = path.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def sweep(*, remove: bool = True) -> list[Path]:
    """Removes the directories that killed processes left; returns them. With `remove=False` it only finds them."""
    found = []
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        lock = _lock(path)
        if lock is not None:
            found.append(path)
            if remove:
                shutil.rmtree(path, ignore_errors=True)
            os.close(lock)
    return found


def _lock(path: Path) -> int | None:
    """The descriptor that holds the lock of a directory of ours; None where it is another's, locked or gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        if os.fstat(descriptor).st_uid == os.geteuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_nlink:
                return descriptor
    os.close(descriptor)
    return None
