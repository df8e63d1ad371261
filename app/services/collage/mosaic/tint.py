"""Cells blended towards the colours of a target. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint8]  # height × width × 3

ACROSS, DOWN = 3, 4  # points of each cell, as square as its shape of 3:4 allows


@dataclass(frozen=True)
class Tint:
    """`target`: 8-bit RGB, 3×4 points for each cell of the grid; `strength`: the target's part, 0 to 1."""

    target: Rows
    strength: float

    def blended(self, pixels: Rows, place: tuple[int, int], height: int, first: int = 0) -> Rows:
        """A cell's pixels, blended. `place`: its row and column; `height`: of the whole cell; `first`: of its rows.

        Between points, also those of the cells beside it, the colour changes gradually.
        """
        row, col = place
        rows = _weights(row * DOWN, DOWN, height, self.target.shape[0], first, len(pixels))
        columns = _weights(col * ACROSS, ACROSS, pixels.shape[1], self.target.shape[1], 0, pixels.shape[1])
        (above, below, down), (left, right, across) = rows, columns
        least = min(int(above[0]), int(above[-1]))
        near = self.target[least : int(below.max()) + 1].astype(np.float32)
        tall = near[above - least] * (1 - down)[:, None, None] + near[below - least] * down[:, None, None]
        colours = tall[:, left] * (1 - across)[:, None] + tall[:, right] * across[:, None]
        mixed = pixels * np.float32(1 - self.strength) + colours * np.float32(self.strength)
        return np.rint(mixed).astype(np.uint8)


def _weights(
    start: int, points: int, length: int, every: int, first: int, count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """For `count` pixels from `first` on, of `length` with `points` on them: the points before and behind, and how far.

    `start`: the first of these points; `every`: how many there are in all.
    """
    at = start + (np.arange(first, first + count) + 0.5) * points / length - 0.5
    at = np.clip(at, 0, every - 1)
    before = np.floor(at).astype(np.intp)
    return before, np.minimum(before + 1, every - 1), (at - before).astype(np.float32)


def mixed(colours: Rows, target: Rows, strength: float) -> Rows:
    """8-bit RGB with the target's part in it, where both have the same points."""
    return np.rint(colours * np.float32(1 - strength) + target * np.float32(strength)).astype(np.uint8)
