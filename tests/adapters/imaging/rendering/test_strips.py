"""Cells side by side, extended or cropped: every pixel where it belongs, transparent elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from app.adapters.imaging.rendering import strips

CELLS = np.random.default_rng(7).integers(0, 256, (12, 8, 6, 3), np.uint8)


def test_an_image_that_needs_no_fitting_is_given_away_as_it_is() -> None:
    image = strips.mount(list(CELLS), 12)
    rows = strips.fit(image, (0, 0, 72, 8))
    image.destroy()
    assert rows.dtype == np.uint8
    assert np.array_equal(rows[..., :3], np.hstack(list(CELLS)))
    assert (rows[..., 3] == 255).all()


@pytest.mark.parametrize("box", [(-3, -2, 30, 30), (2, 3, 10, 9), (-1, 5, 12, 40), (4, -6, 100, 7), (0, 0, 24, 24)])
def test_a_box_is_cut_out_and_what_lies_outside_is_transparent(box: tuple[int, int, int, int]) -> None:
    image = strips.mount(list(CELLS), 4)
    assert image.size == (24, 24)
    rows = strips.fit(image, box)
    image.destroy()
    margin = 200
    whole = np.zeros((24 + 2 * margin, 24 + 2 * margin, 4), np.uint8)
    inside = whole[margin : margin + 24, margin : margin + 24]
    inside[..., :3] = np.vstack([np.hstack(list(CELLS[first : first + 4])) for first in (0, 4, 8)])
    inside[..., 3] = 255
    left, top, width, height = box
    assert np.array_equal(rows, whole[margin + top :, margin + left :][:height, :width])


def test_parts_of_cells_are_mounted_as_well() -> None:
    parts = [cell[2:5] for cell in CELLS[:3]]
    image = strips.mount(parts, 3)
    rows = strips.fit(image, (0, 0, 18, 3))
    image.destroy()
    assert np.array_equal(rows[..., :3], np.hstack(parts))


def test_a_long_row_is_not_spread_over_several_pictures() -> None:
    image = strips.mount([np.full((4, 3, 3), number % 256, np.uint8) for number in range(300)], 300)
    rows = strips.fit(image, (0, 0, 900, 4))
    image.destroy()
    assert (rows[0, ::3, 0] == np.arange(300) % 256).all()
