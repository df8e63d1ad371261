"""Files that killed processes left in the store.

A temporary file is locked for as long as its writer lives, on whatever host, and an unfinished collage's directory is
guarded by its campaign's lock: what is not locked was left behind. So nothing depends on ages or clocks, and even
what a writer left a moment ago is found.
"""

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from app.adapters.store.collages.collages import Collages
from app.adapters.store.disk import Disk
from app.adapters.store.files import TEMPORARY, using
from app.adapters.store.root import LOCKS, Root


def sweep(root: Root, collages: Collages, campaigns: Collection[str] | None = None, *, remove: bool) -> list[Path]:
    """Removes what dead writers left; returns it. With `remove=False` it only finds it. Raises StoreUnavailable.

    `campaigns`: only theirs and what belongs to no campaign.
    """
    others = set() if campaigns is None else {name for name in root.campaigns() if name not in campaigns}
    found = [path for name in root.campaigns() if name not in others for path in collages.clear(name, remove=remove)]
    with using(root.path):
        for path in list(_temporary(root, root.path, {LOCKS, *others})):
            if is_dead(root.files.disk, path, remove=remove):
                found.append(path)
    return found


def _temporary(root: Root, directory: Path, without: Collection[str] = ()) -> Iterator[Path]:
    """Every temporary file below a directory, but for those of a collage that is being built."""
    try:
        entries = root.files.disk.scan(directory)
    except FileNotFoundError:  # removed since it was listed
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in without and not entry.name.startswith(TEMPORARY):
                yield from _temporary(root, path)
        elif entry.name.startswith(TEMPORARY):
            yield path


def is_dead(disk: Disk, path: Path, *, remove: bool) -> bool:
    """Whether a temporary file was left by a dead writer; with `remove`, it goes. Raises OSError."""
    try:
        descriptor = disk.open(path, os.O_RDWR)
    except FileNotFoundError:  # it has its name by now
        return False
    try:
        if not disk.lock(descriptor) or not os.fstat(descriptor).st_nlink:
            return False
        # another file may be under the name that was opened: by now it is a photo
        now = disk.stat(path)
        if now is None or now.st_ino != os.fstat(descriptor).st_ino:
            return False
        if remove:
            with contextlib.suppress(FileNotFoundError):
                disk.unlink(path)
        return True
    finally:
        os.close(descriptor)
