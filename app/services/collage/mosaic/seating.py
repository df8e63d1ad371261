"""Seats people so that together they show a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.adapters.store import Store
from app.services.collage.cells.cells import cells
from app.services.collage.cells.sources import InLook
from app.services.collage.layout import Layout, places
from app.services.collage.mosaic import target
from app.services.collage.mosaic.assignment import assigned
from app.services.collage.mosaic.candidates import Candidates
from app.services.collage.mosaic.colours import oklab
from app.services.collage.mosaic.fit import Fit, fit
from app.services.collage.mosaic.scattered import scattered
from app.services.collage.mosaic.tint import ACROSS, DOWN, Rows, Tint
from app.services.collage.mosaic.wish import Mosaic


@dataclass(frozen=True)
class Seating:
    """Public IDs in the grid, row by row; somebody may be there several times. What cells are blended with."""

    seated: list[str]
    fit: Fit
    tint: Tint | None


class UnreadablePeople(Exception):
    """Photos (public IDs) whose colours cannot be read."""

    def __init__(self, public_ids: Sequence[str]) -> None:
        super().__init__(f"{len(public_ids)} photos cannot be read")
        self.public_ids = list(public_ids)


def seating(
    store: Store,
    campaign: str,
    among: Candidates,
    pins: Mapping[str, str],
    grid: Layout,
    asked: Mosaic,
    look: InLook | None,
) -> Seating:
    """Who of the candidates sits where, if they can fill the grid. The same arguments give the same.

    Raises UnreadablePeople, PictureError for the target, StoreUnavailable.
    """
    wanted = target.points(asked.target, grid)
    by_cell = target.of_cells(wanted, grid)
    people = [*among.certain, *among.possible]
    colours = _colours(store, campaign, people, look)
    number = {public_id: index for index, public_id in enumerate(people)}
    fixed = places.fixed(people, pins, grid.cols, grid.rows)
    chosen = np.full(grid.used, -1, np.intp)
    for (row, col), public_id in fixed.items():
        chosen[row * grid.cols + col] = number[public_id]
    open_cells = np.flatnonzero(chosen < 0)
    pinned = {number[public_id] for public_id in fixed.values()}
    first = np.array([index for index in range(len(people)) if index not in pinned], np.intp)
    # everyone comes once before anyone comes again
    again = np.repeat(np.arange(len(people)), asked.repeat - 1) if grid.used > len(people) else np.zeros(0, np.intp)
    seats = np.concatenate([first, again])
    certain = np.arange(len(seats)) < len(first) - len(among.possible)
    places_lab, people_lab = _flat(by_cell), _flat(colours)
    pinned_cells = chosen >= 0
    chosen[open_cells] = seats[assigned(places_lab[open_cells], people_lab[seats], certain)]
    if len(again):
        chosen = scattered(chosen, places_lab, people_lab, grid.cols, pinned_cells)
    result = fit(by_cell, colours[chosen], grid, asked)
    tint = Tint(wanted, asked.tint) if asked.tint else None
    return Seating([people[index] for index in chosen], result, tint)


def _colours(store: Store, campaign: str, people: Sequence[str], look: InLook | None) -> Rows:
    """Everyone's photo in 3×4 points: people × points × 3, 8-bit RGB. The smallest copies are large enough."""
    found = list(cells(store, campaign, people, (ACROSS, DOWN), look=look))
    unreadable = [public_id for public_id, one in zip(people, found, strict=True) if one is None]
    if unreadable:
        raise UnreadablePeople(unreadable)
    return np.stack([one for one in found if one is not None]).reshape(len(people), DOWN * ACROSS, 3)


def _flat(points: Rows) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """In OKLab, a row for each."""
    return oklab(points).reshape(len(points), -1)
