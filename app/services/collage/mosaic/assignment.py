"""Who sits where: the assignment of least total distance, or a good one where that takes too much memory. Pure.

A place is a cell, a seat a person's right to be in one; somebody who may be repeated has several.
"""

import numpy as np
from numpy.typing import NDArray

from app.services.collage.mosaic.colours import Colours

Indices = NDArray[np.intp]
Costs = NDArray[np.float64]  # cells × seats

EXACT = 10_000**2  # cells × seats that are compared at once, 8 bytes each
STEPS = (40, 200, 1_000, 4_000)  # of the mean distance, what a bid adds
MOST_BIDS = 40  # of each row in an auction, on average
HIGHEST = 2.0**40  # a bid where there is no second seat
BLOCK = 2_500  # cells that are assigned anew at once, beyond
ROUNDS = 12
ENOUGH = 0.002  # a round that improves less is the last
SEED = 19


def assigned(cells: Colours, seats: Colours, certain: NDArray[np.bool_]) -> Indices:
    """The seat of each cell, each seat at most once; those that are `certain` before all others.

    `cells`, `seats`: count × colours; there are at least as many seats as cells, and at most as many certain ones.
    The sum of squared distances is the least possible if cells × seats is at most `EXACT`.
    """
    if len(cells) * len(seats) <= EXACT:
        return exact(cells, seats, certain)
    return improved(cells, seats, certain)


def exact(cells: Colours, seats: Colours, certain: NDArray[np.bool_]) -> Indices:
    """The seat of each cell with the least sum of squared distances."""
    from scipy.optimize import linear_sum_assignment  # only mosaics pay for loading it

    if not len(cells):
        return np.zeros(0, np.intp)
    # equal seats would outbid each other for long
    square = len(seats) ** 2 <= EXACT and 2 * len(np.unique(seats, axis=0)) > len(seats)
    costs = np.zeros((len(seats) if square else len(cells), len(seats)))
    real = squared(cells, seats, costs[: len(cells)])
    worth = (real.max() - real.min() + 1) * len(cells)  # more than any exchange; all sums stay below 2^53
    if square:
        # seats that stay empty have rows of their own, which certain ones are not for
        costs[len(cells) :, certain] = worth
        # what is taken from a whole column changes no choice, but leaves little to search: a tenth of the time
        costs -= prices(costs)
    elif not certain.all():
        costs[:, certain] -= worth
    found: Indices = linear_sum_assignment(costs)[1][: len(cells)]
    return found


def squared(cells: Colours, seats: Colours, into: Costs | None = None) -> Costs:
    """Squared distances (cells × seats), exact whole numbers."""
    one, other = cells.astype(np.float64), seats.astype(np.float64)
    costs: Costs = np.matmul(-2 * one, other.T, out=into)
    costs += (one**2).sum(axis=1)[:, np.newaxis]
    costs += (other**2).sum(axis=1)
    return costs


def prices(costs: Costs) -> NDArray[np.float64]:
    """What the seats are worth to the rows, nearly: the prices of an auction (Bertsekas, 1988). Whole numbers.

    Each row in turn takes the seat that is best for it, and pays so much that the second best is as good, and a little
    more; the person who sat there is in turn again. From auction to auction the little more gets smaller.
    """
    price: NDArray[np.float64] = costs.min(axis=0)
    for part in STEPS:
        more = max(1.0, np.rint(costs.mean() / part))
        owner = np.full(len(costs), -1)
        waiting = list(range(len(costs)))
        for _ in range(MOST_BIDS * len(costs)):
            if not waiting:
                break
            row = waiting.pop()
            left = costs[row] - price
            best = left.argmin()
            least = left[best]
            left[best] = np.inf
            price[best] -= min(left.min(), least + HIGHEST) - least + more
            if owner[best] >= 0:
                waiting.append(int(owner[best]))
            owner[best] = row
    return price


def improved(cells: Colours, seats: Colours, certain: NDArray[np.bool_], block: int = BLOCK) -> Indices:
    """As `assigned`, in memory for `block` cells: from an order by lightness, then blocks assigned anew.

    Each block is exact for its cells, the people who sit in them and some who have no place, so no step makes it worse.
    """
    chance = np.random.default_rng(SEED)
    found, free = _by_lightness(cells, seats, certain)
    total = _total(cells, seats, found)
    for number in range(ROUNDS):
        order = chance.permutation(len(cells)) if number % 2 == 0 else _along(cells, chance)
        free = chance.permutation(free)
        parts = -(-len(cells) // block)
        for some, waiting in zip(
            np.array_split(order, parts), np.array_split(np.arange(len(free)), parts), strict=True
        ):
            offered = np.concatenate([found[some], free[waiting]])
            taken = exact(cells[some], seats[offered], certain[offered])
            found[some] = offered[taken]
            rest = np.ones(len(offered), bool)
            rest[taken] = False
            free[waiting] = offered[rest]
        before, total = total, _total(cells, seats, found)
        if number and before - total <= ENOUGH * before:
            break
    return found


def _by_lightness(cells: Colours, seats: Colours, certain: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """A first seat for each cell, and the seats that are left."""
    others = np.flatnonzero(~certain)
    others = others[np.argsort(_lightness(seats[others]), kind="stable")]
    wanted = len(cells) - int(certain.sum())
    spread = np.arange(wanted) * len(others) // max(1, wanted)  # of every lightness some
    chosen = np.concatenate([np.flatnonzero(certain), others[spread]])
    found = np.empty(len(cells), np.intp)
    found[np.argsort(_lightness(cells), kind="stable")] = chosen[np.argsort(_lightness(seats[chosen]), kind="stable")]
    return found, np.delete(others, spread)


def _lightness(points: Colours) -> NDArray[np.int64]:
    total: NDArray[np.int64] = points[:, ::3].sum(axis=1, dtype=np.int64)
    return total


def _along(cells: Colours, chance: np.random.Generator) -> Indices:
    """The cells in the order of a random mixture of their colours, so that blocks have similar ones."""
    weights = chance.integers(-100, 101, cells.shape[1])
    return np.argsort((cells.astype(np.int64) * weights).sum(axis=1), kind="stable")


def _total(cells: Colours, seats: Colours, found: Indices) -> int:
    return int(((cells.astype(np.int64) - seats[found]) ** 2).sum())
