"""Cells blended towards a target: by the part that was asked for, and without edges between points."""

from __future__ import annotations

import numpy as np

from app.services.collage.layout import Axis, Layout
from app.services.collage.mosaic.target import of_cells
from app.services.collage.mosaic.tint import Tint

GRID = Layout(6, Axis(3, 30, 90), Axis(2, 40, 80))


def test_a_cell_takes_its_part_of_an_even_targets_colour() -> None:
    tint = Tint(np.full((8, 9, 3), (200, 100, 0), np.uint8), 0.25)
    cell = np.full((40, 30, 3), 100, np.uint8)
    assert (tint.blended(cell, (1, 2), 40) == (125, 100, 75)).all()


def test_a_part_of_a_cell_is_blended_as_in_the_whole() -> None:
    chance = np.random.default_rng(1)
    tint = Tint(chance.integers(0, 256, (8, 9, 3)).astype(np.uint8), 0.4)
    cell = chance.integers(0, 256, (40, 30, 3)).astype(np.uint8)
    whole = tint.blended(cell, (0, 1), 40)
    assert (
        np.concatenate([tint.blended(cell[:17], (0, 1), 40), tint.blended(cell[17:], (0, 1), 40, 17)]) == whole
    ).all()


def test_a_slope_goes_on_over_the_edge_of_a_cell() -> None:
    slope = np.repeat(np.arange(9)[None, :, None] * 20, 8, axis=0).repeat(3, axis=2).astype(np.uint8)
    tint, cell = Tint(slope, 1.0), np.zeros((40, 30, 3), np.uint8)
    row = np.concatenate([tint.blended(cell, (0, col), 40)[0, :, 0] for col in range(3)]).astype(int)
    assert (np.diff(row) >= 0).all()
    assert np.diff(row).max() <= 3


def test_points_of_cells_are_in_the_order_of_the_grid() -> None:
    points = np.zeros((8, 9, 3), np.uint8)
    for row in range(2):
        for col in range(3):
            points[4 * row : 4 * row + 4, 3 * col : 3 * col + 3] = row * 3 + col
    assert (of_cells(points, GRID) == np.arange(6)[:, None, None]).all()
