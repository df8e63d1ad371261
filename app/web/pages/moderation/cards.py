"""What the page shows of a photo: its name, since when it waits, when it was decided on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.core.plurals import count
from app.core.sources import Listed

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Card:
    """`sent`, `decided`: None if the source does not say; `ago`: how long ago the one of them was that counts here."""

    public_id: str
    name: str
    status: str
    version: int
    sent: datetime | None
    decided: datetime | None
    ago: str


def cards(rows: Sequence[Listed], now: float) -> list[Card]:
    """`now`: seconds since 1970."""
    return [_card(row, now) for row in rows]


def _card(row: Listed, now: float) -> Card:
    asset = row.asset
    sent = asset.sent_at or None
    decided = row.changed_at if row.status != "pending" else None
    counts = decided or sent
    return Card(
        asset.public_id,
        row.name or asset.public_id,
        row.status,
        asset.version,
        _moment(sent),
        _moment(decided),
        duration(now - counts) if counts else "",
    )


def duration(seconds: float) -> str:
    """`3 days`, `1 hour`, `12 minutes`; `a moment` for less than a minute."""
    for unit, one, many in ((DAY, "day", "days"), (HOUR, "hour", "hours"), (MINUTE, "minute", "minutes")):
        if seconds >= unit:
            return count(int(seconds // unit), one, many)
    return "a moment"


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
