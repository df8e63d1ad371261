"""Which photos have no e-mail address, or an unusable one.

exiftool reads 1,000 archives in some seconds, so it is done apart and kept.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.addresses import normalise
from app.errors import where
from app.exif import ExifTool
from app.store import Store
from app.store.photos import Photo

LOG = logging.getLogger(__name__)
BATCH = 25  # archives in one run of exiftool, which a webhook may be waiting for

Kind = Literal["usable", "unusable", "none"]


@dataclass(frozen=True)
class Unreachable:
    """Public IDs of the photos whose people cannot be written to: no address was typed, or an unusable one."""

    none: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()


class Addresses:
    """What is known of a store's archives. Threads may share it; it holds no address."""

    def __init__(self, store: Store, exiftool: ExifTool) -> None:
        self._store = store
        self._exiftool = exiftool
        self._lock = threading.Lock()
        self._kinds: dict[
            str, dict[tuple[Photo, int], Kind]
        ] = {}  # by campaign; an archive written anew is another one
        self._reading: dict[str, threading.Thread] = {}
        self._closed = False

    def unreachable(self, campaign: str, photos: Sequence[Photo]) -> Unreachable | None:
        """Whose photos have no usable address; None while that is being found out, by a thread of its own."""
        with self._lock:
            known = self._kinds.get(campaign, {})
            missing = [photo for photo in photos if _file(photo) not in known]
            if not missing:
                self._kinds[campaign] = kinds = {_file(one): known[_file(one)] for one in photos}  # and nobody who went
                none, unusable = (
                    tuple(photo.public_id for photo in photos if kinds[_file(photo)] == kind)
                    for kind in ("none", "unusable")
                )
                return Unreachable(none, unusable)
            if campaign not in self._reading and not self._closed:
                thread = threading.Thread(target=self._read, args=(campaign, missing), daemon=True)
                self._reading[campaign] = thread
                thread.start()
        return None

    def close(self) -> None:
        """Ends what is being read; whoever closes exiftool does this first, or it would be started once more."""
        self._closed = True
        with self._lock:
            threads = list(self._reading.values())
        for thread in threads:
            thread.join()

    def _read(self, campaign: str, photos: Sequence[Photo]) -> None:
        try:
            for start in range(0, len(photos), BATCH):
                if self._closed:
                    return
                batch = photos[start : start + BATCH]
                paths = {photo: self._store.photos.archive_path(campaign, photo.public_id) for photo in batch}
                tags = self._exiftool.read(paths.values())
                with self._lock:
                    known = self._kinds.setdefault(campaign, {})
                    for photo, path in paths.items():
                        known[_file(photo)] = _kind(tags[path].email if path in tags else None)
        except Exception as error:  # whoever asks next starts it again
            LOG.warning("The addresses of %s were not counted to their end: %s", campaign, where(error))
        finally:
            with self._lock:
                del self._reading[campaign]


def _file(photo: Photo) -> tuple[Photo, int]:
    return photo, photo.inode


def _kind(email: str | None) -> Kind:
    return "usable" if normalise(email) else "unusable" if email else "none"
