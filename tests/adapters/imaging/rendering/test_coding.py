"""Rows that are coded band by band are the same units, however the canvas is cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.imaging.rendering.coding import WHITE, Coding, flattened, rechunked
from scripts.sandbox.stored import Pixels

UNIT = 16
CUTS = st.lists(st.integers(1, 60), min_size=1, max_size=8)  # heights of bands
Units = list[tuple[int, int]]


def numbered(height: int) -> Pixels:
    """Opaque rows of one pixel, whose red and green are the number of the row."""
    rows = np.full((height, 1, 4), 255, np.uint8)
    rows[:, 0, 0], rows[:, 0, 1] = np.divmod(np.arange(height), 256)
    return rows


def number(rows: Pixels) -> tuple[int, int]:
    """First and last row."""
    first, last = (int(row[0, 0]) * 256 + int(row[0, 1]) for row in (rows[0], rows[-1]))
    assert rows.shape[2] == 3
    return first, last


@given(CUTS, st.integers(1, 40))
def test_units_are_the_same_however_bands_and_strips_are_cut(heights: list[int], strip: int) -> None:
    coding = Coding(number, 3, UNIT)
    edges = [0, *np.cumsum(heights).tolist()]
    rows = numbered(edges[-1])
    pieces = [
        piece
        for top, bottom in pairwise(edges)
        for piece in coding.of_band(
            (rows[start : min(start + strip, bottom)] for start in range(top, bottom, strip)), top
        )
    ]
    expected = [(top, min(top + UNIT, len(rows)) - 1) for top in range(0, len(rows), UNIT)]
    assert list(coding.joined(pieces)) == expected
    # what is whole within a band is coded with it
    inside = [one for one in expected for top, bottom in pairwise(edges) if top <= one[0] and one[1] < bottom]
    assert [piece for piece in pieces if isinstance(piece, tuple)] == [
        one for one in inside if one[1] % UNIT == UNIT - 1
    ]


@given(CUTS, st.integers(0, 20), st.integers(1, 20))
def test_rechunked_rows_are_the_same_rows(heights: list[int], first: int, unit: int) -> None:
    rows = numbered(sum(heights))
    edges = [0, *np.cumsum(heights).tolist()]
    chunks = list(rechunked((rows[top:bottom] for top, bottom in pairwise(edges)), first, unit))
    assert np.array_equal(np.concatenate(chunks), rows)
    sizes = [len(chunk) for chunk in chunks]
    assert sizes[0] == min(first or unit, len(rows))
    assert all(size == unit for size in sizes[1:-1])


def test_only_what_is_transparent_gets_the_background() -> None:
    rows = np.array([[[1, 2, 3, 255], [9, 9, 9, 0]]], np.uint8)
    assert flattened(rows, (255, 148, 22)).tolist() == [[[1, 2, 3], [255, 148, 22]]]
    assert flattened(rows, WHITE)[0, 1].tolist() == [255, 255, 255]
