"""Archives and intermediates. A photo counts as present when its archive is there."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from app.store import files
from app.store.names import file_name, is_file_name, public_id_of
from app.store.root import Root


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

    def put(self, campaign: str, public_id: str, archive: bytes, intermediate: bytes, approved_at: float) -> None:
        """Stores both files, the archive last, so that an archive always has its intermediate.

        `approved_at` (seconds since 1970) becomes the archive's modification time. Raises StoreUnavailable.
        """
        self._root.require()
        files.write_whole(self.intermediate_path(campaign, public_id), intermediate)
        files.write_whole(self.archive_path(campaign, public_id), archive, mtime=approved_at)

    def remove(self, campaign: str, public_id: str) -> bool:
        """Removes both files, the archive first; says whether there was any."""
        self._root.require()
        archive = files.remove(self.archive_path(campaign, public_id))
        intermediate = files.remove(self.intermediate_path(campaign, public_id))
        return archive or intermediate

    def holders(self, public_id: str) -> dict[str, bool]:
        """The campaigns that have a file of the photo, and whether they have both."""
        held = {}
        for campaign in self._root.campaigns():
            archive, intermediate = (
                self.archive_path(campaign, public_id),
                self.intermediate_path(campaign, public_id),
            )
            with files.using(archive):
                there = [path.exists() for path in (archive, intermediate)]
            if any(there):
                held[campaign] = all(there)
        return held

    def all(self, campaign: str) -> list[Photo]:
        """Every photo of a campaign, in order of approval (then of public ID). A stray file is none."""
        self._root.require()
        directory = self._root.path / campaign / "approved"
        with files.using(directory):
            try:
                entries = list(os.scandir(directory))
            except FileNotFoundError:
                return []
            photos = []
            for entry in entries:
                name = entry.name.removesuffix(".jpg")
                if name != entry.name and is_file_name(name):
                    with contextlib.suppress(FileNotFoundError):  # removed since it was listed
                        photos.append(Photo(public_id_of(name), entry.stat().st_mtime_ns))
        return sorted(photos, key=lambda photo: (photo.approved_at, photo.public_id))

    def archive(self, campaign: str, public_id: str) -> bytes | None:
        """The archive's bytes, or None."""
        self._root.require()
        return files.read(self.archive_path(campaign, public_id))

    def intermediate(self, campaign: str, public_id: str) -> bytes | None:
        """The intermediate's bytes, or None."""
        self._root.require()
        return files.read(self.intermediate_path(campaign, public_id))
