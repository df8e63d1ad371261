"""Summarises the tags in a campaign's archives: photos without a usable e-mail address, and how each was cropped.

exiftool takes some seconds for 1,000 archives, so a thread reads them and the result is kept.
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
class ArchiveSummary:
    """Public IDs of the photos without an address, or with an unusable one; the photos with over a third cut off."""

    no_address: tuple[str, ...] = ()
    unusable_address: tuple[str, ...] = ()
    much_cut: tuple[Photo, ...] = ()


@dataclass(frozen=True)
class _Known:
    """One archive's tags, without the address itself."""

    address: Kind
    cut: Cut | None


class ArchiveTags:
    """Caches the tags of a store's archives. Thread-safe; holds no address."""

    def __init__(self, store: Store, exiftool: ExifTool) -> None:
        self._store = store
        self._exiftool = exiftool
        self._lock = threading.Lock()
        self._known: dict[str, dict[Photo, _Known]] = {}  # by campaign; a rewritten archive is another Photo
        self._reading: dict[str, threading.Thread] = {}
        self._closed = False

    def summary(self, campaign: str, photos: Sequence[Photo]) -> ArchiveSummary | None:
        """Sums up all photos of a campaign; None while a thread is still reading their archives."""
        known = self._all(campaign, photos)
        if known is None:
            return None
        none, unusable = (
            tuple(photo.public_id for photo in photos if known[photo].address == kind) for kind in ("none", "unusable")
        )
        return ArchiveSummary(
            none, unusable, tuple(photo for photo in photos if (cut := known[photo].cut) and cut.much)
        )

    def cuts(self, campaign: str, shown: Collection[Photo]) -> dict[str, Cut]:
        """How each of a page's photos was cropped, by public ID; reads the archives that are not known yet."""
        with self._lock:
            all_known = self._known.get(campaign, {})
            known = {photo: all_known[photo] for photo in shown if photo in all_known}
        missing = [photo for photo in shown if photo not in known]
        try:
            for start in range(0, len(missing), BATCH):
                known |= self._batch(campaign, missing[start : start + BATCH])
        except ExifToolFailed as error:  # a page without these marks is better than none
            LOG.warning("The page cannot show how photos of %s were cropped: %s", campaign, error)
        return {photo.public_id: cut for photo in shown if photo in known and (cut := known[photo].cut)}

    def close(self) -> None:
        """Ends the threads. Close exiftool afterwards, or they would start it once more."""
        self._closed = True
        with self._lock:
            threads = list(self._reading.values())
        for thread in threads:
            thread.join()

    def _all(self, campaign: str, photos: Sequence[Photo]) -> Mapping[Photo, _Known] | None:
        with self._lock:
            known = self._known.get(campaign, {})
            missing = [photo for photo in photos if photo not in known]
            if not missing:
                self._known[campaign] = {photo: known[photo] for photo in photos}  # drops photos that are gone
                return self._known[campaign]
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
        except Exception as error:  # the next request starts again
            LOG.warning("Reading the archives of %s stopped: %s", campaign, where(error))
        finally:
            with self._lock:
                del self._reading[campaign]

    def _batch(self, campaign: str, photos: Sequence[Photo]) -> dict[Photo, _Known]:
        """Reads some archives and keeps what their tags say. Raises ExifToolFailed."""
        paths = {photo: self._store.photos.archive_path(campaign, photo.public_id) for photo in photos}
        tags = self._exiftool.read(paths.values())
        found = {
            photo: _Known(_kind(tags[path].email), tags[path].cut) if path in tags else _Known("none", None)
            for photo, path in paths.items()
        }
        with self._lock:
            self._known.setdefault(campaign, {}).update(found)
        return found


def _kind(email: str | None) -> Kind:
    return "usable" if normalise(email) else "unusable" if email else "none"
