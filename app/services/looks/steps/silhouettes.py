"""Masks of subjects: whether one can be right, and a sharper edge for it. Pure. Arrays are height × width, 0 to 1."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# as the campaign's first system had them
MIN_AREA_RATIO = 0.05  # of the picture, that the subject takes at least
MAX_AREA_RATIO = 0.95
MAX_ASPECT_DIFF = 1.0  # between width/height of the subject's box and of the picture
LARGE_PIECE = 0.2  # of the subject: it may have one piece of this size or more
COARSE = 64  # pixels a side, on which pieces are counted
RADIUS = 4  # pixels of the small picture, around which colours are compared
SMOOTH = 1e-4  # the guided filter's epsilon

Mask = NDArray[np.float32]


def fault(mask: Mask, shape: tuple[int, int]) -> str | None:
    """Why a mask cannot be that of a subject; None if it can. `shape`: height × width of the picture.

    The mask may be stretched, as models want squares.
    """
    inside = mask > 0.5
    share = float(inside.mean())
    if share < MIN_AREA_RATIO:
        return "it finds nobody" if share < 0.001 else f"what it finds covers only {share:.1%} of the picture"
    if share > MAX_AREA_RATIO:
        return f"what it finds covers {share:.0%} of the picture"
    rows, columns = np.nonzero(inside.any(axis=1))[0], np.nonzero(inside.any(axis=0))[0]
    height = (rows[-1] - rows[0] + 1) / mask.shape[0] * shape[0]
    width = (columns[-1] - columns[0] + 1) / mask.shape[1] * shape[1]
    if abs(width / height - shape[1] / shape[0]) > MAX_ASPECT_DIFF:
        return "what it finds has another shape than the picture"
    sizes = sorted(pieces(inside), reverse=True)
    if len(sizes) > 1 and sizes[1] >= LARGE_PIECE * sum(sizes):
        return "what it finds is in several pieces"
    return None


def pieces(inside: NDArray[np.bool_]) -> Iterator[int]:
    """The sizes of connected pieces, in points of a coarse grid."""
    rows, columns = (np.linspace(0, side - 1, min(side, COARSE)).round().astype(int) for side in inside.shape)
    left = {(int(row), int(column)) for row, column in np.argwhere(inside[np.ix_(rows, columns)])}
    while left:
        edge, size = [left.pop()], 0
        while edge:
            row, column = edge.pop()
            size += 1
            near = {(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)} & left
            left -= near
            edge.extend(near)
        yield size


def guided(mask: Mask, guide: Mask) -> tuple[Mask, Mask]:
    """The factors a and b by which `guide` × a + b follows the mask with the guide's edges; both of one size.

    He, Sun: Fast Guided Filter (2015), on a small picture: the factors are enlarged, not the mask.
    """
    mean_guide, mean_mask = blurred(guide), blurred(mask)
    covariance = blurred(guide * mask) - mean_guide * mean_mask
    variance = blurred(guide * guide) - mean_guide * mean_guide
    a: Mask = (covariance / (variance + SMOOTH)).astype(np.float32)
    return blurred(a), blurred(mean_mask - a * mean_guide)


def blurred(values: Mask, radius: int = RADIUS) -> Mask:
    """The mean of the square around each pixel; at the edges, of what there is of it."""
    for axis in (0, 1):
        values = _mean(values, radius, axis)
    return values


def _mean(values: Mask, radius: int, axis: int) -> Mask:
    length = values.shape[axis]
    sums = np.concatenate([np.zeros_like(values.take([0], axis)), values], axis).cumsum(axis, dtype=np.float64)
    ends = np.minimum(np.arange(length) + radius + 1, length)
    starts = np.maximum(np.arange(length) - radius, 0)
    counts = (ends - starts).reshape([-1 if one == axis else 1 for one in range(values.ndim)])
    found: Mask = ((sums.take(ends, axis) - sums.take(starts, axis)) / counts).astype(np.float32)
    return found
