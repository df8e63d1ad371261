"""The collage that would be made now: who is in it, on which grid, and what other grids there are. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.services.collage import choice, layout
from app.services.collage.build import Parameters
from app.services.collage.offers import offers

OTHERS = 5  # grids to choose from beside the best one


@dataclass(frozen=True)
class Option:
    """A grid that costs more. `photos`: for so many people at most it is the best one; None: for no such number."""

    grid: layout.Layout
    photos: int | None


@dataclass(frozen=True)
class Proposal:
    """`seated` and `left_out` are in the order of their claim to a place; `excluded` are there and not wanted.

    `duplicates`: further photos of the same people; `counting`: they are not known yet. `offers`: layouts on other
    canvases that leave out fewer.
    """

    grid: layout.Layout
    seated: Sequence[Photo]
    left_out: Sequence[Photo]
    excluded: Sequence[Photo]
    duplicates: Sequence[Photo]
    options: Sequence[Option]
    offers: Sequence[layout.Layout]
    counting: bool


def propose(
    photos: Sequence[Photo], seen: Mapping[str, int], wish: Parameters, alike: Iterable[Sequence[Photo]] | None = ()
) -> Proposal:
    """What a build with these parameters would make, as long as every photo can be read.

    `seen`: in how many collages everyone has been; `alike`: of everyone who has several photos these, the newest first;
    None where that is not known yet.
    Raises BadParameters where no collage can be made.
    """
    line = choice.line(photos, seen, wish.exclude, () if wish.duplicates else alike or ())
    queue = line.queue
    invited = choice.invited(wish.photos, len(queue))
    grid = _best(invited, wish.width, wish.height)
    return Proposal(
        grid=grid,
        seated=queue[: grid.used],
        left_out=queue[grid.used :],
        excluded=[photo for photo in photos if photo.public_id in wish.exclude],
        duplicates=line.duplicates,
        options=_options(invited, wish.width, wish.height),
        offers=offers(invited, wish.width, wish.height),
        counting=alike is None and not wish.duplicates,
    )


_best = lru_cache(maxsize=512)(layout.best)  # 0.2 s for 5,000 people, asked for with every click


@lru_cache(maxsize=128)
def _options(photos: int, width: int, height: int) -> tuple[Option, ...]:
    """The next best grids, each with its best cell size."""
    others = layout.ranked(photos, width, height, 1 + OTHERS)[1:]
    return tuple(Option(case, _number_for(case, width, height)) for case in others)


def _number_for(case: layout.Layout, width: int, height: int) -> int | None:
    try:
        best = _best(case.used, width, height)
    except BadParameters:
        return None
    return case.used if (best.cols, best.rows) == (case.cols, case.rows) else None
