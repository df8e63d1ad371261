"""Smaller copies of a picture that comes as strips: across strip by strip, then down as rows come.

A Lanczos filter is separable: first every row is made narrower, on any core, then the narrow rows fewer. Each copy is
made from the next larger one, and only the rows that are still needed are kept.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rows = NDArray[np.uint8]  # height × width × 4
LANCZOS = Image.Resampling.LANCZOS
SUPPORT = 3  # the filter's, in rows of the smaller copy
BATCH = 32  # rows of a smaller copy that are made at once, at least


def narrow(rows: Rows, box: tuple[int, int, int, int], width: int) -> bytes:
    """The part `box` (left, top, right, bottom) of RGBA rows, which must be opaque, at `width`, as 8-bit RGB."""
    # four bytes a pixel are Pillow's own form: nothing is converted
    picture = Image.frombuffer("RGBX", rows.shape[1::-1], rows, "raw", "RGBX", 0, 1).crop(box)
    return picture.resize((width, picture.height), LANCZOS).convert("RGB").tobytes()


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
                rows = _picture(width, rows).resize((copy.size[0], len(rows) // (3 * width)), LANCZOS).tobytes()
                width = copy.size[0]
            rows = copy.add(rows)
            if not rows:
                return

    def pictures(self) -> list[Image.Image]:
        """The smaller copies, once all rows have come."""
        return [_picture(copy.size[0], copy.made) for copy in self._copies]


class _Reduction:
    def __init__(self, height: int, size: tuple[int, int]) -> None:
        self.size = size
        self.made = bytearray()
        self._height, self._scale = height, height / size[1]
        self._rows, self._first = bytearray(), 0  # narrow rows that are needed, and the number of the first

    def add(self, rows: bytes) -> bytes:
        """The next narrow rows; returns the rows of the smaller copy that they complete."""
        self._rows += rows
        width, height = self.size
        stride = 3 * width
        have, made = self._first + len(self._rows) // stride, len(self.made) // stride
        reach = math.ceil(SUPPORT * max(1.0, self._scale)) + 1
        ready = height if have == self._height else math.floor((have - reach) / self._scale)
        if ready < made + BATCH and ready != height:
            return b""
        box = (0, made * self._scale - self._first, width, ready * self._scale - self._first)
        found = _picture(width, self._rows).resize((width, ready - made), LANCZOS, box).tobytes()
        self.made += found
        needed = max(self._first, math.floor(ready * self._scale) - reach)
        self._rows = self._rows[(needed - self._first) * stride :]
        self._first = needed
        return found


def _picture(width: int, rows: bytes | bytearray) -> Image.Image:
    return Image.frombuffer("RGB", (width, len(rows) // (3 * width)), rows, "raw", "RGB", 0, 1)
