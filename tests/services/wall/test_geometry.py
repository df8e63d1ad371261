"""Positions on the wall: no pixel without a cell, none with two, and nothing moves from level to level."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.wall.geometry import CELL, TILE, Box, Grid, around, portrait

grids = st.builds(Grid, st.integers(1, 420), st.integers(1, 420))
small = st.builds(Grid, st.integers(1, 5), st.integers(1, 4))


@st.composite
def tiles(draw: st.DrawFn) -> tuple[Grid, int, int, int]:
    """A wall, and one of its tiles: level, x, y."""
    grid = draw(grids)
    level = draw(st.integers(grid.lowest, grid.highest))
    across, down = grid.tiles(level)
    return grid, level, draw(st.integers(0, across - 1)), draw(st.integers(0, down - 1))


@given(tiles())
@settings(max_examples=40)  # of up to 176,400 cells each
def test_every_pixel_of_a_tile_belongs_to_exactly_one_cell(where: tuple[Grid, int, int, int]) -> None:
    grid, level, x, y = where
    box = grid.tile(level, x, y)
    assert box is not None
    covered = np.zeros((box.height, box.width), np.uint8)
    for piece in grid.pieces(level, box):
        source = piece.source
        covered[piece.top : piece.top + source.height, piece.left : piece.left + source.width] += 1
        assert source.left + source.width <= piece.size[0]
        assert source.top + source.height <= piece.size[1]
        # the visible part of the cell is where the cell is on the level
        assert box.left + piece.left - source.left == grid.edge(0, piece.col, level)
        assert box.top + piece.top - source.top == grid.edge(1, piece.row, level)
    assert (covered == 1).all()


@given(grids, st.data())
def test_tiles_cover_each_level_and_nothing_else(grid: Grid, data: st.DataObject) -> None:
    level = data.draw(st.integers(grid.lowest, grid.highest))
    width, height = grid.extent(level)
    across, down = grid.tiles(level)
    columns = [grid.tile(level, x, 0) for x in range(across)]
    rows = [grid.tile(level, 0, y) for y in range(down)]
    assert [box.left for box in columns if box] == [TILE * x for x in range(across)]
    assert sum(box.width for box in columns if box) == width
    assert sum(box.height for box in rows if box) == height
    for x, y in ((across, 0), (0, down), (-1, 0), (0, -1)):
        assert grid.tile(level, x, y) is None


@given(tiles())
def test_neighbouring_tiles_agree_where_a_cell_is_cut(where: tuple[Grid, int, int, int]) -> None:
    grid, level, x, y = where
    here, there = grid.tile(level, x, y), grid.tile(level, x + 1, y)
    if here is None or there is None:
        return
    cut = {piece.row: piece for piece in grid.pieces(level, here) if piece.left + piece.source.width == here.width}
    for piece in grid.pieces(level, there):
        if piece.left == 0 and cut[piece.row].col == piece.col:
            before = cut[piece.row]
            assert before.source.left + before.source.width == piece.source.left
            assert (before.size, before.top) == (piece.size, piece.top)
        elif piece.left == 0:
            before = cut[piece.row]
            assert before.source.left + before.source.width == before.size[0]
            assert (piece.source.left, piece.col > before.col) == (0, True)


@given(grids, st.data())
def test_a_cell_is_at_the_same_place_on_every_level_within_a_pixel(grid: Grid, data: st.DataObject) -> None:
    axis = data.draw(st.sampled_from([0, 1]))
    number = data.draw(st.integers(0, (grid.cols, grid.rows)[axis]))
    for level in range(grid.lowest, grid.highest + 1):
        exact = Fraction(number * CELL[axis], 2 ** (grid.highest - level))
        assert 0 <= grid.edge(axis, number, level) - exact < 1


@given(grids)
def test_levels_are_those_of_deep_zoom(grid: Grid) -> None:
    width, height = grid.size
    assert grid.extent(grid.highest) == (width, height) == (1500 * grid.cols, 2000 * grid.rows)
    assert 2 ** (grid.highest - 1) < max(width, height) <= 2**grid.highest
    assert grid.tiles(grid.lowest) == (1, 1)
    assert max(grid.tiles(grid.lowest + 1)) > 1
    for level in range(grid.lowest, grid.highest + 1):
        scale = 2 ** (grid.highest - level)
        assert grid.extent(level) == (-(-width // scale), -(-height // scale))


@given(small)
@settings(max_examples=20)
def test_nothing_is_served_beyond_the_levels(grid: Grid) -> None:
    assert grid.tile(grid.lowest - 1, 0, 0) is None
    assert grid.tile(grid.highest + 1, 0, 0) is None
    assert grid.tile(-1, 0, 0) is None
    assert grid.tile(10**6, 0, 0) is None


def test_999_people_are_55500_pixels_wide() -> None:
    grid = Grid(37, 27)
    assert grid.size == (55_500, 54_000)
    assert (grid.lowest, grid.highest) == (9, 16)
    assert grid.extent(9) == (434, 422)
    # at full zoom a tile within a cell shows nothing else, and the whole cell is an archive
    [piece] = grid.pieces(16, Box(512, 512, 512, 512))
    assert (piece.size, piece.source, piece.left, piece.top) == ((1500, 2000), Box(512, 512, 512, 512), 0, 0)


@given(grids, st.sampled_from([((360, 480), (1080, 1080)), ((432, 576), (1080, 1920))]), st.data())
def test_a_picture_of_a_place_shows_people_up_to_its_edges(
    grid: Grid, shape: tuple[tuple[int, int], tuple[int, int]], data: st.DataObject
) -> None:
    margin = 12
    (least, box), seat = shape, (data.draw(st.integers(0, grid.cols - 1)), data.draw(st.integers(0, grid.rows - 1)))
    cell = portrait(grid, least, box, margin)
    assert cell >= least
    assert cell[0] * 4 == cell[1] * 3
    pieces = list(around(grid, *seat, cell, box, margin))
    [own] = [piece for piece in pieces if (piece.col, piece.row) == seat]
    assert (own.source.width, own.source.height) == cell, "all of one's own photo is seen"
    for axis, start, length in ((0, own.left, cell[0]), (1, own.top, cell[1])):
        assert margin <= start <= box[axis] - margin - length, "with room for the line around it"
    seen = sum(piece.source.width * piece.source.height for piece in pieces) / (box[0] * box[1])
    if grid.cols > 1 and grid.rows > 1:
        assert seen > 0.96
    else:
        assert seen > 0.7, "a single row or column of a picture's shape leaves some of it free, evenly"
