"""The picture of a mosaic at the points of a grid."""

import numpy as np

from app.adapters.imaging.covering import covering
from app.services.collage.layout import Layout
from app.services.collage.mosaic.tint import ACROSS, DOWN, Rows


def points(target: bytes, grid: Layout) -> Rows:
    """The target (a JPEG), cut in the middle to the grid's shape, with 3×4 points for each cell: rows of 8-bit RGB.

    Raises PictureError if it is broken.
    """
    shape = grid.cols * grid.horizontal.cell, grid.rows * grid.vertical.cell
    return covering(target, shape, (grid.cols * ACROSS, grid.rows * DOWN))


def of_cells(every: Rows, grid: Layout) -> Rows:
    """Such points as cells × points × 3, row by row."""
    apart = every.reshape(grid.rows, DOWN, grid.cols, ACROSS, 3).swapaxes(1, 2)
    return np.ascontiguousarray(apart).reshape(grid.used, DOWN * ACROSS, 3)
