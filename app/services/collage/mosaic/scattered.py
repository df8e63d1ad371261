"""Keeps the places of somebody who is repeated apart from each other. Pure.

In an even part of a picture the same person fits everywhere, so an assignment puts them side by side.
"""

import numpy as np
from numpy.typing import NDArray

from app.services.collage.mosaic.assignment import Indices
from app.services.collage.mosaic.colours import VISIBLE, Colours

APART = 2  # cells from a place of somebody to their next one, at least, in each direction
DEAREST = 5  # ΔE that an exchange may add to a cell: the picture comes first


def scattered(chosen: Indices, cells: Colours, people: Colours, cols: int, kept: NDArray[np.bool_]) -> Indices:
    """The person of each cell, row by row, after exchanges that move people away from themselves.

    Each exchange is the cheapest after which neither person is near another place of theirs; where there is none, they
    stay, also where it would spoil the picture. `kept`: cells that stay as they are. `cells`, `people`: count ×
    colours.
    """
    found = chosen.copy()
    rows = len(found) // cols
    grid = found.reshape(rows, cols)  # the same memory
    dearest = 2 * (DEAREST * VISIBLE) ** 2 * cells.shape[1] // 3  # of both cells and all of their points
    for place in range(len(found)):
        person, near = found[place], _near(place, rows, cols)
        if kept[place] or np.count_nonzero(grid[near] == person) < 2:
            continue
        allowed = ~kept & ~np.isin(found, grid[near])
        for other in np.flatnonzero(found == person):
            if other != place:
                allowed.reshape(rows, cols)[_near(int(other), rows, cols)] = False
        places = np.flatnonzero(allowed)
        if len(places):
            theirs = people[found[places]]
            costs = _distances(cells[place], theirs) - _distances(cells[places], theirs)
            costs += _distances(cells[places], people[person])
            best = places[costs.argmin()]
            if costs.min() - _distances(cells[place][np.newaxis], people[person])[0] <= dearest:
                found[place], found[best] = found[best], person
    return found


def _near(place: int, rows: int, cols: int) -> tuple[slice, slice]:
    """The cells around a place, and itself."""
    row, col = divmod(place, cols)
    return slice(max(0, row - APART), row + APART + 1), slice(max(0, col - APART), col + APART + 1)


def _distances(some: Colours, others: Colours) -> Colours:
    """Squared distances of colours to each other."""
    total: Colours = ((some - others) ** 2).sum(axis=1, dtype=np.int32)
    return total
