"""Which photos there are. Looks at names and times only: 50,000 on a network file system are one listing."""

import contextlib
import os
from collections.abc import Iterable
from typing import NamedTuple

from app.adapters.store.files import using
from app.adapters.store.names import file_name, is_file_name, public_id_of
from app.adapters.store.photos.paths import SUFFIXES, PhotoPaths
from app.adapters.store.stamped import Stamp


class Photo(NamedTuple):
    """An approved photo that the store holds. `approved_at`: nanoseconds since 1970.

    `written_at`: when its archive was last changed, in the same unit, so that a rewritten photo is not equal.
    """

    public_id: str
    approved_at: int
    written_at: int = 0


class PhotoListing(PhotoPaths):
    def holders(self, public_id: str) -> dict[str, bool]:
        """The campaigns that have a file of the photo, and whether they have archive and intermediate."""
        held = {}
        for campaign in self._root.campaigns():
            paths = self._paths(campaign, public_id)
            with using(paths[0]):
                both = [self._root.files.exists(path) for path in paths[:2]]
                # variants are only looked for where they may be all that a removal left
                if any(both) or any(self._root.files.exists(path) for path in paths[2:]):
                    held[campaign] = all(both)
        return held

    def pairs(self, campaign: str) -> dict[str, tuple[bool, bool]]:
        """Every public ID that a campaign has a file of, and whether it has the archive and the intermediate."""
        self._root.require()
        archives = _public_ids(self._names(campaign, "approved"), ".jpg")
        thumbnails = self._names(campaign, "thumbnails")
        intermediates = _public_ids(thumbnails, ".png")
        every = archives.union(intermediates, *(_public_ids(thumbnails, suffix) for suffix in SUFFIXES.values()))
        return {public_id: (public_id in archives, public_id in intermediates) for public_id in every}

    def incomplete(self, campaign: str, photos: Iterable[Photo]) -> set[str]:
        """Those of these photos that have no intermediate. Raises StoreUnavailable."""
        self._root.require()
        whole = {name.removesuffix(".png") for name in self._names(campaign, "thumbnails") if name.endswith(".png")}
        return {photo.public_id for photo in photos if file_name(photo.public_id) not in whole}

    def _names(self, campaign: str, room: str) -> list[str]:
        directory = self._root.path / campaign / room
        with using(directory):
            return [entry.name for entry in self._root.files.scan(directory)]

    def count(self, campaign: str) -> int:
        """How many photos a campaign has."""
        return len(self.public_ids(campaign))

    def public_ids(self, campaign: str) -> frozenset[str]:
        """Every photo of a campaign. One listing, which looks at names only."""
        self._root.require()
        return frozenset(_public_ids(self._names(campaign, "approved"), ".jpg"))

    def stamp(self, campaign: str) -> Stamp:
        """The stamp of a campaign's list of photos; () where there never was one. Raises StoreUnavailable.

        The directory is opened: on NFS that asks the server, where a stat may be answered from a cache for a minute.
        """
        directory = self._root.path / campaign / "approved"
        with using(directory):
            try:
                descriptor = self._root.files.disk.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            except FileNotFoundError:
                self._root.require()
                return ()
            try:
                found = os.fstat(descriptor)
            finally:
                os.close(descriptor)
        return (found.st_mtime_ns, found.st_ctime_ns, found.st_ino)

    def all(self, campaign: str) -> list[Photo]:
        """Every photo of a campaign, in order of approval (then of public ID). Stray files are skipped."""
        self._root.require()
        directory = self._root.path / campaign / "approved"
        with using(directory):
            photos = []
            for entry in self._root.files.scan(directory):
                name = entry.name.removesuffix(".jpg")
                if name != entry.name and is_file_name(name):
                    with contextlib.suppress(FileNotFoundError):  # removed since it was listed
                        found = entry.stat()
                        photos.append(Photo(public_id_of(name), found.st_mtime_ns, found.st_ctime_ns))
        return sorted(photos, key=lambda photo: (photo.approved_at, photo.public_id))

    def find(self, campaign: str, public_ids: Iterable[str]) -> dict[str, Photo]:
        """Those of these photos that a campaign has, without listing all. Raises StoreUnavailable."""
        self._root.require()
        found = {}
        for public_id in public_ids:
            path = self.archive_path(campaign, public_id)
            with using(path):
                status = self._root.files.disk.stat(path)
            if status is not None:
                found[public_id] = Photo(public_id, status.st_mtime_ns, status.st_ctime_ns)
        return found


def _public_ids(names: Iterable[str], suffix: str) -> set[str]:
    stems = (name.removesuffix(suffix) for name in names if name.endswith(suffix))
    return {public_id_of(stem) for stem in stems if is_file_name(stem)}
