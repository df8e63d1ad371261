"""Pictures at another size, with a Lanczos filter, as products of small matrices.

NumPy hands those to BLAS, which uses the processor's vector instructions: a fifth of the time of Pillow, which does
without. The pixels are the same on every processor and however the work is divided: weights are multiples of 2^-14,
pixels whole numbers, also between both directions, and their sums below 2^10; so every sum fits into the 24 bits of a
32-bit float, and no order of summing changes it.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Numbers = NDArray[np.float32]

SUPPORT = 3  # the filter's reach to each side, in pixels of the picture's smaller size
UNIT = 2.0**14  # of the weights
BLOCK = 12  # pixels made by one product: the more there are, the more of its weights are nothing
ROWS = 48  # made at once, of all pictures together


class _Block(NamedTuple):
    """The new pixels `first` to `last` are these weights (new × old) times the old pixels `begin` to `end`."""

    first: int
    last: int
    begin: int
    end: int
    weights: Numbers


def resampled(pictures: Pixels, size: tuple[int, int], part: tuple[int, int] | None = None) -> Pixels:
    """Pictures of one shape (count × height × width × colours) at `size` (width × height), of the same shape.

    `part`: only these of the new rows, the last one excluded.
    """
    count, before, across, colours = pictures.shape
    width, height = size
    top, bottom = part or (0, height)
    rows = pictures.reshape(count, before, across * colours)
    made = np.empty((count, bottom - top, width * colours), np.uint8)
    step = BLOCK * max(1, ROWS // (BLOCK * count))
    for first in range(top, bottom, step):
        last = min(first + step, bottom)
        wide = _down(rows, (before, height), (first, last)).reshape(-1, across * colours)
        narrow = _across(wide, (across, width), colours, colours)
        made[:, first - top : last - top] = narrow.reshape(count, last - first, width * colours)
    return made.reshape(count, bottom - top, width, colours)


def at(rows: bytes, size: tuple[int, int], wanted: tuple[int, int]) -> bytes:
    """Rows of 8-bit RGB, of a picture of `size` (width × height), at the size that is wanted."""
    width, height = size
    return resampled(np.frombuffer(rows, np.uint8).reshape(1, height, width, 3), wanted).tobytes()


def narrower(rows: Pixels, width: int) -> Pixels:
    """Rows of RGB, or of RGBA pixels that are opaque (height × width × 3 or 4), at `width`, as RGB."""
    height, across, colours = rows.shape
    numbers = rows.reshape(height, across * colours).astype(np.float32)
    return _across(numbers, (across, width), colours, 3).reshape(height, width, 3)


def fewer(rows: Pixels, heights: tuple[int, int], made: tuple[int, int], begin: int = 0) -> Pixels:
    """The rows `made` (the last one excluded) of a picture whose height changes as in `heights` (before, after).

    `rows`: height × anything; those of the picture from row `begin` on that are needed for it, or more.
    """
    return _colours(_down(rows[np.newaxis], heights, made, begin)[0])


def complete(heights: tuple[int, int], have: int) -> int:
    """How many rows, at least, `fewer` can make of the first `have` rows of a picture."""
    scale = heights[0] / heights[1]
    return max(0, math.floor((have - SUPPORT * max(1.0, scale) - 1) / scale))


def needed(heights: tuple[int, int], made: int) -> int:
    """The first row of a picture that `fewer` needs for the row `made`, and for those below."""
    return int(_reach(heights, np.array([made]))[0][0])


def _down(rows: Pixels, heights: tuple[int, int], made: tuple[int, int], begin: int = 0) -> Numbers:
    """As `fewer`, of several pictures (count × height × anything), as whole numbers that may be beyond 0 to 255."""
    first, last = made
    if heights[0] == heights[1]:
        return rows[:, first - begin : last - begin].astype(np.float32)
    blocks = _blocks(*heights, first, last)
    start = blocks[0].begin
    old = rows[:, start - begin : blocks[-1].end - begin].astype(np.float32)
    new = np.empty((len(rows), last - first, rows.shape[2]), np.float32)
    for block in blocks:
        into = new[:, block.first - first : block.last - first]
        np.matmul(block.weights, old[:, block.begin - start : block.end - start], out=into)
    return np.rint(new, out=new)


def _across(rows: Numbers, widths: tuple[int, int], colours: int, kept: int) -> Pixels:
    """Rows (height × pixels and colours) at another width, with the first `kept` of their colours."""
    if widths[0] == widths[1] and colours == kept:
        return _colours(rows)
    new = np.empty((len(rows), widths[1] * kept), np.float32)
    for first, last, begin, end, weights in _coloured(*widths, colours, kept):
        np.matmul(rows[:, begin * colours : end * colours], weights, out=new[:, first * kept : last * kept])
    return _colours(np.rint(new, out=new))


def _colours(numbers: Numbers) -> Pixels:
    """Whole numbers as pixels: the filter reaches beyond 0 and 255."""
    return np.clip(numbers, 0, 255, out=numbers).astype(np.uint8)


@lru_cache(maxsize=16)
def _coloured(before: int, after: int, colours: int, kept: int) -> list[_Block]:
    """Blocks for the pixels of a row, whose colours lie side by side: their weights are old × new."""
    every = np.eye(colours, kept, dtype=np.float32)
    return [
        block._replace(weights=np.ascontiguousarray(np.kron(block.weights.T, every)))
        for block in _blocks(before, after, 0, after)
    ]


@lru_cache(maxsize=256)
def _blocks(before: int, after: int, first: int, last: int) -> list[_Block]:
    """The blocks that make the pixels `first` to `last` of `after` out of `before`."""
    return list(_made(before, after, first, last))


def _made(before: int, after: int, first: int, last: int) -> Iterator[_Block]:
    scale = max(1.0, before / after)
    for begin in range(first, last, BLOCK):
        new = np.arange(begin, min(begin + BLOCK, last))
        begins, ends = _reach((before, after), new)
        old = np.arange(begins[0], ends[-1])
        away = (old + 0.5 - (new[:, np.newaxis] + 0.5) * before / after) / scale
        inside = (old >= begins[:, np.newaxis]) & (old < ends[:, np.newaxis]) & (abs(away) < SUPPORT)
        weights = np.where(inside, np.sinc(away) * np.sinc(away / SUPPORT), 0)
        weights = np.rint(weights / weights.sum(axis=1, keepdims=True) * UNIT)
        largest = weights.argmax(axis=1)
        weights[np.arange(len(new)), largest] += UNIT - weights.sum(axis=1)  # an even picture stays as it is
        yield _Block(begin, int(new[-1]) + 1, int(old[0]), int(old[-1]) + 1, (weights / UNIT).astype(np.float32))


def _reach(sizes: tuple[int, int], new: NDArray[np.int_]) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """The first old pixel of each new one, and the one behind its last."""
    before, after = sizes
    centre, support = (new + 0.5) * before / after, SUPPORT * max(1.0, before / after)
    begins = np.maximum(0, (centre - support + 0.5).astype(np.int_))
    return begins, np.minimum(before, (centre + support + 0.5).astype(np.int_))
