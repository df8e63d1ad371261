"""Fetches of the picture in a mail: `<campaign>/logs/opens/YYYYMMDD.<writer>.jsonl`, a file for each process and day.

Hosts and processes never append to the same file, so no line tears and nobody waits. Only `Logs.purge` shares a
writer's file: it rewrites it without a person, and the two take turns by a lock on the file.
"""

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from app.adapters.store.documents import an_object, moment
from app.adapters.store.files import using
from app.adapters.store.root import Root
from app.core.errors import StoreUnavailable

KEYS = ("collage", "photo", "class")
PATIENCE = 5.0  # seconds, while a file is written anew
SYNC_EVERY = 1.0  # seconds


class Opens:
    def __init__(self, root: Root) -> None:
        self._root = root
        self._writers: dict[tuple[int, str], _Writer] = {}

    def directory(self, campaign: str) -> Path:
        return self._root.path / campaign / "logs" / "opens"

    def add(self, campaign: str, when: datetime, record: Mapping[str, str | None]) -> None:
        """Adds a line: `when`, the campaign, and the collage, photo and class of `record`, each unless it is None.

        Raises StoreUnavailable.
        """
        values = {key: record[key] for key in KEYS if record.get(key) is not None}
        line = json.dumps({"time": f"{when:%Y-%m-%dT%H:%M:%SZ}", "campaign": campaign} | values).encode("ascii") + b"\n"
        key = (os.getpid(), campaign)  # a fork has files of its own
        writer = self._writers.get(key) or self._writers.setdefault(key, _Writer(self._root, self.directory(campaign)))
        writer.add(f"{when:%Y%m%d}", line)

    def read(self, campaign: str) -> Iterator[dict[str, Any]]:
        """Every record of a campaign, the oldest file first. Cut or damaged lines are skipped.

        Raises StoreUnavailable.
        """
        self._root.require()
        directory = self.directory(campaign)
        with using(directory):
            names = sorted(entry.name for entry in self._root.files.scan(directory) if entry.name.endswith(".jsonl"))
        for name in names:
            for line in (self._root.files.read(directory / name) or b"").split(b"\n"):
                record = an_object(line)
                if record is not None and _is_record(record):
                    yield record


def _is_record(line: Mapping[str, Any]) -> bool:
    return (
        moment(line.get("time")) is not None
        and all(isinstance(line.get(key), str) for key in ("collage", "class"))
        and isinstance(line.get("photo", ""), str)
    )


class _Writer:
    """The file of this process in one directory. Threads take turns."""

    def __init__(self, root: Root, directory: Path) -> None:
        self._disk = root.files.disk
        self._root = root
        self._directory = directory
        host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())
        self._name = f"{host}-{os.getpid()}-{secrets.token_hex(4)}"
        self._turn = threading.Lock()
        self._day = ""
        self._descriptor: int | None = None
        self._syncing = False
        self._failed: OSError | None = None

    def add(self, day: str, line: bytes) -> None:
        with self._turn, using(self._directory):
            descriptor = self._locked(day)
            try:
                end = os.fstat(descriptor).st_size
                try:
                    self._disk.write(descriptor, line)
                except BaseException:
                    with contextlib.suppress(OSError):
                        self._disk.truncate(descriptor, end)
                    raise
                self._sync_soon(descriptor)
            except OSError:
                self._close()  # the next one reopens the file, which may be all that is wrong
                raise
            finally:
                if self._descriptor is not None:
                    fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            failed, self._failed = self._failed, None
            if failed is not None:
                raise failed

    def _locked(self, day: str) -> int:
        """The locked descriptor of the day's file, which must still have its name: it may have been replaced."""
        deadline = time.monotonic() + PATIENCE
        while True:
            if self._descriptor is None or self._day != day:
                self._close()
                self._descriptor, self._day = self._open(day), day
            if self._disk.lock(self._descriptor):
                if _has_name(self._descriptor):
                    return self._descriptor
                self._close()
            elif time.monotonic() > deadline:
                raise StoreUnavailable(f"Another process has held a file in {self._directory} for {PATIENCE:g} s.")
            else:
                time.sleep(0.002)

    def _open(self, day: str) -> int:
        self._root.require()
        self._root.files.make_directories(self._directory)
        path = self._directory / f"{day}.{self._name}.jsonl"
        return self._disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def _close(self) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                self._disk.close(self._descriptor)
            self._descriptor = None

    def _sync_soon(self, descriptor: int) -> None:
        """Syncs what was written, in a second and in a thread of its own.

        A sync for each record would delay every picture by 5 to 100 ms while a collage is being written. So a power cut
        may lose a second of opens; the death of the process loses nothing.
        """
        if not self._syncing:
            timer = threading.Timer(SYNC_EVERY, self._sync, [os.dup(descriptor)])
            timer.daemon = True
            timer.start()
            self._syncing = True

    def _sync(self, descriptor: int) -> None:
        self._syncing = False  # before the sync: later writes need another one
        try:
            self._disk.fsync(descriptor)
        except OSError as error:
            if error.errno != errno.ESTALE:  # of a file that was replaced meanwhile
                self._failed = error  # raised by the next `add`
        finally:
            os.close(descriptor)


def _has_name(descriptor: int) -> bool:
    try:
        return os.fstat(descriptor).st_nlink > 0
    except OSError:  # NFS: replaced from another host
        return False
