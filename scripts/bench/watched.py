"""A disk that counts what is asked of it, and can be slow.

An operation is a method of `Disk` (app/adapters/store/disk.py); most are one question to the system, while one that
reads opens and closes, too. Beside them, what is asked of a listed name (its modification time, say) counts as
`stat of an entry`: a network file system that sends attributes along with a listing (NFS's READDIRPLUS) is not asked
again for these.
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
    """The real disk; `calls` counts by operation. `wait`: seconds that each takes longer; `entries`: and each entry's
    stat as well."""

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
