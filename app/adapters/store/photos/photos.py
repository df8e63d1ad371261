"""Archives, intermediates and variants for the screen. A photo counts as present when its archive is there.

An intermediate's modification time is the version of the photo that it shows (Cloudinary counts versions in seconds
since 1970) and, as a fraction of a second, where the photo was cut: its mark (`Tags.mark`). After a crash between
the two files, a photo that was overwritten or cut anew has its new intermediate and its old archive; the mark tells, so
that the photo is put once more. Variants (JPEGs beside the intermediate) have the same time, and are shown only where
it is the intermediate's. They can be missing: what cannot be written of them fails no photo.
"""

import contextlib
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from app.adapters.store.files import using
from app.adapters.store.names import file_name, is_file_name, public_id_of
from app.adapters.store.photos import marks
from app.adapters.store.photos.placeholders import Placeholders
from app.adapters.store.root import Lock, Root
from app.core.errors import StoreUnavailable

JPEG_END = b"\xff\xd9"
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
VARIANTS = ("thumb", "medium")  # the smallest first; what they are is said in app.adapters.imaging.variants
SUFFIXES = {variant: f".{variant}.jpg" for variant in VARIANTS}
NONE: Mapping[str, bytes] = MappingProxyType({})
Stamp = tuple[int, ...]  # of a file or directory: another one where it has changed


class Photo(NamedTuple):
    """An approved photo that the store holds. `approved_at`: nanoseconds since 1970.

    `written_at`: the same of its archive's last change, so that one that was written anew is another.
    """

    public_id: str
    approved_at: int
    written_at: int = 0


