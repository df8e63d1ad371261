"""The state that the dashboard's pages keep between requests, in each process."""

from dataclasses import dataclass
from typing import Self

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.services.collage.alike import Alike
from app.services.dashboard.album import Album
from app.services.dashboard.archives import ArchiveTags


@dataclass(frozen=True)
class Dashboard:
    """Making one reads nothing and starts nothing."""

    album: Album
    tags: ArchiveTags
    alike: Alike

    @classmethod
    def of(cls, store: Store, exiftool: ExifTool) -> Self:
        return cls(Album(store), ArchiveTags(store, exiftool), Alike(store))

    def close(self) -> None:
        """Ends the threads that read archives. Close exiftool afterwards, or they would start it once more."""
        self.tags.close()
        self.alike.close()
