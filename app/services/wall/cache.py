"""A cache of finished pictures: files on the local disk, which any process may remove at any time.

A file is named after what it shows, and begins with a digest of everything it was made from: if that differs from the
requested digest (someone has gone, a photo is newer), the file counts as missing and is overwritten. It appears whole
or not at all; a system crash may leave a part, which its checksum reveals.

The files show faces: only this user can read the directory, and pictures unused for a day are removed.
"""

import contextlib
import errno
import fcntl
import logging
import os
import secrets
import shutil
import struct
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from app.adapters.store import scratch

LOG = logging.getLogger(__name__)

MOST = 500_000_000  # bytes of all files of this user on this machine, and up to a twentieth more for each process
LEFT = 200_000_000  # bytes that stay free on the disk, which others use too
UNUSED = 24 * 3600.0  # seconds
NOTED = 600.0  # seconds: a use within them is not recorded again
LOOKED = 3600.0  # seconds between two searches for old files by a process that writes
TEMPORARY = ".tmp-"

_START = struct.Struct(">32sI")  # the digest of its sources; CRC-32 of the picture


class Cache:
    """`clock` returns seconds since 1970. Creating one touches nothing on disk; its methods never raise OSError."""

    def __init__(
        self, store: Path, top: Path | None = None, most: int = MOST, clock: Callable[[], float] = time.time
    ) -> None:
        """`store`: whose pictures these are; two stores on one machine share the directory `top`, but no files."""
        # no name that begins with "collagen-": those are scratch directories, which are swept
        self._top = top or _local() / f".collagen-wall-{os.geteuid()}"
        self._room = self._top / sha256(os.fsencode(store.absolute())).hexdigest()[:16]
        self._most = most
        self._clock = clock
        self._turn = threading.Lock()
        self._written = most  # so that the first write starts a search
        self._looked = 0.0
        self._said = False

    def get(self, name: str, key: bytes) -> bytes | None:
        """The picture called `name` made from the sources of `key` (32 bytes), or None."""
        path = self._room / name
        with contextlib.suppress(OSError):
            with path.open("rb", buffering=0) as file:
                used = os.fstat(file.fileno()).st_mtime
                data = file.read()
            if len(data) > _START.size:
                made_from, checksum = _START.unpack_from(data)
                picture = data[_START.size :]
                if made_from == key and zlib.crc32(picture) == checksum:
                    if self._clock() - used > NOTED:
                        os.utime(path, (self._clock(), self._clock()))
                    return picture
        return None

    def put(self, name: str, key: bytes, picture: bytes) -> None:
        """Keeps a picture. If that fails, it is only made again the next time."""
        whole = _START.pack(key, zlib.crc32(picture)) + picture
        try:
            try:
                self._write(self._room / name, whole)
            except FileNotFoundError:  # another process has just removed the directory, which was empty
                self._write(self._room / name, whole)
        except OSError as error:
            if not self._said:
                self._said = True  # once per process: a full disk does not flood the log
                LOG.warning("Pictures of the wall cannot be kept: %s", error.strerror)
            return
        self._trim_after(len(picture))

    def _write(self, path: Path, data: bytes) -> None:
        self._make(path.parent)
        if shutil.disk_usage(path.parent).free < LEFT:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}")
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def forget(self, campaign: str) -> None:
        """Removes every picture of a campaign's walls from this machine."""
        shutil.rmtree(self._room / campaign, ignore_errors=True)

    def lock_path(self) -> Path | None:
        """A file to lock while something is made for the cache; None if the directory cannot be used."""
        try:
            self._make(self._top)
        except OSError:
            return None
        return self._top / ".lock"

    def trim(self) -> None:
        """Removes pictures unused for a day, and then the least recently used until a fifth is free again.

        One process at a time; does nothing while another is at it.
        """
        with self._alone() as mine:
            if not mine:
                return
            now = self._clock()
            found = sorted(_files(self._top), key=lambda file: file[0])
            total = sum(size for _, size, _ in found)
            least = self._most if total <= self._most else self._most * 4 // 5
            for used, size, path in found:
                if total <= least and now - used <= UNUSED:
                    break
                with contextlib.suppress(OSError):
                    path.unlink()
                    total -= size
                    for directory in path.parents:
                        if directory == self._top:
                            break
                        directory.rmdir()  # which fails unless it is empty

    def _trim_after(self, written: int) -> None:
        with self._turn:
            self._written += written
            if self._written < self._most // 20 and self._clock() - self._looked < LOOKED:
                return
            self._written, self._looked = 0, self._clock()
        self.trim()

    def _make(self, directory: Path) -> None:
        """Creates a directory for this user alone. Raises OSError if another user's is in its place."""
        if directory.is_dir() and scratch.is_ours(self._top):
            return
        with contextlib.suppress(FileExistsError):
            self._top.mkdir(0o700)
        if not scratch.is_ours(self._top):
            raise PermissionError(0, "the directory for them is another user's, or open to others")
        directory.mkdir(0o700, parents=True, exist_ok=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[bool]:
        try:
            descriptor = os.open(self._top, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            yield False
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = True
        except OSError:
            mine = False
        try:
            yield mine
        finally:
            os.close(descriptor)


def _local() -> Path:
    """The system's temporary directory; if that is /tmp, which is in memory on many machines, the one on disk."""
    usual, on_disk = Path(tempfile.gettempdir()), Path("/var/tmp")  # noqa: S108 -- in a directory of our own
    return on_disk if usual == Path("/tmp") and os.access(on_disk, os.W_OK | os.X_OK) else usual  # noqa: S108


def _files(directory: Path) -> Iterator[tuple[float, int, Path]]:
    """The time of last use, size and path of each."""
    try:
        with os.scandir(directory) as entries:
            listed = list(entries)
    except OSError:
        return
    for entry in listed:
        with contextlib.suppress(OSError):  # removed since it was listed
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            else:
                known = entry.stat(follow_symlinks=False)
                yield known.st_mtime, known.st_size, Path(entry.path)
