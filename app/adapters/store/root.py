"""The top of the store: its marker, its campaigns, its locks."""

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from app.adapters.store.disk import CLOSED_MODE, DIRECTORY_MODE, Disk
from app.adapters.store.files import TEMPORARY, Files, using
from app.core import limits
from app.core.errors import PhotoBusy, StoreUnavailable

MARKER = ".collagen"
LOCKS = ".locks"
UNFILED = ".unfiled"
LARGEST_NOTE = 64 * 1024  # bytes, in the file of a lock
# Free space below which nothing more is taken in: a photo is about 0.5 MB, a collage up to 60 MB.
RESERVE = 100 * 1024 * 1024


class Lock:
    """A lock that is held. A note in its file is there for the next holder, unless a crash damaged it."""

    def __init__(self, disk: Disk, descriptor: int) -> None:
        self._disk = disk
        self._descriptor = descriptor

    def noted(self) -> bytes:
        """The last note; empty where it cannot be read."""
        with contextlib.suppress(OSError):
            return os.pread(self._descriptor, LARGEST_NOTE, 0)
        return b""

    def note(self, data: bytes) -> None:
        """Replaces the note; it is empty where that cannot be written."""
        with contextlib.suppress(OSError):
            self._disk.truncate(self._descriptor, 0)
            self._disk.write(self._descriptor, data)


class Root:
    """The directory that holds everything. Creating one touches nothing on disk."""

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        self.path = path
        self.files = Files(disk, self.require, self._mode)

    def initialise(self) -> bool:
        """Makes the directory and its marker if they are missing; returns whether they were."""
        with using(self.path):
            if self.files.disk.stat(self.path / MARKER) is not None:
                return False
        Files(self.files.disk).write_whole(
            self.path / MARKER,
            b"This directory is a store of Collagen's. Without this file nothing is\nread from it or written to it.\n",
        )
        return True

    def require(self) -> None:
        """Raises StoreUnavailable unless the marker is there: an unmounted store looks like an empty one."""
        with using(self.path):
            if self.files.disk.stat(self.path / MARKER) is None:
                raise StoreUnavailable(
                    f"{self.path} is no store: it has no file {MARKER}. Is it mounted?"
                    " For a new store: python -m app init"
                )

    def _mode(self, directory: Path) -> int:
        """The permissions of a new directory. nginx, as one of our group, sends collages and nothing else.

        The same directories are closed in deploy/systemd/collagen.tmpfiles.conf, for stores that were made before.
        """
        parts = directory.relative_to(self.path).parts
        leads_to_collages = not parts or (parts[0][0] != "." and parts[1:2] in ((), ("collages",)))
        return DIRECTORY_MODE if leads_to_collages else CLOSED_MODE

    def check(self) -> None:
        """Raises StoreUnavailable where the store cannot be written to, or is nearly full. Writes nothing."""
        space = self.require_room()
        if space.f_flag & os.ST_RDONLY or not os.access(self.path, os.W_OK | os.X_OK):
            raise StoreUnavailable(
                f"{self.path} cannot be written to: mount it read-write, for the user who runs Collagen."
            )

    def require_room(self) -> os.statvfs_result:
        """Raises StoreUnavailable where the store is nearly full and must not take in more."""
        space = self._space()
        if space.f_bavail * space.f_frsize < RESERVE:
            raise StoreUnavailable(f"{self.path} is full: less than {RESERVE // 1024**2} MB are left.")
        return space

    def free(self) -> int:
        """The number of free bytes. Raises StoreUnavailable."""
        space = self._space()
        return space.f_bavail * space.f_frsize

    def trial(self) -> float:
        """Writes a file and removes it; returns how many seconds the store's clock is ahead of ours.

        Raises StoreUnavailable where either fails.
        """
        path = self.path / f"{TEMPORARY}{secrets.token_hex(8)}"  # what a killed trial leaves, a sweep removes
        before = time.time()
        self.files.write_whole(path, b"a trial of python -m app doctor\n")
        after = time.time()
        with using(path):
            written = self.files.disk.stat(path)
        self.files.remove(path)
        if written is None:  # swept meanwhile: it had no lock any more
            return 0.0
        return max(written.st_mtime - after, 0.0) or min(written.st_mtime - before, 0.0)

    def _space(self) -> os.statvfs_result:
        self.require()
        with using(self.path):
            return self.files.disk.space(self.path)

    def expire(self, directory: str, seconds: float) -> None:
        """Removes the files of a directory of the store that were written longer ago. Raises StoreUnavailable."""
        self.require()
        path = self.path / directory
        with using(path):
            for entry in self.files.scan(path):
                found = self.files.disk.stat(Path(entry.path))
                if found is not None and found.st_mtime < time.time() - seconds:
                    self.files.remove(Path(entry.path))

    def campaigns(self) -> list[str]:
        """Names of the campaigns that have a directory here, known to campaigns.toml or not."""
        self.require()
        with using(self.path):
            return sorted(
                entry.name for entry in self.files.disk.scan(self.path) if entry.is_dir() and entry.name[0] != "."
            )

    def not_writable(self) -> list[str]:
        """The campaigns whose directory this user cannot write to. Raises StoreUnavailable."""
        return [name for name in self.campaigns() if not os.access(self.path / name, os.W_OK | os.X_OK)]

    @contextlib.contextmanager
    def lock(self, kind: str, key: str, patience: float = limits.LOCK_SECONDS) -> Iterator[Lock]:
        """Holds the lock for `key`, across threads, processes and hosts.

        Keys of one `kind` share 256 lock files that are never removed (removing one while another waits for it would
        hand out the lock twice); two keys on one file only wait for each other. The holder of a lock may therefore take
        one of another kind, never a second one of the same. Raises PhotoBusy after `patience` seconds.
        """
        self.require()
        slot = hashlib.sha256(key.encode("utf-8")).hexdigest()[:2]
        descriptor = self.files.lock(self.path / LOCKS / f"{kind}-{slot}", patience)
        if descriptor is None:
            raise PhotoBusy(f"Another process has been at work on {key} for {patience:g} s.", retry_after=30)
        try:
            yield Lock(self.files.disk, descriptor)
        finally:
            os.close(descriptor)
