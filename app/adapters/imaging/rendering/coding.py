"""What a renderer makes of rows before they go to the process that writes the file: compressed, so that they are small.

A PNG takes strips of any height. Formats in which all strips but the last have the same height get units of so many
rows. Units rarely end where a band does: the rows left over above and below go as they are, and are coded by the writer
once the next band has come.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Rows = NDArray[np.uint8]  # height × width × channels
Colour = tuple[int, int, int]  # 8-bit RGB
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True)
class Coding(Generic[T]):
    """`code` compresses rows; `channels`: 3 or 4, for which `background` replaces what is transparent.

    `unit`: rows at a time, all but the last time; None: any number.
    """

    code: Callable[[Rows], T]
    channels: int
    unit: int | None = None
    background: Colour = WHITE

    def of_band(self, strips: Iterable[Rows], top: int) -> Iterator[T | Rows]:
        """The strips of a band (RGBA) whose first row is the canvas' row `top`, coded where a unit is complete."""
        ready = (strip if self.channels == strip.shape[2] else flattened(strip, self.background) for strip in strips)
        if self.unit is None:
            yield from map(self.code, ready)
            return
        for rows in rechunked(ready, -top % self.unit, self.unit):
            yield self.code(rows) if len(rows) == self.unit else rows

    def joined(self, pieces: Iterable[T | Rows]) -> Iterator[T]:
        """The pieces of all bands, in order, with all rows coded."""
        waiting: list[Rows] = []
        for piece in pieces:
            if not isinstance(piece, np.ndarray):
                yield piece
                continue
            waiting.append(piece)
            if sum(map(len, waiting)) == self.unit:
                yield self.code(np.concatenate(waiting))
                waiting = []
        if waiting:
            yield self.code(np.concatenate(waiting))


def rechunked(strips: Iterable[Rows], first: int, unit: int) -> Iterator[Rows]:
    """The same rows: at first `first` of them (if any), then `unit` at a time, at last what is left."""
    size, have = first or unit, 0
    waiting: list[Rows] = []
    for strip in strips:
        start = 0
        while start < len(strip):
            part = strip[start : start + size - have]
            waiting.append(part)
            start, have = start + len(part), have + len(part)
            if have == size:
                yield _one(waiting)
                waiting, size, have = [], unit, 0
    if waiting:
        yield _one(waiting)


def _one(parts: list[Rows]) -> Rows:
    return np.ascontiguousarray(parts[0]) if len(parts) == 1 else np.concatenate(parts)


def flattened(rows: Rows, background: Colour) -> Rows:
    """RGBA whose pixels are either opaque or transparent as RGB on a background."""
    opaque = np.ascontiguousarray(rows[..., :3])
    nothing = rows[..., 3] == 0
    if nothing.any():
        opaque[nothing] = background
    return opaque


def fill(rows: Rows, background: Colour) -> None:
    """Gives what is transparent in rows of RGBA the colour of a background."""
    nothing = rows[..., 3] == 0
    if nothing.any():
        rows[nothing] = (*background, 255)
