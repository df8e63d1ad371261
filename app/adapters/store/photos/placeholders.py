"""Placeholders to show until a photo is loaded: 25 bytes from its intermediate (`app.adapters.imaging.copies`)."""

import zlib
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.adapters.store.files import using
from app.adapters.store.root import Root
from app.adapters.store.stamped import Stamped, stamp_of

CHUNK = b"haSH"  # of the PNG, right behind its signature and IHDR
START = 33
REACH = 4096  # bytes of a file that are read; a file system hands out no fewer
THREADS = 16  # on NFS each file is answered for in a millisecond or more
KEPT = 50_000  # photos, of 200 bytes or so each


class Placeholders:
    """Keeps what was read in memory until its file changes."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._known: Stamped[Path, bytes | None] = Stamped(KEPT)

    def read(self, paths: Collection[Path]) -> dict[Path, bytes | None]:
        """The placeholder in each of these intermediates; None where there is none. Raises StoreUnavailable."""
        if not paths:
            return {}
        with ThreadPoolExecutor(min(THREADS, len(paths)), thread_name_prefix="placeholder") as pool:
            found = dict(zip(paths, pool.map(self._one, paths), strict=True))
        if None in found.values():
            self._root.require()  # what is missing may only be out of sight
        return found

    def _one(self, path: Path) -> bytes | None:
        disk = self._root.files.disk
        with using(path):
            found = disk.stat(path)
            if found is None:
                return None
            try:
                return self._known.get(path, stamp_of(found), lambda: placeholder(disk.read_start(path, REACH)[0]))
            except FileNotFoundError:  # removed since
                return None


def placeholder(beginning: bytes) -> bytes | None:
    """The placeholder in the beginning of an intermediate, or None."""
    length = int.from_bytes(beginning[START : START + 4], "big")
    name, data = beginning[START + 4 : START + 8], beginning[START + 8 : START + 8 + length]
    checksum = beginning[START + 8 + length : START + 12 + length]
    return data if name == CHUNK and checksum == zlib.crc32(CHUNK + data).to_bytes(4, "big") else None
