"""How a canvas is divided for rendering: bands, which are rendered apart from each other, of strips. Pure.

A band is some whole rows of cells, so that every photo is decoded once; strips are what stands in memory at once. The
padding above the first row and below the last belongs to the outermost bands.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.services.collage.layout import Layout

STRIP = 128  # canvas rows at most of a strip, and at least of a band, as far as the rows of cells allow


@dataclass(frozen=True)
class Band:
    """The grid's rows `first` to `last` (excluded) on the canvas' rows `top` to `bottom` (excluded)."""

    first: int
    last: int
    top: int
    bottom: int

    def strips(self) -> Iterator[tuple[int, int]]:
        """The canvas rows of each strip: first, and last excluded. A band of several rows of cells is one strip."""
        step = STRIP if self.last - self.first == 1 else self.bottom - self.top
        for top in range(self.top, self.bottom, step):
            yield top, min(top + step, self.bottom)


def bands(layout: Layout) -> list[Band]:
    """The bands of a canvas, from the top down: together they cover each of its rows once."""
    rows_each = max(1, -(-STRIP // layout.vertical.cell))
    firsts = list(range(0, layout.rows, rows_each))
    if len(firsts) > 1 and layout.rows - firsts[-1] < rows_each / 2:
        firsts.pop()  # a small rest goes with the band above
    found, top = [], 0
    for first, last in zip(firsts, [*firsts[1:], layout.rows], strict=True):
        begin, height = layout.vertical.visible(last - 1)
        bottom = layout.vertical.canvas if last == layout.rows else begin + height
        found.append(Band(first, last, top, bottom))
        top = bottom
    return found
