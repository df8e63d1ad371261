"""Template data for pages that show photos."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from app.adapters.store.photos.listing import Photo
from app.core.cropping import Cut
from app.core.sources import Listed
from app.web.services import services

NO_CUTS: Mapping[str, Cut] = MappingProxyType({})
NO_NAMES: Mapping[str, Listed] = MappingProxyType({})


@dataclass(frozen=True)
class Tile:
    """A photo on a page. `version`: None if the photo is gone; `placeholder`: its ThumbHash in base64, or "".

    `cut`: None also if the page does not show it. `name`, `sent`: "" and None where the page does not show them, too.
    `look`: whose result is shown instead, "" for the photo.
    """

    public_id: str
    approved: datetime
    version: int | None
    placeholder: str
    cut: Cut | None = None
    name: str = ""
    sent: datetime | None = None
    look: str = ""


def tiles(
    campaign: str,
    shown: Sequence[Photo],
    cuts: Mapping[str, Cut] = NO_CUTS,
    named: Mapping[str, Listed] = NO_NAMES,
    look: str = "",
) -> list[Tile]:
    """The tiles of some photos of a campaign, in their order. Raises StoreUnavailable.

    `cuts`, `named`: by public ID; what is not there is not shown. `look`: shows its results instead of photos.
    """
    photos = services().store.photos
    versions = photos.versions(campaign, [one.public_id for one in shown])
    hashes = {} if look else photos.placeholders(campaign, [one.public_id for one in shown])
    return [
        Tile(
            one.public_id,
            datetime.fromtimestamp(one.approved_at // 10**9, UTC),
            versions.get(one.public_id),
            b64encode(hashes.get(one.public_id) or b"").decode("ascii"),
            cuts.get(one.public_id),
            *_named(named.get(one.public_id)),
            look,
        )
        for one in shown
    ]


def _named(row: Listed | None) -> tuple[str, datetime | None]:
    if row is None:
        return "", None
    sent = row.asset.sent_at
    return row.name, datetime.fromtimestamp(sent, UTC) if sent else None
