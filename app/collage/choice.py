"""Who is in a collage. Pure.

Someone who has never been in a finished collage of the campaign comes before anyone who has; then those who have been
in fewest; then the earliest approved. Within the grid: in order of approval.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from app.errors import BadParameters
from app.store.photos import Photo


def appearances(manifests: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """In how many finished collages each public ID has been."""
    return Counter(
        public_id for manifest in manifests for public_id in {tile["public_id"] for tile in manifest["tiles"]}
    )


def require_known(campaign: str, photos: Iterable[Photo], exclude: Collection[str]) -> None:
    """Raises BadParameters naming everyone in `exclude` who is not in the campaign: a typo would show somebody."""
    unknown = sorted(set(exclude) - {photo.public_id for photo in photos})
    if unknown:
        listed = unknown[0] if len(unknown) == 1 else f"{', '.join(unknown[:-1])} and {unknown[-1]}"
        verb = "is" if len(unknown) == 1 else "are"
        raise BadParameters(
            f"{listed} {verb} not in the campaign {campaign}, so cannot be excluded; check the spelling."
        )


def queue(photos: Iterable[Photo], seen: Mapping[str, int], exclude: Collection[str] = ()) -> list[Photo]:
    """Everyone who may be in the next collage, those first who have the best claim to a place."""
    return sorted(
        (photo for photo in photos if photo.public_id not in exclude),
        key=lambda photo: (seen.get(photo.public_id, 0), photo.approved_at, photo.public_id),
    )


def invited(photos: int | None, available: int) -> int:
    """How many people a layout is made for: at most `photos`, at most as many as there are.

    Raises BadParameters where nobody is there.
    """
    if photos is not None and photos < 1:
        raise BadParameters(f"photos must be at least 1, not {photos}.")
    if available < 1:
        raise BadParameters("The campaign has no approved photos to make a collage of.")
    return min(available, photos or available)


def seated(chosen: Sequence[Photo]) -> list[Photo]:
    """The order within the grid: in order of approval, row by row."""
    return sorted(chosen, key=lambda photo: (photo.approved_at, photo.public_id))
