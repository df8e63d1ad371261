"""Values made from files, each kept in memory until its file changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from os import stat_result
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Stamp = tuple[int, ...]  # of a file or directory: differs once it has changed


def stamp_of(found: stat_result) -> Stamp:
    """The stamp of a file. A photo that is cut anew keeps its mtime, and the inode of a removed file is used again."""
    return (found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns)


class Stamped(Generic[Key, Value]):
    """At most `most` values, those that were used last. Threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[Stamp, Value]] = OrderedDict()

    def get(self, key: Key, stamp: Stamp | None, make: Callable[[], Value]) -> Value:
        """The value that was made for this stamp, or a new one; what `make` raises is raised.

        The caller takes the stamp before, so that a change that happens meanwhile is noticed the next time. None: there
        is no file, so nothing is kept.
        """
        if stamp is None:
            return make()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(key)
                return kept[1]
        value = make()
        with self._lock:
            self._kept[key] = stamp, value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value
