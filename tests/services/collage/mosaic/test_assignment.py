"""Who sits where: nobody twice, no cell empty, and never worse than what a simpler rule finds."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.services.collage.mosaic.assignment import Costs, Indices, assigned, exact, improved, squared
from app.services.collage.mosaic.colours import Colours


@st.composite
def tasks(draw: st.DrawFn, most: int = 30) -> tuple[Colours, Colours, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Cells, at least as many seats, and which of those are certain: at most as many as cells."""
    cells = draw(st.integers(1, most))
    seats = cells + draw(st.integers(0, most))
    sure = draw(st.integers(0, cells))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    certain = chance.permutation(np.arange(seats) < sure)
    few = draw(st.sampled_from([2, 1000]))  # equal colours, too
    return (
        chance.integers(0, few, (cells, 6)).astype(np.int32),
        chance.integers(0, few, (seats, 6)).astype(np.int32),
        certain,
    )


def greedy(costs: Costs, certain: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Indices:
    """Cell by cell the nearest seat that is free; only certain ones once there are no more cells than these."""
    taken: list[int] = []
    for number, row in enumerate(costs):
        waiting = certain.copy()
        waiting[taken] = False
        left = len(costs) - number
        free = waiting if waiting.sum() >= left else np.isin(np.arange(len(row)), taken, invert=True)
        taken.append(int(np.where(free, row, np.inf).argmin()))
    return np.array(taken)


def total(costs: Costs, found: Indices) -> float:
    return float(costs[np.arange(len(found)), found].sum())


@given(tasks())
def test_every_cell_has_a_seat_of_its_own_and_everyone_who_is_certain_has_one(
    task: tuple[Colours, Colours, np.ndarray[tuple[int], np.dtype[np.bool_]]],
) -> None:
    cells, seats, certain = task
    for found in (assigned(*task), improved(*task, block=4)):
        assert len(found) == len(cells) == len(set(found.tolist()))
        assert set(np.flatnonzero(certain)) <= set(found.tolist())
        assert found.max() < len(seats)


@given(tasks())
def test_no_assignment_is_worse_than_a_greedy_one(
    task: tuple[Colours, Colours, np.ndarray[tuple[int], np.dtype[np.bool_]]],
) -> None:
    cells, seats, certain = task
    costs = squared(cells, seats)
    assert total(costs, exact(*task)) <= total(costs, greedy(costs, certain))


@given(tasks(most=4))
def test_of_few_the_assignment_is_the_best_of_all(
    task: tuple[Colours, Colours, np.ndarray[tuple[int], np.dtype[np.bool_]]],
) -> None:
    cells, seats, certain = task
    costs, sure = squared(cells, seats), set(np.flatnonzero(certain).tolist())
    every = (one for one in permutations(range(len(seats)), len(cells)) if sure <= set(one))
    assert total(costs, exact(*task)) == min(total(costs, np.array(one)) for one in every)


def test_in_little_memory_the_assignment_is_nearly_as_good() -> None:
    chance = np.random.default_rng(3)
    cells, seats = (chance.integers(0, 1000, (count, 12)).astype(np.int32) for count in (600, 700))
    certain = np.arange(700) < 300
    costs = squared(cells, seats)
    best, found = total(costs, exact(cells, seats, certain)), total(costs, improved(cells, seats, certain, block=150))
    shuffled = total(costs, chance.permutation(600))
    assert best <= found < best + 0.15 * (shuffled - best)
    assert (improved(cells, seats, certain, block=150) == improved(cells, seats, certain, block=150)).all()
