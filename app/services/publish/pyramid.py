"""The tiles of a published wall, made block by block: each photo is decoded about once a level.

The pixels are those that the served wall has; only its highest level is left out. A face is 750 × 1000 pixels on the
next, which fills a phone's screen, and the whole takes a quarter of the room and of the time.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from app.adapters.imaging import tiles
from app.services.wall.geometry import CELL, Box
from app.services.wall.wall import Wall, Walls

BLOCK = (8, 4)  # tiles across and down that are drawn at once: 25 MB of pixels
Place = tuple[int, int, int]  # level, column, row


@dataclass(frozen=True)
class Tile:
    """A tile, made or not. `key`: a digest of what it is made from."""

    place: Place
    key: bytes

    @property
    def stem(self) -> str:
        level, x, y = self.place
        return f"wall/{level}/{x}_{y}"


class Pyramid:
    """The tiles of one wall. Creating one touches nothing on disk."""

    def __init__(self, walls: Walls, wall: Wall) -> None:
        self._walls = walls
        self.wall = wall

    @property
    def highest(self) -> int:
        """The highest level that is published."""
        return max(self.wall.grid.lowest, self.wall.grid.highest - 1)

    @property
    def cell(self) -> tuple[int, int]:
        """Width × height of a face on the highest level."""
        halved = self.wall.grid.highest - self.highest
        return CELL[0] >> halved, CELL[1] >> halved

    @cached_property
    def tiles(self) -> list[Tile]:
        """Every tile, level by level, row by row. Raises StoreUnavailable."""
        return [Tile(place, self._key(place)) for place in self._places()]

    def is_current(self) -> bool:
        """Whether all of it would still be made from the same photos. Raises StoreUnavailable."""
        return all(self._key(tile.place) == tile.key for tile in self.tiles)

    def draw(
        self, wanted: Collection[Tile], workers: ThreadPoolExecutor, take: Callable[[Tile, bytes], None]
    ) -> Iterator[int]:
        """Makes these tiles, and calls `take` with each as JPEG, in a thread; yields how many are done.

        Raises StoreUnavailable, and what `take` raises.
        """
        done, former = 0, [Future[None]() for _ in range(0)]
        for block in _blocks(wanted):
            begun = self._begin(block, workers, take)
            for tile in former:  # the next block is drawn while these are encoded and sent
                tile.result()
            done += len(former)
            former = begun
            yield done
        for tile in former:
            tile.result()
        yield done + len(former)

    def _begin(
        self, block: list[Tile], workers: ThreadPoolExecutor, take: Callable[[Tile, bytes], None]
    ) -> list[Future[None]]:
        boxes = [self._box(tile.place) for tile in block]
        left, top = min(box.left for box in boxes), min(box.top for box in boxes)
        right, bottom = max(box.left + box.width for box in boxes), max(box.top + box.height for box in boxes)
        whole = Box(left, top, right - left, bottom - top)
        rows = self._walls.rows(self._walls.part(self.wall, block[0].place[0], whole))

        def finish(tile: Tile, box: Box) -> None:
            cut = _cut(rows, whole, box)
            take(tile, tiles.tile(box.width, box.height, cut))

        return [workers.submit(finish, tile, box) for tile, box in zip(block, boxes, strict=True)]

    def _places(self) -> Iterator[Place]:
        grid = self.wall.grid
        for level in range(grid.lowest, self.highest + 1):
            across, down = grid.tiles(level)
            for y in range(down):
                for x in range(across):
                    yield level, x, y

    def _key(self, place: Place) -> bytes:
        """The place counts, too: two tiles may show parts of the same people."""
        return hashlib.sha256(f"{place} ".encode() + self._walls.tile(self.wall, *place).key).digest()

    def _box(self, place: Place) -> Box:
        box = self.wall.grid.tile(*place)
        if box is None:  # only places of the wall are asked for
            raise ValueError(place)
        return box


def _blocks(wanted: Collection[Tile]) -> Iterator[list[Tile]]:
    """The same tiles, those of a block together, from low levels to high ones."""
    found: dict[tuple[int, int, int], list[Tile]] = {}
    for tile in wanted:
        level, x, y = tile.place
        found.setdefault((level, y // BLOCK[1], x // BLOCK[0]), []).append(tile)
    for block in sorted(found):
        yield found[block]


def _cut(rows: bytearray, whole: Box, box: Box) -> bytes:
    """The pixels of `box` out of those of `whole`; both lie on the same level."""
    view, stride = memoryview(rows), 3 * whole.width
    start = 3 * (box.left - whole.left)
    lines = range(box.top - whole.top, box.top - whole.top + box.height)
    return b"".join(view[line * stride + start : line * stride + start + 3 * box.width] for line in lines)
