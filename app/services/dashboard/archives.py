"""What archives say that pages count: which photos have no e-mail address or an unusable one, and how each was cut.

exiftool reads 1,000 archives in some seconds, so it is done apart and kept.
"""

import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.photos.listing import Photo
from app.core.addresses import normalise
from app.core.cropping import Cut
from app.core.errors import ExifToolFailed, where

LOG = logging.getLogger(__name__)
BATCH = 25  # archives in one run of exiftool, which a webhook may be waiting for


Kind = Literal["usable", "unusable", "none"]


@dataclass(frozen=True)
class Unreachable:
    """Public IDs of the photos whose people cannot be written to: no address was typed, or an unusable one."""

    none: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """What an archive says, without the address itself."""

    address: Kind
    cut: Cut | None


class Addresses:
    """What is known of a store's archives. Threads may share it; it holds no address."""

    def __init__(self, store: Store, exiftool: ExifTool) -> None:
        self._store = store
        self._exiftool = exiftool
        self._lock = threading.Lock()
        self._said: dict[str, dict[Photo, Said]] = {}  # by campaign; a photo that is written anew is another one
        self._reading: dict[str, threading.Thread] = {}
        self._closed = False

    def unreachable(self, campaign: str, photos: Sequence[Photo]) -> Unreachable | None:
        """Whose photos have no usable address; None while that is being found out, by a thread of its own."""
        said = self._all(campaign, photos)
        if said is None:
            return None
        none, unusable = (
            tuple(one.public_id for one in photos if said[one].address == kind) for kind in ("none", "unusable")
        )
        return Unreachable(none, unusable)

    def cut(self, campaign: str, photos: Sequence[Photo]) -> list[Photo] | None:
        """Those of which more than a third was cut off; None while that is being found out."""
        said = self._all(campaign, photos)
        return None if said is None else [one for one in photos if (cut := said[one].cut) and cut.much]

    def cuts(self, campaign: str, few: Collection[Photo]) -> dict[str, Cut]:
        """How each of a page's photos was cut, by public ID; read now where that is not known yet."""
        with self._lock:
            known = dict(self._said.get(campaign, {}))
        missing = [photo for photo in few if photo not in known]
        try:
            for start in range(0, len(missing), BATCH):
                known |= self._batch(campaign, missing[start : start + BATCH])
        except ExifToolFailed as error:  # a page without marks is better than none
            LOG.warning("It cannot be shown how photos of %s were cut: %s", campaign, error)
        return {photo.public_id: cut for photo in few if photo in known and (cut := known[photo].cut)}

    def close(self) -> None:
        """Ends what is being read; whoever closes exiftool does this first, or it would be started once more."""
        self._closed = True
        with self._lock:
            threads = list(self._reading.values())
        for thread in threads:
            thread.join()

    def _all(self, campaign: str, photos: Sequence[Photo]) -> Mapping[Photo, Said] | None:
        with self._lock:
            known = self._said.get(campaign, {})
            missing = [photo for photo in photos if photo not in known]
            if not missing:
                self._said[campaign] = {photo: known[photo] for photo in photos}  # and nobody who went
                return self._said[campaign]
            if campaign not in self._reading and not self._closed:
                thread = threading.Thread(target=self._read, args=(campaign, missing), daemon=True)
                self._reading[campaign] = thread
                thread.start()
        return None

    def _read(self, campaign: str, photos: Sequence[Photo]) -> None:
        try:
            for start in range(0, len(photos), BATCH):
                if self._closed:
                    return
                self._batch(campaign, photos[start : start + BATCH])
        except Exception as error:  # whoever asks next starts it again
            LOG.warning("The archives of %s were not read to their end: %s", campaign, where(error))
        finally:
            with self._lock:
                del self._reading[campaign]

    def _batch(self, campaign: str, photos: Sequence[Photo]) -> dict[Photo, Said]:
        """Reads some archives, and keeps what they say. Raises ExifToolFailed."""
        paths = {photo: self._store.photos.archive_path(campaign, photo.public_id) for photo in photos}
        tags = self._exiftool.read(paths.values())
        said = {
            photo: Said(_kind(tags[path].email), tags[path].cut) if path in tags else Said("none", None)
            for photo, path in paths.items()
        }
        with self._lock:
            self._said.setdefault(campaign, {}).update(said)
        return said


def _kind(email: str | None) -> Kind:
    return "usable" if normalise(email) else "unusable" if email else "none"
