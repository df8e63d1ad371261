"""What the catalogue says of a photo, from what is known of it. Pure."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.adapters.places import Spot
from app.adapters.store.photos.entries import Entry
from app.core.addresses import may_hold_address
from app.core.sources import Asset
from app.services.catalogue import zodiac
from app.services.catalogue.dates import taken
from app.services.catalogue.positions import position

# Where people live, a place of a thousand people is nearer than this; further away it may be in another country, or
# across the water
FARTHEST = 50.0  # km
AT_SEA = "Etc/"  # how the zones of the high seas begin
PLACES = 6  # decimals of a position: 0.1 m
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
LONGEST_CAMERA = 100  # characters
LONGEST_NAME = 100


def describe(
    asset: Asset,
    spot: Spot | None,
    archive: tuple[int, int, int] | None,
    *,
    exact: bool,
    now: datetime,
    arrived: bool = False,
) -> Entry:
    """The entry of a photo.

    `spot`: what is where its metadata say it was taken; None if they do not, or that could not be looked up. `archive`:
    width, height and bytes of what the store has; `now`: UTC; `arrived`: whether it was put there just now.
    """
    original = asset.original
    tags = original.tags if original else {}
    where = position(tags)
    near = spot if spot and spot.km <= FARTHEST and not spot.zone.startswith(AT_SEA) else None
    when = taken(tags, _zone(spot), now)
    return Entry(
        public_id=asset.public_id,
        asset_id=asset.asset_id,
        version=asset.version,
        exact=exact,
        pending=where is not None and spot is None,
        taken=_clean(when.text),
        offset=_clean(when.offset),
        taken_at=moment(when.utc),
        flag=when.flag,
        zodiac=zodiac.sign(when.local) if when.local else None,
        zone=spot.zone if spot else None,
        city=near.city if near else None,
        region=near.region if near else None,
        country=near.country if near else None,
        country_code=near.country_code if near else None,
        latitude=round(where[0], PLACES) if where and exact else None,
        longitude=round(where[1], PLACES) if where and exact else None,
        camera=camera(tags),
        width=original.width if original else None,
        height=original.height if original else None,
        bytes=original.bytes if original else None,
        archive_width=archive[0] if archive else None,
        archive_height=archive[1] if archive else None,
        archive_bytes=archive[2] if archive else None,
        sent_at=_seconds(asset.sent_at),
        approved_at=_seconds(asset.approved_at),
        stored_at=moment(now) if arrived else None,
        name=name(asset.person),
    )


def name(person: str | None) -> str | None:
    """The name of a person, to be read by others; None where it may hold an address."""
    found = _clean(person)
    return None if found is None or may_hold_address(found) else found[:LONGEST_NAME].strip()


def camera(tags: Mapping[str, str]) -> str | None:
    """Maker and model; many models begin with their maker."""
    make, model = (_clean(tags.get(name)) or "" for name in ("Make", "Model"))
    both = model if model.casefold().startswith(make.casefold()) else f"{make} {model}"
    return both.strip()[:LONGEST_CAMERA] or None


def moment(time: datetime | None) -> str | None:
    """A time as it is written, in UTC."""
    return None if time is None else f"{time.astimezone(UTC):{MOMENT}}"


def _seconds(time: float) -> str | None:
    return moment(datetime.fromtimestamp(time, UTC)) if 0 < time < 2**32 else None


def _zone(spot: Spot | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(spot.zone) if spot else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # newer than the system's table of zones
        return None


def _clean(text: str | None) -> str | None:
    """A stranger's text on one line, without what a terminal would obey."""
    if text is None:
        return None
    return " ".join("".join(" " if unicodedata.category(one)[0] == "C" else one for one in text).split()) or None
