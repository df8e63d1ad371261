"""How a canvas is divided for rendering: bands, which are rendered apart from each other, of strips. Pure.

A band has some whole rows of cells, so that every photo is decoded once; a row too large for that is cut into several
bands, and its photos are decoded for each. Strips are what is mounted at once. The padding above the first row and
below the last belongs to the outermost bands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from app.services.collage.layout import Layout

STRIP = 2**19  # canvas pixels of a strip, about
FEWEST, MOST = 16, 128  # rows of a strip, however wide: the first row of each compresses worse
BAND, LARGE_BAND = 2**22, 3 * 2**21  # canvas pixels of a band at most: its cells take 3 bytes each


@dataclass(frozen=True)
class Band:
    """The grid's rows `first` to `last` (excluded) on the canvas' rows `top` to `bottom` (excluded).

    `step`: rows of the canvas in each of its strips.
    """

    first: int
    last: int
    top: int
    bottom: int
    step: int

    def strips(self) -> Iterator[tuple[int, int]]:
        """The canvas rows of each strip: first, and last excluded."""
        for top in range(self.top, self.bottom, self.step):
            yield top, min(top + self.step, self.bottom)

    def part(self, layout: Layout) -> tuple[int, int]:
        """Which rows of its cells are in it: first, and last excluded. All, if it has several rows of cells."""
        cell = layout.vertical.cell
        if self.last - self.first > 1:
            return 0, cell
        start = layout.vertical.start + self.first * cell
        return min(max(0, self.top - start), cell), max(0, min(cell, self.bottom - start))


def largest_band(layout: Layout) -> int:
    """Canvas pixels of a band at most: on large canvases more, as each of their photos is decoded for every band."""
    return max(BAND, min(LARGE_BAND, layout.horizontal.canvas * layout.vertical.canvas // 4))


def bands(layout: Layout, strip: int = STRIP, band: int | None = None) -> list[Band]:
    """The bands of a canvas, from the top down: together they cover each of its rows once.

    `strip`, `band`: canvas pixels of each; default of a band: `largest_band`.
    """
    sizes = strip, band or largest_band(layout)
    strip, band = (max(FEWEST, pixels // layout.horizontal.canvas) for pixels in sizes)  # now in rows
    strip = min(strip, MOST)
    rows_each = max(1, -(-strip // layout.vertical.cell))
    firsts = list(range(0, layout.rows, rows_each))
    if len(firsts) > 1 and layout.rows - firsts[-1] < rows_each / 2:
        firsts.pop()  # a small rest goes with the band above
    found: list[Band] = []
    top = 0
    for first, last in zip(firsts, [*firsts[1:], layout.rows], strict=True):
        begin, height = layout.vertical.visible(last - 1)
        bottom = layout.vertical.canvas if last == layout.rows else begin + height
        if last - first > 1:
            found.append(Band(first, last, top, bottom, bottom - top))  # in one strip
        else:
            edges = _cut(top, bottom, band)
            found += [Band(first, last, upper, lower, strip) for upper, lower in pairwise(edges)]
        top = bottom
    return found


def _cut(top: int, bottom: int, most: int) -> list[int]:
    """The edges of equal parts with at most so many rows each."""
    parts = -(-(bottom - top) // most)
    return [top + (bottom - top) * number // parts for number in range(parts + 1)]
