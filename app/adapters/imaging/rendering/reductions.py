"""Smaller copies of a picture that comes as strips: across strip by strip, then down as rows come.

The filter is separable: first every row is made narrower, on any core, then the narrow rows fewer. Each copy is made
from the next larger one, and only the rows that are still needed are kept.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.adapters.imaging import resampling

Rows = NDArray[np.uint8]  # height × width × 3; in front of them, of the canvas, × 4
BATCH = 32  # rows of a smaller copy that are made at once, at least


def narrow(rows: Rows, box: tuple[int, int, int, int], width: int) -> bytes:
    """The part `box` (left, top, right, bottom) of RGBA rows, which must be opaque, at `width`, as 8-bit RGB."""
    left, top, right, bottom = box
    return resampling.narrower(rows[top:bottom, left:right], width).tobytes()


class Reductions:
    """Smaller copies of one picture."""

    def __init__(self, height: int, sizes: Sequence[tuple[int, int]]) -> None:
        """`height`: rows of the picture; `sizes`: of the copies, width × height, the largest first."""
        heights = [height, *(size[1] for size in sizes)]
        self._copies = [_Reduction(before, size) for before, size in zip(heights, sizes, strict=False)]

    def add(self, rows: bytes) -> None:
        """The next rows of the picture, as wide as the largest copy."""
        width = self._copies[0].size[0]
        for copy in self._copies:
            if copy.size[0] != width:
                before = np.frombuffer(rows, np.uint8).reshape(-1, width, 3)
                rows = resampling.narrower(before, copy.size[0]).tobytes()
                width = copy.size[0]
            rows = copy.add(rows)
            if not rows:
                return

    def pictures(self) -> list[Image.Image]:
        """The smaller copies, once all rows have come."""
        return [Image.frombuffer("RGB", copy.size, copy.made, "raw", "RGB", 0, 1) for copy in self._copies]


class _Reduction:
    def __init__(self, height: int, size: tuple[int, int]) -> None:
        self.size = size
        self.made = bytearray()
        self._heights, self._stride = (height, size[1]), 3 * size[0]
        self._rows, self._first = bytearray(), 0  # narrow rows that are needed, and the number of the first

    def add(self, rows: bytes) -> bytes:
        """The next narrow rows; returns the rows of the smaller copy that they complete."""
        self._rows += rows
        have, made = self._first + len(self._rows) // self._stride, len(self.made) // self._stride
        before, after = self._heights
        ready = after if have == before else resampling.complete(self._heights, have)
        if ready < made + BATCH and ready != after:
            return b""
        known = np.frombuffer(self._rows, np.uint8).reshape(-1, self._stride)
        found = resampling.fewer(known, self._heights, (made, ready), self._first).tobytes()
        self.made += found
        if ready < after:
            needed = resampling.needed(self._heights, ready)
            self._rows = self._rows[(needed - self._first) * self._stride :]
            self._first = needed
        return found
