"""Files that appear whole or not at all, on a local disk and on NFS.

temporary file in the same directory → write → fsync → close (where NFS reports errors) → rename → fsync of the
directory. Temporary names begin with `.tmp-`, which no listing of the store shows. The writer of a temporary file
holds its lock until it has its name, so one that is not locked was left by a dead writer (see `sweep`).
"""

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from app.adapters.store.disk import DIRECTORY_MODE, Disk
from app.adapters.store.readable import ReadableFiles
from app.adapters.store.readable import using as using

TEMPORARY = ".tmp-"
Part = bytes | tuple[int, bytes]  # what comes next, or what belongs elsewhere: the offset, and what to put there


class Files(ReadableFiles):
    """Whole-or-nothing operations on `disk`.

    `require` is also called before a directory is made, and again before a new file gets its name. `mode` returns the
    permissions of a new directory.
    """

    def __init__(
        self,
        disk: Disk | None = None,
        require: Callable[[], None] = lambda: None,
        mode: Callable[[Path], int] = lambda path: DIRECTORY_MODE,
    ) -> None:
        super().__init__(disk or Disk(), require)
        self._mode = mode

    def write_whole(
        self, path: Path, data: bytes | Iterable[Part], *, mtime: float | None = None, private: bool = False
    ) -> None:
        """Puts `data`, or its parts in turn, at `path`: after a crash there is the old file or the new one.

        Makes missing directories.
        `mtime`: modification time to give it, in seconds since 1970. `private`: closed to the group, too. Raises
        StoreUnavailable; then there is the old file, or the new one where only the last step failed.
        """
        with using(path):
            self.make_directories(path.parent)
            temporary, descriptor = self._temporary(path.parent)
            held = os.dup(descriptor)  # keeps the lock when the descriptor is closed
            try:
                try:
                    if private:
                        self.disk.make_private(descriptor)
                    for part in (data,) if isinstance(data, bytes) else data:
                        if isinstance(part, tuple):
                            self.disk.write_at(descriptor, *part)
                        else:
                            self.disk.write(descriptor, part)
                    if mtime is not None:
                        self.disk.utime(descriptor, mtime)
                    self.disk.fsync(descriptor)
                finally:
                    self.disk.close(descriptor)
                self.require()
                self.rename(temporary, path)
            except BaseException:
                with contextlib.suppress(OSError):
                    self.disk.unlink(temporary)
                raise
            finally:
                os.close(held)

    def _temporary(self, directory: Path) -> tuple[Path, int]:
        """A new temporary file, open and locked."""
        while True:
            path = directory / f"{TEMPORARY}{secrets.token_hex(8)}"
            descriptor = self.disk.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
            try:
                # a sweep may have removed it before it was locked, as a dead writer's
                if self.disk.lock(descriptor) and os.fstat(descriptor).st_nlink:
                    return path, descriptor
            except BaseException:
                os.close(descriptor)
                with contextlib.suppress(OSError):
                    self.disk.unlink(path)
                raise
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Renames a file or directory durably.

        On NFS the client repeats a rename whose answer was lost, and reports an error though the first one succeeded:
        the source is gone, and the target is what the source was. Raises OSError.
        """
        before = self.disk.stat(source)
        try:
            self.disk.rename(source, target)
        except OSError:
            with contextlib.suppress(OSError):
                after = self.disk.stat(target)
                if self.disk.stat(source) is None and before and after and after.st_ino == before.st_ino:
                    self.sync_directory(target.parent)
                    return
            raise
        self.sync_directory(target.parent)

    def make_directories(self, path: Path) -> None:
        """Makes `path` and its missing parents, durably. Raises OSError, StoreUnavailable."""
        if self.is_directory(path):
            return
        self.require()
        self.make_directories(path.parent)
        with contextlib.suppress(FileExistsError):
            self.disk.mkdir(path, self._mode(path))
        if not self.is_directory(path):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
        self.sync_directory(path.parent)

    def sync_directory(self, path: Path) -> None:
        """Makes the names in a directory durable. Raises OSError."""
        descriptor = self.disk.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.disk.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> bool:
        """Removes a file durably; returns whether there was one. Raises StoreUnavailable."""
        with using(path):
            try:
                self.disk.unlink(path)
            except FileNotFoundError:
                self.require()
                return False
            self.sync_directory(path.parent)
            return True

    def lock(self, path: Path, patience: float) -> int | None:
        """Locks a file against every other process, thread and (on NFS 4) host, for at most `patience` seconds.

        Returns the descriptor that holds the lock; closing it, or the end of the process, releases the lock. None on
        timeout. flock, not lockf: it belongs to the open file, so threads exclude each other too, and a child process
        can inherit it. Raises StoreUnavailable.
        """
        with using(path):
            self.make_directories(path.parent)
            descriptor = self.disk.open(path, os.O_RDWR | os.O_CREAT)
            try:
                deadline = time.monotonic() + patience
                pause = 0.005
                while not self.disk.lock(descriptor):
                    if time.monotonic() >= deadline:
                        os.close(descriptor)
                        return None
                    time.sleep(pause)
                    pause = min(pause * 1.5, 0.1)
                self.require()  # a lock outside the store locks nobody out
            except BaseException:
                os.close(descriptor)
                raise
            return descriptor
