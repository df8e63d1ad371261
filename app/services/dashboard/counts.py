"""How a campaign is doing, in numbers. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.adapters.store.collages.manifests import Summary
from app.adapters.store.photos.listing import Photo


@dataclass(frozen=True)
class Counts:
    """`new`: approved since the last collage was made; `unseen`: never in any collage that there is now, and no further
    photo of somebody who is."""

    approved: int
    new: int
    unseen: int
    unreadable: int


def counts(photos: Sequence[Photo], incomplete: Collection[str], collages: Sequence[Summary]) -> Counts:
    """Counts a campaign's approved photos. `collages`: oldest first; `incomplete`: photos without an intermediate.

    A photo is known to be unreadable where a collage could not be made with it and it is still the same one, or where
    its intermediate is missing; what nobody has tried to read is not looked at (`python -m app check` does that).
    """
    last = collages[-1] if collages else None
    made = _nanoseconds(last.created_at) if last else 0
    failed = set(last.unreadable) if last else set()
    already = {public_id for past in collages for public_id in (*past.shown, *past.duplicates)}
    return Counts(
        approved=len(photos),
        new=sum(photo.approved_at > made for photo in photos),
        unseen=sum(photo.public_id not in already for photo in photos),
        unreadable=sum(
            photo.public_id in incomplete or (photo.public_id in failed and photo.approved_at <= made)
            for photo in photos
        ),
    )


def _nanoseconds(created_at: str) -> int:
    return int(datetime.fromisoformat(created_at).timestamp()) * 10**9
