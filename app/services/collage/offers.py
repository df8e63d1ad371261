"""Other canvases for a small campaign that leave out fewer people than the requested one. Pure.

No cell of a grid is empty and cells are 3:4, so a square canvas seats 6 of 10 people. A canvas of the grid's own shape,
(3k·cols)×(4k·rows), needs neither padding nor clipping: its only cost is the people it leaves out. These are only
offers: the requested canvas stays as it is.
"""

from fractions import Fraction
from functools import lru_cache
from math import isqrt

from app.core import limits
from app.services.collage import layout
from app.services.collage.layout import Layout

SMALL = 100  # people; larger campaigns get no offers, because one person is less than 1 %
FIRST = 30  # people; up to here one offer seats everyone, whatever the shape of its canvas


@lru_cache(maxsize=512)
def offers(photos: int, width: int, height: int) -> tuple[Layout, ...]:
    """Layouts for `photos` people on canvases whose longest side is at most that of `width`×`height`.

    First the one that leaves out fewest on a canvas whose width/height is within a factor of 2 of the requested one;
    then, if somebody is still left out of at most 30, the one that seats everyone, on the canvas nearest in shape.
    Every offer leaves out fewer than the layout of `width`×`height`. Raises BadParameters if that has none.
    """
    chosen = layout.best(photos, width, height)
    if chosen.left_out == 0 or photos > SMALL:
        return ()
    grids = [(cols, rows) for cols in range(1, photos + 1) for rows in range(1, photos // cols + 1)]
    requested = Fraction(width, height)
    found: list[Layout] = []
    least = chosen.left_out
    for allowed in (
        [grid for grid in grids if _distance(grid, requested) <= layout.RATIO],
        [(cols, rows) for cols, rows in grids if cols * rows == photos <= FIRST],
    ):
        for cols, rows in sorted(allowed, key=lambda grid: (-grid[0] * grid[1], _distance(grid, requested), -grid[0])):
            offer = _exact(photos, cols, rows, max(width, height))
            if offer is not None and offer.left_out < least:
                found.append(offer)
                least = offer.left_out
                break
    return tuple(found)


def _distance(grid: tuple[int, int], requested: Fraction) -> Fraction:
    """How far the shape of a grid is from `requested` (width/height), as a factor of at least 1."""
    shape = Fraction(3 * grid[0], 4 * grid[1])
    return max(shape / requested, requested / shape)


def _exact(photos: int, cols: int, rows: int, longest: int) -> Layout | None:
    """A grid on the largest canvas that it covers exactly; None if that is too small or has a cheaper grid."""
    k = min(longest // (3 * cols), longest // (4 * rows), isqrt(limits.PICTURE_PIXELS // (12 * cols * rows)))
    if min(3 * k * cols, 4 * k * rows) < layout.SHORTEST:
        return None
    found = layout.best(photos, 3 * k * cols, 4 * k * rows)
    return found if (found.cols, found.rows) == (cols, rows) else None
