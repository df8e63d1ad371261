"""Connects to the sources of photos: one Cloudinary account, and a folder for each campaign that has one."""

from pathlib import Path

from app.adapters.cloudinary import Cloudinary
from app.adapters.folder import Folder
from app.core.config import Settings
from app.core.sources import CLOUDINARY, FOLDER, Source


class Sources:
    """The sources by their name in campaigns.toml (`Campaign.source`); each is connected to when first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, Source] = {}

    def __getitem__(self, name: str) -> Source:
        """Raises SettingError if the source is Cloudinary and its account is not set."""
        if name not in self._known:
            self._known[name] = self._connected(name)
        return self._known[name]

    def _connected(self, name: str) -> Source:
        if name.startswith(FOLDER):
            return Folder(Path(name.removeprefix(FOLDER)))
        return Cloudinary(self._settings.required_account(), self._settings.delivery_hosts)

    @property
    def calls(self) -> int | None:
        """How many calls of Cloudinary's Admin API were made; None if none was needed."""
        return self._known[CLOUDINARY].quota.calls if CLOUDINARY in self._known else None

    @property
    def calls_left(self) -> int | None:
        """How many are left this hour; None if it is not known."""
        return self._known[CLOUDINARY].quota.standing.left if CLOUDINARY in self._known else None
