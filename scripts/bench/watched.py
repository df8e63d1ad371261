"""A disk that counts its operations and can be slow.

An operation is a method of `Disk` (app/adapters/store/disk.py). Most are one system call; one that reads also opens and
closes. Attributes of a listed name (such as its modification time) count separately as `stat of an entry`, because a
network file system that sends them along with a listing (NFS's READDIRPLUS) needs no extra request.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.adapters.store.disk import Disk

ENTRY = "stat of an entry"


class Watched(Disk):
    """The real disk; `calls` counts by operation. `wait`: extra seconds for each; `entries`: also for each entry's
    stat.
    """

    def __init__(self, wait: float = 0, *, entries: bool = False) -> None:
        self.calls: Counter[str] = Counter()
        self._wait, self._entries, self._lock = wait, entries, threading.Lock()

    def note(self, operation: str) -> None:
        with self._lock:
            self.calls[operation] += 1
        if self._wait and (operation != ENTRY or self._entries):
            time.sleep(self._wait)

    def scan(self, path: Path) -> list[os.DirEntry[str]]:
        self.note("scan")
        return [Entry(entry, self) for entry in super().scan(path)]  # type: ignore[misc]


class Entry:
    """A listed name, as os.scandir gives it."""

    def __init__(self, entry: os.DirEntry[str], disk: Watched) -> None:
        self._entry, self._disk = entry, disk
        self.name, self.path, self.is_dir, self.is_file = entry.name, entry.path, entry.is_dir, entry.is_file

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        self._disk.note(ENTRY)
        return self._entry.stat(follow_symlinks=follow_symlinks)


def _noted(name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Watched, *arguments: Any) -> Any:
        self.note(name)
        return operation(self, *arguments)

    return method


for _name, _operation in vars(Disk).items():
    if callable(_operation) and not _name.startswith("_") and _name not in vars(Watched):
        setattr(Watched, _name, _noted(_name, _operation))
