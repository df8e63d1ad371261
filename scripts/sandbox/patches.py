"""People as patches of colour, no two alike, and walls of them drawn without the code that draws walls."""

from __future__ import annotations

import functools
import io
import os
import random
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.adapters.store import Store
from scripts.sandbox.stored import APPROVED, CAMPAIGN, as_intermediate, as_jpeg, name

ACROSS, DOWN = 6, 8  # patches
DARKEST = 80
EMPTY = 17  # the grey of places where nobody is
TILE = 512
FACE = 750, 1000  # pixels of a face at the highest published level
WALL = "wall"

Pixels = NDArray[np.uint8]


class Part(NamedTuple):
    """The part of a cell that a tile shows: the cell, its size, the part's corners in it, and in the tile."""

    seat: tuple[int, int]
    size: tuple[int, int]
    source: tuple[int, int, int, int]
    target: tuple[int, int, int, int]


@functools.cache
def person(index: int) -> Image.Image:
    """6 × 8 pixels, each a patch of bright colour."""
    chance = random.Random(index)
    colours = bytes(chance.randrange(DARKEST, 256) for _ in range(3 * ACROSS * DOWN))
    return Image.frombytes("RGB", (ACROSS, DOWN), colours)


def put(store: Store, people: int) -> None:
    """Stores them without fsync, approved in the order of their indices."""
    for index in range(people):
        enlarged = [person(index).resize(size, Image.Resampling.NEAREST) for size in ((1500, 2000), (300, 400))]
        files = {
            store.photos.archive_path(CAMPAIGN, name(index)): as_jpeg(enlarged[0]),
            store.photos.intermediate_path(CAMPAIGN, name(index)): as_intermediate(enlarged[1]),
        }
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (APPROVED + index, APPROVED + index))


class Wall:
    """A wall of `cols` × `rows` places, as published. `seats`: the index of who sits at each column and row."""

    def __init__(self, cols: int, rows: int, seats: Mapping[tuple[int, int], int]) -> None:
        self.cols, self.rows, self.seats = cols, rows, seats
        # Deep Zoom's number of the level at which an archive of 1500 × 2000 is half as large
        self.highest = (max(cols * 2 * FACE[0], rows * 2 * FACE[1]) - 1).bit_length() - 1

    def places(self) -> Iterator[tuple[int, int, int]]:
        """Level, column and row of every tile."""
        for level in range(self.highest, -1, -1):
            width, height = self._extent(level)
            across, down = -(-width // TILE), -(-height // TILE)
            yield from ((level, x, y) for y in range(down) for x in range(across))
            if (across, down) == (1, 1):
                return

    def showing(self, seat: tuple[int, int]) -> set[tuple[int, int, int]]:
        """The tiles that show at least one pixel of a place."""
        return {place for place in self.places() if any(part.seat == seat for part in self.parts(*place))}

    def parts(self, level: int, x: int, y: int) -> list[Part]:
        """The cells that a tile shows."""
        return [
            Part(
                (col, row),
                (right - left, bottom - top),
                (max(left, x * TILE) - left, max(top, y * TILE) - top, across[1] - left, down[1] - top),
                (across[0] - x * TILE, down[0] - y * TILE, across[1] - x * TILE, down[1] - y * TILE),
            )
            for row, top, bottom, down in self._along(1, level, y)
            for col, left, right, across in self._along(0, level, x)
        ]

    def tile(self, level: int, x: int, y: int) -> Pixels:
        """Height × width × RGB."""
        width, height = (min(TILE, side - at * TILE) for side, at in zip(self._extent(level), (x, y), strict=True))
        drawn = np.full((height, width, 3), EMPTY, np.uint8)
        for part in self.parts(level, x, y):
            if part.seat in self.seats:
                left, top, right, bottom = part.target
                drawn[top:bottom, left:right] = np.asarray(_cell(self.seats[part.seat], part.size).crop(part.source))
        return drawn

    def _along(self, axis: int, level: int, tile: int) -> Iterator[tuple[int, int, int, tuple[int, int]]]:
        """The cells of a row or column of tiles: number, begin, end, and the part within the tile."""
        for number in range((self.cols, self.rows)[axis]):
            begin, end = self._edge(axis, number, level), self._edge(axis, number + 1, level)
            first, last = max(begin, tile * TILE), min(end, (tile + 1) * TILE)
            if first < last:
                yield number, begin, end, (first, last)

    def _edge(self, axis: int, number: int, level: int) -> int:
        return -(-number * FACE[axis] // (1 << self.highest - level))

    def _extent(self, level: int) -> tuple[int, int]:
        return self._edge(0, self.cols, level), self._edge(1, self.rows, level)


@functools.lru_cache(64)
def _cell(index: int, size: tuple[int, int]) -> Image.Image:
    if size[0] >= FACE[0] // 4:
        return person(index).resize(size, Image.Resampling.NEAREST)
    return person(index).resize((300, 400), Image.Resampling.NEAREST).resize(size, Image.Resampling.BOX)


def decoded(jpeg: bytes) -> Pixels:
    with Image.open(io.BytesIO(jpeg)) as opened:
        return np.asarray(opened.convert("RGB"))


def distance(one: Pixels, other: Pixels) -> float:
    """Mean difference of two pictures, or of parts of them, in levels of 255."""
    return float(np.abs(one.astype(np.int16) - other).mean())
