"""Logs: files that grow by one whole line at a time."""

import contextlib
import os
from pathlib import Path

from app.adapters.store.files import Files, using

BLOCK = 4096  # bytes


def append_line(files: Files, path: Path, line: str) -> int:
    """Adds one line, whole or not at all; returns where in the file it begins.

    All who append to the same file must hold the same lock. The part of a line that a dead writer left is cut off.
    Raises StoreUnavailable.
    """
    disk, data = files.disk, line.encode("utf-8", "backslashreplace") + b"\n"
    with using(path):
        files.make_directories(path.parent)
        descriptor = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            files.require()
            end = os.fstat(descriptor).st_size
            whole = _end_of_last_line(descriptor, end)
            if whole < end:
                disk.truncate(descriptor, whole)
            try:
                disk.write(descriptor, data)
                disk.fsync(descriptor)
            except BaseException:
                with contextlib.suppress(OSError):
                    disk.truncate(descriptor, whole)
                raise
        finally:
            disk.close(descriptor)
        return whole


def _end_of_last_line(descriptor: int, size: int) -> int:
    """The offset at which the last complete line ends."""
    while size > 0:
        start = max(0, size - BLOCK)
        found = os.pread(descriptor, size - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        size = start
    return 0
