"""What else happens when a photo is stored or removed. None of it may cost a photo, or keep it here."""

from collections.abc import Sequence
from typing import Protocol

from app.core.config import Campaign, Campaigns, Settings
from app.services.looks.ordering import OnArrival
from app.services.media.media import Media


class Follower(Protocol):
    """Neither method raises; both are called under the photo's lock."""

    def arrived(self, campaign: Campaign, public_id: str, version: int) -> None:
        """The photo was stored just now."""

    def removed(self, campaign: str, public_id: str) -> None:
        """The photo is about to be removed."""


def followers(settings: Settings, campaigns: Campaigns, media: Media | None) -> Sequence[Follower]:
    """As the settings want it: looks are ordered, pictures are put into object storage. Raises SettingError.

    `media`: the process's own, or None.
    """
    return [OnArrival.of(settings, campaigns), *([] if media is None else [media])]
