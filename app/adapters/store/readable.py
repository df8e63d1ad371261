"""Files as they are read; see `files` for how they are written."""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from app.adapters.store.disk import Disk
from app.adapters.store.stamped import Stamp, stamp_of
from app.core.errors import StoreUnavailable

PIECE = 1 << 20  # bytes of a large file that are read at once


@contextlib.contextmanager
def using(path: Path) -> Iterator[None]:
    """Turns every OSError inside into StoreUnavailable, naming `path` and what the system said."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"The store failed at {path}: {error.strerror or error}.") from error


class ReadableFiles:
    """What can be asked of the files on `disk`.

    `require` raises StoreUnavailable for the wrong disk (a store that is not mounted). It is called whenever something
    is missing, which may only be out of sight.
    """

    def __init__(self, disk: Disk, require: Callable[[], None]) -> None:
        self.disk = disk
        self.require = require

    def is_directory(self, path: Path) -> bool:
        """Raises OSError where that cannot be known."""
        found = self.disk.stat(path)
        return found is not None and stat.S_ISDIR(found.st_mode)

    def exists(self, path: Path) -> bool:
        """Raises OSError or StoreUnavailable where that cannot be known."""
        if self.disk.stat(path) is not None:
            return True
        self.require()
        return False

    def stamp(self, path: Path) -> Stamp | None:
        """The stamp of a file; None where there is none. Raises OSError, StoreUnavailable."""
        found = self.disk.stat(path)
        if found is None:
            self.require()
            return None
        return stamp_of(found)

    def scan(self, directory: Path) -> list[os.DirEntry[str]]:
        """The entries of a directory; none if it does not exist. Raises OSError, StoreUnavailable."""
        try:
            return self.disk.scan(directory)
        except FileNotFoundError:
            self.require()
            return []

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file, or None where there is none. Raises StoreUnavailable."""
        with using(path):
            try:
                return self.disk.read(path)
            except FileNotFoundError:
                self.require()
                return None

    def read_start(self, path: Path, size: int) -> bytes | None:
        """The first `size` bytes of a file, or None where there is none. Raises StoreUnavailable."""
        with using(path):
            try:
                return self.disk.read_start(path, size)[0]
            except FileNotFoundError:
                self.require()
                return None

    def pieces(self, path: Path) -> Iterator[bytes] | None:
        """The bytes of a file, piece by piece; None where there is none. Raises StoreUnavailable."""
        with using(path):
            try:
                descriptor = self.disk.open(path, os.O_RDONLY)
            except FileNotFoundError:
                self.require()
                return None
        return self._pieces(path, descriptor)

    def _pieces(self, path: Path, descriptor: int) -> Iterator[bytes]:
        with using(path):
            try:
                while piece := self.disk.read_piece(descriptor, PIECE):
                    yield piece
            finally:
                os.close(descriptor)