class Photos:
    def __init__(self, root: Root) -> None:
        self._root = root
        self._placeholders = Placeholders(root)

    def archive_path(self, campaign: str, public_id: str) -> Path:
        return self._root.path / campaign / "approved" / f"{file_name(public_id)}.jpg"

    def intermediate_path(self, campaign: str, public_id: str) -> Path:
        return self._root.path / campaign / "thumbnails" / f"{file_name(public_id)}.png"

    def variant_path(self, campaign: str, public_id: str, variant: str) -> Path:
        return self._root.path / campaign / "thumbnails" / f"{file_name(public_id)}{SUFFIXES[variant]}"

    def lock(self, public_id: str) -> contextlib.AbstractContextManager[Lock]:
        """One photo is worked on by one process at a time. Raises PhotoBusy."""
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

        `approved_at` (seconds since 1970) becomes the archive's modification time. Returns the variants that the photo
        is now without. Raises StoreUnavailable.
        """
        lacking = self.put_variants(campaign, public_id, variants, mark)
        self.put_intermediate(campaign, public_id, intermediate, mark)
        self.put_archive(campaign, public_id, archive, approved_at)
        return lacking

    def put_archive(self, campaign: str, public_id: str, archive: bytes, approved_at: float) -> None:
        """Stores an archive whose intermediate is there: one with other metadata. Raises StoreUnavailable."""
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
        """Stores the variants with this mark, and removes those that are not given, which would be another picture's.

        Returns those that could not be stored or are not given. Raises StoreUnavailable only where the whole store is.
        """
        self._root.require()
        lacking = []
        for name in VARIANTS:
            path, data = self.variant_path(campaign, public_id, name), variants.get(name)
            try:
                if data is None:
                    self._root.files.remove(path)
                else:
                    self._root.files.write_whole(path, data, mtime=marks.time_of(mark))
                    continue
            except StoreUnavailable:
                self._root.require()
            lacking.append(name)
        return lacking

    def variant(self, campaign: str, public_id: str, variant: str) -> tuple[bytes, int] | None:
        """A variant's bytes and its number (see `versions`).

        None where there is none, it is cut short, or it has not the intermediate's mark. Raises StoreUnavailable.
        """
        path = self.variant_path(campaign, public_id, variant)
        with using(path):
            there, intermediate = (
                self._root.files.disk.stat(one) for one in (path, self.intermediate_path(campaign, public_id))
            )
        if there is None or intermediate is None:
            self._root.require()  # what is missing may only be out of sight
            return None
        if marks.number(there) != marks.number(intermediate):
            return None
        data = self._root.files.read(path)
        return (data, marks.number(there)) if data and data.endswith(JPEG_END) else None

    def version(self, campaign: str, public_id: str) -> int | None:
        """What `versions` says of one photo; None where it has no intermediate. Raises StoreUnavailable."""
        return self.versions(campaign, [public_id]).get(public_id)

    def versions(self, campaign: str, public_ids: Iterable[str]) -> dict[str, int]:
        """A number for each of these photos that has an intermediate; another one when its picture is another.

        It is what `?v=` in the address of a picture says. Nothing is cached. Raises StoreUnavailable.
        """
        self._root.require()
        found = {}
        for public_id in public_ids:
            path = self.intermediate_path(campaign, public_id)
            with using(path):
                there = self._root.files.disk.stat(path)
            if there is not None:
                found[public_id] = marks.number(there)
        return found

    def placeholders(self, campaign: str, public_ids: Collection[str]) -> dict[str, bytes | None]:
        """The ThumbHash of each photo (about 25 bytes), None where there is none. Raises StoreUnavailable."""
        paths = {self.intermediate_path(campaign, public_id): public_id for public_id in public_ids}
        return {paths[path]: found for path, found in self._placeholders.read(paths).items()}

    def fits(self, campaign: str, public_id: str, mark: float | None) -> bool:
        """Whether the intermediate is there and has the archive's mark, and neither file is empty or cut short.

        That is what can be known without decoding pictures. Raises StoreUnavailable.
        """
        self._root.require()
        archive, intermediate = self.archive_path(campaign, public_id), self.intermediate_path(campaign, public_id)
        disk = self._root.files.disk
        with using(archive):
            found = disk.stat(intermediate)
            try:
                return (
                    found is not None
                    and mark is not None
                    and marks.has(found, mark)
                    and disk.read_end(archive, len(JPEG_END)) == JPEG_END
                    and disk.read_end(intermediate, len(PNG_END)) == PNG_END
                )
            except FileNotFoundError:
                return False

    def marked(self, path: Path, mark: float | None) -> bool:
        """Whether an intermediate or a variant is there and has this mark. Raises StoreUnavailable."""
        self._root.require()
        with using(path):
            found = self._root.files.disk.stat(path)
        return found is not None and marks.has(found, mark)

    def distrust(self, campaign: str, public_id: str) -> None:
        """Makes `fits` false, so that the photo is fetched again; it may still be shown and mounted meanwhile."""
        intermediate = self.intermediate(campaign, public_id)
        if intermediate is not None:
            found = {name: self.variant(campaign, public_id, name) for name in VARIANTS}
            self.put_variants(campaign, public_id, {name: one[0] for name, one in found.items() if one}, None)
            self.put_intermediate(campaign, public_id, intermediate, None)

    def remove(self, campaign: str, public_id: str) -> bool:
        """Removes all files, the archive first; says whether there was any."""
        self._root.require()
        removed = [self._root.files.remove(path) for path in self._paths(campaign, public_id)]
        return True in removed

    def _paths(self, campaign: str, public_id: str) -> list[Path]:
        """Archive, intermediate, variants."""
        return [
            self.archive_path(campaign, public_id),
            self.intermediate_path(campaign, public_id),
            *(self.variant_path(campaign, public_id, variant) for variant in reversed(VARIANTS)),
        ]

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
        """Every public ID of which a campaign has a file, and whether it has the archive and the intermediate."""
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
        """Every photo of a campaign. Looks at names only: 50,000 on a network file system are one listing."""
        self._root.require()
        return frozenset(_public_ids(self._names(campaign, "approved"), ".jpg"))

    def stamp(self, campaign: str) -> Stamp:
        """What changes when a campaign gets or loses a photo; () where it never had one. Raises StoreUnavailable.

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
        """Every photo of a campaign, in order of approval (then of public ID). A stray file is none."""
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
                there = self._root.files.disk.stat(path)
            if there is not None:
                found[public_id] = Photo(public_id, there.st_mtime_ns, there.st_ctime_ns)
        return found

    def archive(self, campaign: str, public_id: str) -> bytes | None:
        """The archive's bytes, or None. Raises StoreUnavailable."""
        return self._root.files.read(self.archive_path(campaign, public_id))

    def intermediate(self, campaign: str, public_id: str) -> bytes | None:
        """The intermediate's bytes, or None. Raises StoreUnavailable."""
        return self._root.files.read(self.intermediate_path(campaign, public_id))

    def intermediate_start(self, campaign: str, public_id: str, size: int) -> tuple[bytes, int]:
        """The first `size` bytes of an intermediate, and how long it is. Raises StoreUnavailable, also for none."""
        return self._start(self.intermediate_path(campaign, public_id), size)

    def archive_start(self, campaign: str, public_id: str, size: int) -> tuple[bytes, int]:
        """The same of an archive."""
        return self._start(self.archive_path(campaign, public_id), size)

    def _start(self, path: Path, size: int) -> tuple[bytes, int]:
        with using(path):
            try:
                return self._root.files.disk.read_start(path, size)
            except FileNotFoundError:
                self._root.require()  # what is missing may only be out of sight
                raise


def _public_ids(names: Iterable[str], suffix: str) -> set[str]:
    stems = (name.removesuffix(suffix) for name in names if name.endswith(suffix))
    return {public_id_of(stem) for stem in stems if is_file_name(stem)}
