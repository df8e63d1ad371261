"""The record of an erasure."""

from dataclasses import asdict, dataclass, field

from app.adapters.store.state.logs import Purged
from app.services.forget.finding import Finder, Found


@dataclass
class Receipt:
    """What was found, removed and rebuilt, and when. It names nobody, so it can be kept."""

    when: str
    campaigns: list[str]
    retired_campaigns: list[str]
    photos_searched: int = 0
    assets_searched_in_cloudinary: int = 0
    files_searched_in_folders: int = 0
    collages_searched: int = 0
    log_lines_searched: int = 0
    notifications_searched: int = 0
    photos_found: int = 0
    rejected_in_cloudinary: int = 0
    deleted_in_cloudinary: int = 0
    rejected_in_folders: int = 0
    deleted_in_folders: int = 0
    photos_removed: int = 0
    log_lines_removed: int = 0
    notifications_removed: int = 0
    collages_rebuilt: list[str] = field(default_factory=list)
    collages_withdrawn: list[str] = field(default_factory=list)
    damaged_collages_withdrawn: list[str] = field(default_factory=list)
    manifests_rewritten: list[str] = field(default_factory=list)
    left_to_delete: list[str] = field(default_factory=list)
    still_found: int = 0

    @property
    def searched(self) -> list[str]:
        """The campaigns that were searched."""
        return self.campaigns + self.retired_campaigns

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the person was found."""
        found = {name: value for name, value in self.as_json().items() if "searched" not in name}
        return not any(value for name, value in found.items() if name not in ("when", "campaigns", "retired_campaigns"))

    def add_found(self, found: Found, finder: Finder, *, in_folder: bool) -> None:
        self.photos_found += len(found.photos)
        self.photos_searched += finder.photos_searched
        if in_folder:
            self.files_searched_in_folders += finder.assets_searched
        else:
            self.assets_searched_in_cloudinary += finder.assets_searched

    def add_rejected(self, number: int, *, in_folder: bool) -> None:
        if in_folder:
            self.rejected_in_folders += number
        else:
            self.rejected_in_cloudinary += number

    def add_deleted(self, number: int, *, in_folder: bool) -> None:
        if in_folder:
            self.deleted_in_folders += number
        else:
            self.deleted_in_cloudinary += number

    def add_purged(self, purged: Purged) -> None:
        self.log_lines_searched += purged.lines_searched
        self.log_lines_removed += purged.lines_removed
        self.notifications_searched += purged.notifications_searched
        self.notifications_removed += purged.notifications_removed

    def as_json(self) -> dict[str, object]:
        return asdict(self)
