"""What waits, is approved and is rejected, according to lists that lag and to what was decided a moment ago. Pure.

Cloudinary's lists lag by seconds, and reading them costs calls, so they are read now and then. A decision counts from
the moment that Cloudinary has confirmed it, until a list that was read long enough afterwards says what is true.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.adapters.store.names import digest
from app.core.sources import Listed, Standing, Status

LAG = 30.0  # seconds that a list may lag
SKEW = 2.0  # seconds that Cloudinary's clock may differ from ours
STATUSES: tuple[Status, ...] = ("pending", "approved", "rejected")
FRESH: Mapping[str, float] = {"pending": 60.0, "approved": 600.0, "rejected": 600.0}  # seconds that a list is used
LOW = 0.3  # of the hourly calls: when fewer are left, lists are used LONGER times as long
LONGER = 5
NEWS = 10.0  # seconds that the list of those who wait is used after somebody has sent a photo,
SETTLED = 10.0  # until it was read so many seconds later
KEPT = LONGER * 600.0 + LAG  # seconds that a decision has to be remembered


@dataclass(frozen=True, slots=True)
class Decision:
    """The source confirmed at `at` (seconds since 1970) that a photo has this status."""

    status: Status
    at: float


@dataclass(frozen=True, slots=True)
class Known:
    """A row of a list that was read at `read_at`, in seconds since 1970."""

    row: Listed
    read_at: float


@dataclass(frozen=True)
class Board:
    """A campaign's photos by status: who waits longest first; the others by their decision, newest first.

    `more`: the statuses of which there are more photos than were read. `problem`: why the lists could not be read
    again, and of when they are (`read_at`, in seconds since 1970).
    """

    rows: Mapping[Status, list[Listed]]
    more: frozenset[str] = frozenset()
    problem: str = ""
    read_at: float = 0.0

    def count(self, status: Status) -> int:
        return len(self.rows[status])

    @property
    def counts(self) -> dict[str, int]:
        return {status: len(rows) for status, rows in self.rows.items()}


def refreshed(
    known: Mapping[str, Known],
    decisions: Mapping[str, Decision],
    status: str,
    rows: Iterable[Listed],
    read_at: float,
) -> dict[str, Known]:
    """What is known, by public ID, once the list of this status has been read. `decisions`: by asset ID.

    A photo that the list lacks has left this status. If it was decided on a moment ago, it stays with its new status,
    for the list of that status may be older.
    """
    listed = {row.asset.public_id: row for row in rows}
    after = {}
    for public_id, one in known.items():
        decision = decisions.get(one.row.asset.asset_id)
        row = current(one, decision)
        just_decided = decision is not None and decision.status == status and read_at < decision.at + LAG
        if row.status != status or just_decided:
            after[public_id] = Known(row, one.read_at)
    for public_id, row in listed.items():
        other = after.get(public_id)
        if other is None or not _outlasts(other.row, row, decisions.get(row.asset.asset_id), read_at):
            after[public_id] = Known(row, read_at)
    return after


def current(one: Known, decision: Decision | None) -> Listed:
    """A photo's row, with the status that was decided if the list cannot know of it yet."""
    row = one.row
    if decision is None or decision.status == row.status or one.read_at >= decision.at + LAG:
        return row
    if row.changed_at > decision.at + SKEW:  # somebody else has decided since
        return row
    return replace(
        row,
        status=decision.status,
        changed_at=decision.at,
        asset=replace(row.asset, approved=decision.status == "approved"),
    )


def without(known: Mapping[str, Known], forgotten: Mapping[str, float]) -> dict[str, Known]:
    """What is known, less the photos that were forgotten since, or while a list may not show it yet.

    `forgotten`: by `digest` of the public ID, when that was, in seconds since 1970.
    """
    if not forgotten:
        return dict(known)
    return {
        public_id: one
        for public_id, one in known.items()
        if one.read_at >= forgotten.get(digest(public_id), float("-inf")) + LAG
    }


def board(known: Mapping[str, Known], decisions: Mapping[str, Decision], folder: str) -> Board:
    """The photos in a campaign's folder."""
    rows: dict[Status, list[Listed]] = {status: [] for status in STATUSES}
    for one in known.values():
        if one.row.asset.folder == folder:
            row = current(one, decisions.get(one.row.asset.asset_id))
            for status in STATUSES:
                if row.status == status:
                    rows[status].append(row)
    rows["pending"].sort(key=lambda row: (row.asset.sent_at, row.asset.public_id))
    for status in ("approved", "rejected"):
        rows[status].sort(key=lambda row: (-row.changed_at, row.asset.public_id))
    return Board(rows)


def is_due(status: str, read_at: float | None, standing: Standing, now: float, sent_at: float = 0.0) -> bool:
    """Whether to read the list of this status again. With few calls left, what has been read has to do.

    `sent_at`: when a photo came last, in seconds since 1970; lists show it a little later.
    """
    if read_at is None:
        return True
    left = (standing.left or 0) / standing.limit if standing.limit and now < (standing.reset or 0) else 1.0
    if left < LOW:
        return now - read_at >= FRESH[status] * LONGER
    news = status == "pending" and read_at < sent_at + SETTLED
    return now - read_at >= (NEWS if news else FRESH[status])


def _outlasts(other: Listed, row: Listed, decision: Decision | None, read_at: float) -> bool:
    """Whether what is known of a photo is newer than the row of a list that was read at `read_at`."""
    if other.asset.asset_id != row.asset.asset_id:  # deleted, and sent again under its name
        return False
    if decision is not None and other.status == decision.status != row.status:
        return read_at < decision.at + LAG and row.changed_at <= decision.at + SKEW
    return other.status != row.status and other.changed_at > row.changed_at
