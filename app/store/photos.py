"""Archives and intermediates. A photo counts as present when its archive is there.

An intermediate's modification time is the version of the photo that it shows: Cloudinary counts versions in seconds
since 1970. After a crash between the two files, an overwritten photo has its new intermediate and its old archive; the
version tells, so that the photo is put once more.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from app.store.files import using
from app.store.names import file_name, is_file_name, public_id_of
from app.store.root import Root

JPEG_END = b"\xff\xd9"
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


@dataclass(frozen=True)
class Photo:
    """An approved photo that the store holds. `approved_at`: nanoseconds since 1970."""

    public_id: str
    approved_at: int


class Photos:
    def __init__(self, root: Root) -> None:
        self._root = root

    def archive_path(self, campaign: str, public_id: str) -> Path:
        return self._root.path / campaign / "approved" / f"{file_name(public_id)}.jpg"

    def intermediate_path(self, campaign: str, public_id: str) -> Path:
        return self._root.path / campaign / "thumbnails" / f"{file_name(public_id)}.png"

    def lock(self, public_id: str) -> contextlib.AbstractContextManager[None]:
        """One photo is worked on by one process at a time. Raises PhotoBusy."""
        return self._root.lock("photo", f"the photo {public_id}")

    def put(
        self,
        campaign: str,
        public_id: str,
        archive: bytes,
        intermediate: bytes,
        approved_at: float,
        version: int | None = None,
    ) -> None:
        """Stores both files, the archive last, so that an archive always has its intermediate.

        `approved_at` (seconds since 1970) becomes the archive's modification time. Raises StoreUnavailable.
        """
        self.put_intermediate(campaign, public_id, intermediate, version)
        self._root.files.write_whole(self.archive_path(campaign, public_id), archive, mtime=approved_at)

    def put_intermediate(self, campaign: str, public_id: str, intermediate: bytes, version: int | None) -> None:
        """Stores an intermediate made from the archive of this version. Raises StoreUnavailable."""
        self._root.require()
        path = self.intermediate_path(campaign, public_id)
        self._root.files.write_whole(path, intermediate, mtime=_mark(version))

    def fits(self, campaign: str, public_id: str, version: int | None) -> bool:
        """Whether the intermediate is there and shows this version, and neither file is empty or cut short.

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
                    and version is not None
                    and int(found.st_mtime) == _mark(version)
                    and disk.read_end(archive, len(JPEG_END)) == JPEG_END
                    and disk.read_end(intermediate, len(PNG_END)) == PNG_END
                )
            except FileNotFoundError:
                return False

    def distrust(self, campaign: str, public_id: str) -> None:
        """Makes `fits` false, so that the photo is fetched again; collages may still be made of it meanwhile."""
        intermediate = self.intermediate(campaign, public_id)
        if intermediate is not None:
            self.put_intermediate(campaign, public_id, intermediate, None)

    def remove(self, campaign: str, public_id: str) -> bool:
        """Removes both files, the archive first; says whether there was any."""
        self._root.require()
        archive = self._root.files.remove(self.archive_path(campaign, public_id))
        intermediate = self._root.files.remove(self.intermediate_path(campaign, public_id))
        return archive or intermediate

    def holders(self, public_id: str) -> dict[str, bool]:
        """The campaigns that have a file of the photo, and whether they have both."""
        held = {}
        for campaign in self._root.campaigns():
            archive, intermediate = (
                self.archive_path(campaign, public_id),
                self.intermediate_path(campaign, public_id),
            )
            with using(archive):
                there = [self._root.files.exists(path) for path in (archive, intermediate)]
            if any(there):
                held[campaign] = all(there)
        return held

    def pairs(self, campaign: str) -> dict[str, tuple[bool, bool]]:
        """Every public ID of which a campaign has a file, and whether it has the archive and the intermediate."""
        self._root.require()
        archives, intermediates = (
            self._public_ids(self._root.path / campaign / directory, suffix)
            for directory, suffix in (("approved", ".jpg"), ("thumbnails", ".png"))
        )
        every = archives | intermediates
        return {public_id: (public_id in archives, public_id in intermediates) for public_id in every}

    def _public_ids(self, directory: Path, suffix: str) -> set[str]:
        with using(directory):
            names = [entry.name for entry in self._root.files.scan(directory)]
        stems = (name.removesuffix(suffix) for name in names if name.endswith(suffix))
        return {public_id_of(stem) for stem in stems if is_file_name(stem)}

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
                        photos.append(Photo(public_id_of(name), entry.stat().st_mtime_ns))
        return sorted(photos, key=lambda photo: (photo.approved_at, photo.public_id))

    def archive(self, campaign: str, public_id: str) -> bytes | None:
        """The archive's bytes, or None. Raises StoreUnavailable."""
        return self._root.files.read(self.archive_path(campaign, public_id))

    def intermediate(self, campaign: str, public_id: str) -> bytes | None:
        """The intermediate's bytes, or None. Raises StoreUnavailable."""
        return self._root.files.read(self.intermediate_path(campaign, public_id))

    def intermediate_start(self, campaign: str, public_id: str, size: int) -> tuple[bytes, int]:
        """The first `size` bytes of an intermediate, and how long it is. Raises StoreUnavailable, also for none."""
        path = self.intermediate_path(campaign, public_id)
        with using(path):
            try:
                return self._root.files.disk.read_start(path, size)
            except FileNotFoundError:
                self._root.require()  # what is missing may only be out of sight
                raise


def _mark(version: int | None) -> int:
    """The modification time that stands for a version (0 for none), within what every file system can keep."""
    return 0 if version is None else version % 2**31
