"""The files of single photos: what is in them, and whether they belong together."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from app.adapters.store.files import using
from app.adapters.store.photos import marks
from app.adapters.store.photos.paths import PhotoPaths
from app.adapters.store.photos.placeholders import Placeholders
from app.adapters.store.root import Root
from app.adapters.store.stamped import Stamp

JPEG_END = b"\xff\xd9"
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
REMEMBERED_PATHS = 10_000  # making one takes longer than looking at its file


class PhotoReading(PhotoPaths):
    def __init__(self, root: Root) -> None:
        super().__init__(root)
        self._placeholders = Placeholders(root)
        self._remembered_path = lru_cache(REMEMBERED_PATHS)(self.archive_path)

    def has(self, campaign: str, public_id: str) -> bool:
        """Whether the campaign has the photo. Raises StoreUnavailable."""
        path = self.archive_path(campaign, public_id)
        with using(path):
            return self._root.files.exists(path)

    def archive_stamps(self, campaign: str, public_ids: Sequence[str | None]) -> list[Stamp | None]:
        """The stamp of the archive of each photo; None where there is none, and for None. Raises StoreUnavailable."""
        files = self._root.files
        with using(self._root.path / campaign):
            return [None if one is None else files.stamp(self._remembered_path(campaign, one)) for one in public_ids]

    def archive(self, campaign: str, public_id: str) -> bytes | None:
        """The archive's bytes, or None. Raises StoreUnavailable."""
        return self._root.files.read(self.archive_path(campaign, public_id))

    def intermediate(self, campaign: str, public_id: str) -> bytes | None:
        """The intermediate's bytes, or None. Raises StoreUnavailable."""
        return self._root.files.read(self.intermediate_path(campaign, public_id))

    def intermediate_size(self, campaign: str, public_id: str) -> int:
        """The length of the intermediate in bytes; 0 where there is none. Raises StoreUnavailable."""
        path = self.intermediate_path(campaign, public_id)
        with using(path):
            found = self._root.files.disk.stat(path)
        if found is None:
            self._root.require()  # what is missing may only be out of sight
        return found.st_size if found else 0

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

    def variant(self, campaign: str, public_id: str, variant: str) -> tuple[bytes, int] | None:
        """A variant's bytes and its number (see `versions`).

        None where it is missing, cut short, or without the intermediate's mark. Raises StoreUnavailable.
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

    def variant_file(self, campaign: str, public_id: str, variant: str) -> bytes | None:
        """The bytes of a variant's file, whatever is wrong with it, or None. Raises StoreUnavailable."""
        return self._root.files.read(self.variant_path(campaign, public_id, variant))

    def version(self, campaign: str, public_id: str) -> int | None:
        """What `versions` says of one photo; None where it has no intermediate. Raises StoreUnavailable."""
        return self.versions(campaign, [public_id]).get(public_id)

    def versions(self, campaign: str, public_ids: Iterable[str]) -> dict[str, int]:
        """A number for each of these photos that has an intermediate; it changes with the picture.

        It is the `?v=` in the address of a picture. Nothing is cached. Raises StoreUnavailable.
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

        More cannot be known without decoding pictures. Raises StoreUnavailable.
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

    def variant_has_mark(self, campaign: str, public_id: str, variant: str, mark: float | None) -> bool:
        """Whether a variant is there and has this mark. Raises StoreUnavailable."""
        self._root.require()
        path = self.variant_path(campaign, public_id, variant)
        with using(path):
            found = self._root.files.disk.stat(path)
        return found is not None and marks.has(found, mark)
