"""Where each person is on the wall, at every zoom level. Pure.

The wall is the collage's grid with each cell uncropped and as large as an archive. A level shows it at 1, ½, ¼, … of
that size, cut into tiles of 512 pixels. Cell `i` of an axis begins at ⌈i·side/2ⁿ⌉ pixels of a level, whichever tile
shows it: so neighbouring cells and tiles share their edges exactly, and a level is as many pixels wide as Deep Zoom
expects, ⌈whole/2ⁿ⌉. Levels have Deep Zoom's numbers: on level 0 the longest side is one pixel
(https://openseadragon.github.io/examples/tilesource-custom/).
"""

from collections.abc import Iterator
from dataclasses import dataclass

CELL = (1500, 2000)  # width × height of a cell at full zoom: an archive
TILE = 512


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Piece:
    """The part of a cell that a tile shows. `size`: of the whole cell; `source`: the part; `left`, `top`: in the
    tile.
    """

    col: int
    row: int
    size: tuple[int, int]
    source: Box
    left: int
    top: int


@dataclass(frozen=True)
class Grid:
    """`cols` × `rows` people."""

    cols: int
    rows: int

    @property
    def size(self) -> tuple[int, int]:
        """Width × height of the wall at full zoom."""
        return self.cols * CELL[0], self.rows * CELL[1]

    @property
    def highest(self) -> int:
        """The level of full zoom."""
        return (max(self.size) - 1).bit_length()

    @property
    def lowest(self) -> int:
        """The level that shows the whole wall in one tile; levels below it are not served."""
        return next(level for level in range(self.highest, -1, -1) if max(self.extent(level)) <= TILE)

    def has(self, level: int) -> bool:
        """Whether a level is served."""
        return self.lowest <= level <= self.highest

    def extent(self, level: int) -> tuple[int, int]:
        """Width × height of a level."""
        return self.edge(0, self.cols, level), self.edge(1, self.rows, level)

    def edge(self, axis: int, number: int, level: int) -> int:
        """Where cell `number` begins on a level; for the number of cells, where the last one ends.

        `axis`: 0 across, 1 down.
        """
        return -(-number * CELL[axis] >> self.highest - level)

    def tiles(self, level: int) -> tuple[int, int]:
        """How many tiles a level has across and down."""
        width, height = self.extent(level)
        return -(-width // TILE), -(-height // TILE)

    def tile(self, level: int, x: int, y: int) -> Box | None:
        """The part of a level that a tile shows: smaller at the right and lower edge. None if there is no such tile."""
        if not self.has(level):
            return None
        across, down = self.tiles(level)
        if not (0 <= x < across and 0 <= y < down):
            return None
        width, height = self.extent(level)
        return Box(x * TILE, y * TILE, min(TILE, width - x * TILE), min(TILE, height - y * TILE))

    def pieces(self, level: int, box: Box) -> Iterator[Piece]:
        """The cells that a part of a level shows, row by row: together they cover each of its pixels once."""
        columns = list(self._spans(0, level, box.left, box.width))
        for row, height, from_top, shown_height, top in self._spans(1, level, box.top, box.height):
            for col, width, from_left, shown_width, left in columns:
                source = Box(from_left, from_top, shown_width, shown_height)
                yield Piece(col, row, (width, height), source, left, top)

    def _spans(self, axis: int, level: int, begin: int, length: int) -> Iterator[tuple[int, int, int, int, int]]:
        """The cells of an axis from pixel `begin` on: number, length, start and length of the visible part, and its
        position in the tile.
        """
        cells = (self.cols, self.rows)[axis]
        number = min(cells - 1, (begin << self.highest - level) // CELL[axis])
        while number < cells and (start := self.edge(axis, number, level)) < begin + length:
            end = self.edge(axis, number + 1, level)
            first, last = max(start, begin), min(end, begin + length)
            if first < last:  # where cells are smaller than a pixel, some have none
                yield number, end - start, first - start, last - first, first - begin
            number += 1


def portrait(grid: Grid, size: tuple[int, int], box: tuple[int, int], margin: int) -> tuple[int, int]:
    """Width × height of a cell in a picture of `box` pixels that shows a part of the wall.

    At least `size`, and larger if the wall would not fill the picture; never so large that a cell with `margin` pixels
    around it does not fit. Always 3:4.
    """
    inner = [side - 2 * margin for side in box]
    fills = max(-(-inner[0] // (3 * grid.cols)), -(-inner[1] // (4 * grid.rows)))
    fits = min(inner[0] // 3, inner[1] // 4)
    k = min(max(size[0] // 3, fills), fits)
    return 3 * k, 4 * k


def around(grid: Grid, col: int, row: int, size: tuple[int, int], box: tuple[int, int], margin: int) -> Iterator[Piece]:
    """The neighbourhood of a cell in a picture of `box` (width × height) pixels, with every cell at `size`.

    The cell is in the middle, or as near to it as the wall's edge allows: at most `margin` pixels of the picture lie
    beyond the wall. A wall smaller than the picture is centred in it.
    """
    spans: list[list[tuple[int, int, int, int]]] = []
    for axis, middle, cells in ((0, col, grid.cols), (1, row, grid.rows)):
        whole = cells * size[axis]
        begin = (box[axis] - size[axis]) // 2 - middle * size[axis]
        begin = min(margin, max(box[axis] - margin - whole, begin))
        if whole < box[axis] - 2 * margin:
            begin = (box[axis] - whole) // 2
        found = []
        for number in range(cells):
            start = begin + number * size[axis]
            first, last = max(0, start), min(box[axis], start + size[axis])
            if first < last:
                found.append((number, first - start, last - first, first))
        spans.append(found)
    for down, from_top, height, top in spans[1]:
        for across, from_left, width, left in spans[0]:
            yield Piece(across, down, size, Box(from_left, from_top, width, height), left, top)
