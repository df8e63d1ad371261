"""Archives, intermediates and variants for the screen. A photo counts as present when its archive is there.

An intermediate's modification time is the version of the photo that it shows (Cloudinary counts versions in seconds
since 1970) and, as a fraction of a second, where the photo was cut: its mark (`Tags.mark`). After a crash between
the two files, a photo that was overwritten or cut anew has its new intermediate and its old archive; the mark shows
that, and the photo is stored again. Variants (JPEGs beside the intermediate) have the same time, and are shown only
while it is the intermediate's. They are optional: failing to write one does not fail the photo. Files that earlier
versions made (`paths.FORMER`) are never read, and removed as soon as anything else of the photo's variants changes.
"""

import contextlib
from collections.abc import Mapping
from types import MappingProxyType

from app.adapters.store.files import using
from app.adapters.store.photos import marks
from app.adapters.store.photos.listing import PhotoListing
from app.adapters.store.photos.looks import Looks
from app.adapters.store.photos.paths import FORMER, SUFFIXES, VARIANTS
from app.adapters.store.photos.reading import PhotoReading
from app.adapters.store.root import Lock, Root
from app.core.errors import StoreUnavailable

NONE: Mapping[str, bytes] = MappingProxyType({})


class Photos(PhotoListing, PhotoReading):
    """The photos of a store."""

    def __init__(self, root: Root) -> None:
        super().__init__(root)
        self._looks = Looks(root)

    def lock(self, public_id: str) -> contextlib.AbstractContextManager[Lock]:
        """Only one process works on a photo at a time. Raises PhotoBusy."""
        return self._root.lock("photo", f"the photo {public_id}")

    def put(
        self,
        campaign: str,
        public_id: str,
        archive: bytes,
        intermediate: bytes,
        approved_at: float,
        mark: float | None = None,
        variants: Mapping[str, bytes] = NONE,
    ) -> list[str]:
        """Stores all files, the archive last, so that an archive always has its intermediate, and variants before both.

        Looks of another picture go first. `approved_at` (seconds since 1970) becomes the archive's modification time.
        Returns the variants that the photo is now without. Raises StoreUnavailable.
        """
        self._root.require()
        path = self.intermediate_path(campaign, public_id)
        with using(path):
            before = self._root.files.disk.stat(path)
        if before is not None and not marks.has(before, mark):
            self._looks.remove(campaign, public_id)
        lacking = self.put_variants(campaign, public_id, variants, mark)
        self.put_intermediate(campaign, public_id, intermediate, mark)
        self.put_archive(campaign, public_id, archive, approved_at)
        return lacking

    def put_archive(self, campaign: str, public_id: str, archive: bytes, approved_at: float) -> None:
        """Stores an archive with other metadata, whose intermediate is there already. Raises StoreUnavailable."""
        self._root.require()
        self._root.files.write_whole(self.archive_path(campaign, public_id), archive, mtime=approved_at)

    def put_intermediate(self, campaign: str, public_id: str, intermediate: bytes, mark: float | None) -> None:
        """Stores an intermediate made from the archive with this mark. Raises StoreUnavailable."""
        self._root.require()
        path = self.intermediate_path(campaign, public_id)
        self._root.files.write_whole(path, intermediate, mtime=marks.time_of(mark))

    def put_variants(
        self, campaign: str, public_id: str, variants: Mapping[str, bytes], mark: float | None
    ) -> list[str]:
        """Stores the variants with this mark, and removes the others, which would show another picture.

        Returns the names of those that are missing now. Raises StoreUnavailable only if the whole store is unavailable.
        """
        self._root.require()
        lacking = []
        for name in SUFFIXES:
            path, data = self.variant_path(campaign, public_id, name), variants.get(name)
            try:
                if data is None:
                    self._root.files.remove(path)
                else:
                    self._root.files.write_whole(path, data, mtime=marks.time_of(mark))
                    continue
            except StoreUnavailable:
                self._root.require()
            if name in VARIANTS:
                lacking.append(name)
        return lacking

    def remove_former(self, campaign: str, public_id: str) -> None:
        """Removes variants that only earlier versions made. Raises StoreUnavailable."""
        for name in FORMER:
            self._root.files.remove(self.variant_path(campaign, public_id, name))

    def distrust(self, campaign: str, public_id: str) -> None:
        """Makes `fits` false, so that the photo is fetched again; it may still be shown and mounted meanwhile."""
        intermediate = self.intermediate(campaign, public_id)
        if intermediate is not None:
            found = {name: self.variant(campaign, public_id, name) for name in VARIANTS}
            self.put_variants(campaign, public_id, {name: one[0] for name, one in found.items() if one}, None)
            self.put_intermediate(campaign, public_id, intermediate, None)

    def remove(self, campaign: str, public_id: str) -> bool:
        """Removes all files, the looks first, then the archive; returns whether there were any."""
        self._root.require()
        looks = self._looks.remove(campaign, public_id)
        removed = [self._root.files.remove(path) for path in self._paths(campaign, public_id)]
        return looks or True in removed
