"""The collage that could be made now: who is in it, on which grid, and other grids. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.services.collage import choice, layout
from app.services.collage.layout import places
from app.services.collage.offers import offers
from app.services.collage.plan import Parameters

OTHERS = 5  # grids to choose from beside the best one


@dataclass(frozen=True)
class Option:
    """A grid that costs more. `photos`: the number of people for which it is the best one, None if there is none."""

    grid: layout.Layout
    photos: int | None


@dataclass(frozen=True)
class Proposal:
    """`seated` and `left_out` are in the order of their claim to a place; `excluded` were excluded by name.

    `arranged`: the public IDs in the grid, row by row; `pinned`: row and column from 0 of each who is pinned.
    `duplicates`: further photos of the same people; `counting`: these are not known yet. `offers`: layouts on other
    canvases that leave out fewer people.
    """

    grid: layout.Layout
    seated: Sequence[Photo]
    left_out: Sequence[Photo]
    excluded: Sequence[Photo]
    duplicates: Sequence[Photo]
    options: Sequence[Option]
    offers: Sequence[layout.Layout]
    counting: bool
    arranged: Sequence[str]
    pinned: Mapping[str, tuple[int, int]]


def propose(
    photos: Sequence[Photo],
    seen: Mapping[str, int],
    parameters: Parameters,
    alike: Iterable[Sequence[Photo]] | None = (),
    lacking: Collection[str] = (),
) -> Proposal:
    """What a build with these parameters would make if every photo can be read.

    `seen`: how many collages each person has been in; `alike`: the photos of each person who has several, newest first;
    None if that is not known yet; `lacking`: who has no result of the look. Raises BadParameters if no collage can be
    made.
    """
    without = {*parameters.exclude, *lacking}
    line = choice.line(photos, seen, without, () if parameters.duplicates else alike or (), parameters.pin)
    queue = line.queue
    invited = choice.invited(parameters.photos, len(queue))
    grid = _best(invited, parameters.width, parameters.height)
    places.require_places(line.pins, grid.cols, grid.rows)
    return Proposal(
        grid=grid,
        seated=queue[: grid.used],
        left_out=queue[grid.used :],
        excluded=[photo for photo in photos if photo.public_id in parameters.exclude],
        duplicates=line.duplicates,
        options=_options(invited, parameters.width, parameters.height),
        offers=offers(invited, parameters.width, parameters.height),
        counting=alike is None and not parameters.duplicates,
        arranged=choice.arranged(line, grid),
        pinned={public_id: places.cell(place, grid.cols, grid.rows) for public_id, place in line.pins.items()},
    )


_best = lru_cache(maxsize=512)(layout.best)  # 0.2 s for 5,000 people, at every click


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
