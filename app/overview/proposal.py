"""The collage that would be made now: who is in it, on which grid, and what other grids there are. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.collage import choice, layout
from app.collage.build import Parameters
from app.collage.offers import offers
from app.errors import BadParameters
from app.store.photos import Photo

OTHERS = 5  # grids to choose from beside the best one


@dataclass(frozen=True)
class Option:
    """A grid that costs more. `photos`: for so many people at most it is the best one; None: for no such number."""

    grid: layout.Layout
    photos: int | None


@dataclass(frozen=True)
class Proposal:
    """`seated` and `left_out` are in the order of their claim to a place; `excluded` are there and not wanted.

    `duplicates`: further photos of the same people. `offers`: layouts on other canvases that leave out fewer.
    """

    grid: layout.Layout
    seated: Sequence[Photo]
    left_out: Sequence[Photo]
    excluded: Sequence[Photo]
    duplicates: Sequence[Photo]
    options: Sequence[Option]
    offers: Sequence[layout.Layout]


def propose(
    photos: Sequence[Photo], seen: Mapping[str, int], wish: Parameters, alike: Iterable[Sequence[Photo]] = ()
) -> Proposal:
    """What a build with these parameters would make, as long as every photo can be read.

    `seen`: in how many collages everyone has been; `alike`: of everyone who has several photos these, the newest first.
    Raises BadParameters where no collage can be made.
    """
    line = choice.line(photos, seen, wish.exclude, () if wish.duplicates else alike)
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
    )


_best = lru_cache(maxsize=512)(layout.best)  # 0.2 s for 5,000 people, asked for with every click


@lru_cache(maxsize=128)
def _options(photos: int, width: int, height: int) -> tuple[Option, ...]:
    """The next best grids, each with its best cell size."""
    chosen = _best(photos, width, height)
    cheapest: dict[tuple[int, int], layout.Layout] = {}
    for case in layout.candidates(photos, width, height):
        grid = (case.cols, case.rows)
        if grid not in cheapest or case.cost < cheapest[grid].cost:
            cheapest[grid] = case
    del cheapest[chosen.cols, chosen.rows]
    ranked = sorted(cheapest.values(), key=lambda case: (case.cost, case.left_out, -case.horizontal.cell))
    return tuple(Option(case, _number_for(case, width, height)) for case in ranked[:OTHERS])


def _number_for(case: layout.Layout, width: int, height: int) -> int | None:
    try:
        best = _best(case.used, width, height)
    except BadParameters:
        return None
    return case.used if (best.cols, best.rows) == (case.cols, case.rows) else None
