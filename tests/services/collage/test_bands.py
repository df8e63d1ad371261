"""Bands and strips: each row of the canvas once, each row of cells once, and none of them large."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.services.collage.bands import STRIP, bands
from app.services.collage.layout import Axis, Layout


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Grids that fill their canvas as the real ones do: clipped by less than a cell, or padded."""
    rows, k = draw(st.integers(1, 200)), draw(st.integers(1, 120))
    clipped = draw(st.integers(-4000, 2 * k))
    height = max(1, rows * 4 * k - clipped)
    return Layout(rows, Axis(1, 3 * k, 3 * k), Axis(rows, 4 * k, height))


@given(layouts())
def test_bands_cover_each_row_of_the_canvas_and_each_row_of_cells_once(layout: Layout) -> None:
    found = bands(layout)
    covered, seated = 0, 0
    for band in found:
        assert (band.top, band.first) == (covered, seated)
        assert band.last > band.first
        covered, seated = band.bottom, band.last
    assert (covered, seated) == (layout.vertical.canvas, layout.rows)


@given(layouts())
def test_a_band_has_all_rows_of_the_canvas_that_its_cells_cover(layout: Layout) -> None:
    for band in bands(layout):
        for row in range(band.first, band.last):
            top, height = layout.vertical.visible(row)
            assert band.top <= top
            assert top + height <= band.bottom


@given(layouts())
def test_strips_cover_each_row_of_their_band_once_and_are_small(layout: Layout) -> None:
    padding = max(0, layout.vertical.start) + 1
    for band in bands(layout):
        covered = band.top
        for top, bottom in band.strips():
            assert top == covered
            assert bottom > top
            # one row of cells is cut; several are one strip
            assert bottom - top <= (STRIP if band.last - band.first == 1 else 3 * STRIP + 2 * padding)
            covered = bottom
        assert covered == band.bottom
