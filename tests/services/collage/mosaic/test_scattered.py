"""People who are repeated are moved away from themselves, as far as others fit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.services.collage.mosaic.scattered import APART, scattered


def close(grid: np.ndarray[tuple[int, int], np.dtype[np.intp]]) -> int:
    """How many cells have the same person near them."""
    rows, cols = grid.shape
    return sum(
        int(np.count_nonzero(grid[max(0, y - APART) : y + APART + 1, max(0, x - APART) : x + APART + 1] == grid[y, x]))
        > 1
        for y in range(rows)
        for x in range(cols)
    )


def test_in_an_even_picture_nobody_is_beside_themselves() -> None:
    chosen = np.repeat(np.arange(40), 6).astype(np.intp)
    cells, people = np.zeros((240, 3), np.int32), np.arange(120).reshape(40, 3).astype(np.int32)
    found = scattered(chosen, cells, people, 16, np.zeros(240, bool))
    assert close(chosen.reshape(15, 16)) > 200
    assert close(found.reshape(15, 16)) == 0


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 6), st.integers(0, 2**32))
def test_everyone_stays_as_often_as_before_and_those_who_are_kept_where_they_were(
    cols: int, rows: int, people: int, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    chosen, kept = chance.integers(0, people, cols * rows), chance.random(cols * rows) < 0.2
    cells, colours = (chance.integers(0, 900, (count, 6)).astype(np.int32) for count in (cols * rows, people))
    found = scattered(chosen, cells, colours, cols, kept)
    assert sorted(found) == sorted(chosen)
    assert (found[kept] == chosen[kept]).all()
    assert close(found.reshape(rows, cols)) <= close(chosen.reshape(rows, cols))
