"""Bands and strips: each row of the canvas once, each row of cells once, and none of them large."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.services.collage.bands import FEWEST, MOST, STRIP, bands, largest_band
from app.services.collage.layout import Axis, Layout


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Grids that fill their canvas as the real ones do: clipped by less than a cell, or padded. Billboards too."""
    rows, k = draw(st.integers(1, 200)), draw(st.one_of(st.integers(1, 120), st.integers(120, 3000)))
    clipped = draw(st.integers(-4000, 2 * k))
    height, width = max(1, rows * 4 * k - clipped), draw(st.integers(1, 60_000))
    return Layout(rows, Axis(1, 3 * k, width), Axis(rows, 4 * k, height))


@given(layouts())
def test_bands_cover_each_row_of_the_canvas_once(layout: Layout) -> None:
    covered = 0
    for band in bands(layout):
        assert band.top == covered
        assert band.bottom > band.top
        assert band.last > band.first
        covered = band.bottom
    assert covered == layout.vertical.canvas


@given(layouts())
def test_every_visible_row_of_every_cell_is_in_one_band(layout: Layout) -> None:
    cell = layout.vertical.cell
    covered: dict[int, int] = {}  # rows of cells, and up to where they are covered
    for band in bands(layout):
        begin, end = band.part(layout)
        assert 0 <= begin <= end <= cell
        for row in range(band.first, band.last):
            top, height = layout.vertical.visible(row)
            start = layout.vertical.start + row * cell
            upper, lower = max(start + begin, top), min(start + end, top + height)
            if upper < lower:
                assert upper == covered.get(row, top)
                assert band.top <= upper
                assert lower <= band.bottom
                covered[row] = lower
    for row in range(layout.rows):
        top, height = layout.vertical.visible(row)
        if height > 0:
            assert covered[row] == top + height


@given(layouts())
def test_a_photo_is_decoded_once_unless_its_row_is_too_large_for_a_band(layout: Layout) -> None:
    seen = [row for band in bands(layout) for row in range(band.first, band.last)]
    for row in range(layout.rows):
        _, height = layout.vertical.visible(row)
        padding = abs(layout.vertical.spare)
        if (height + padding) * layout.horizontal.canvas <= largest_band(layout):
            assert seen.count(row) == 1


@given(layouts())
def test_what_a_band_keeps_of_its_cells_is_bounded(layout: Layout) -> None:
    width = layout.horizontal.canvas
    most = max(FEWEST, largest_band(layout) // width)
    strip = min(MOST, max(FEWEST, STRIP // width))
    padding = max(0, layout.vertical.start) + 1
    for band in bands(layout):
        height = band.bottom - band.top
        assert height <= (most if band.last - band.first == 1 else 3 * strip + 2 * padding)


@given(layouts())
def test_strips_cover_each_row_of_their_band_once_and_are_small(layout: Layout) -> None:
    width = layout.horizontal.canvas
    most = min(MOST, max(FEWEST, STRIP // width))
    for band in bands(layout):
        covered = band.top
        for top, bottom in band.strips():
            assert top == covered
            assert bottom > top
            # one row of cells is cut; several are one strip
            assert bottom - top <= (most if band.last - band.first == 1 else band.bottom - band.top)
            covered = bottom
        assert covered == band.bottom
