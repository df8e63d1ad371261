"""What a page needs to show photos."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.store.photos import Photo
from app.web.services import services


@dataclass(frozen=True)
class Tile:
    """A photo on a page. `version`: None where the photo is gone; `placeholder`: its ThumbHash in base64, or ""."""

    public_id: str
    approved: datetime
    version: int | None
    placeholder: str


def tiles(campaign: str, shown: Sequence[Photo]) -> list[Tile]:
    """The tiles of some photos of a campaign, in their order. Raises StoreUnavailable."""
    photos = services().store.photos
    versions = photos.versions(campaign)
    hashes = photos.placeholders(campaign, [one.public_id for one in shown])
    return [
        Tile(
            one.public_id,
            datetime.fromtimestamp(one.approved_at // 10**9, UTC),
            versions.get(one.public_id),
            b64encode(hashes.get(one.public_id) or b"").decode("ascii"),
        )
        for one in shown
    ]
