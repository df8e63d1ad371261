"""Pictures are resampled as a Lanczos filter says, and to the same pixels however the work is divided."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.adapters.imaging import resampling
from scripts.sandbox.pictures import scene

SIDES = st.integers(1, 70)


def noise(height: int, width: int, count: int = 1) -> NDArray[np.uint8]:
    """Bytes that use the whole range, so that sums are as large as they can be."""
    return np.random.default_rng(height * width).choice([0, 1, 254, 255], (count, height, width, 3)).astype(np.uint8)


def by_the_formula(before: int, after: int) -> NDArray[np.float64]:
    """Lanczos weights with three lobes, in double precision: after × before."""
    scale = max(1.0, before / after)
    away = (np.arange(before) + 0.5 - (np.arange(after)[:, np.newaxis] + 0.5) * before / after) / scale
    weights = np.where(abs(away) < 3, np.sinc(away) * np.sinc(away / 3), 0)
    found: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return found


@given(SIDES, SIDES, SIDES, SIDES)
def test_every_pixel_is_what_the_formula_says(width: int, height: int, across: int, down: int) -> None:
    picture = noise(height, width)[0]
    exact = np.einsum("ij,jkc,lk->ilc", by_the_formula(height, down), picture, by_the_formula(width, across))
    made = resampling.resampled(picture[np.newaxis], (across, down))[0]
    assert np.abs(made - np.clip(exact, 0, 255)).max() <= 1.6  # rounded to whole numbers in between, and at the end


@pytest.mark.parametrize("size", [(150, 200), (299, 20), (33, 44), (640, 480)])
def test_photographs_look_as_pillow_makes_them(size: tuple[int, int]) -> None:
    picture = scene(300, 400)
    made = resampling.resampled(np.asarray(picture)[np.newaxis], size)[0]
    expected = np.asarray(picture.resize(size, Image.Resampling.LANCZOS))
    assert np.abs(made.astype(int) - expected).mean() < 0.1


@given(SIDES, SIDES, SIDES, SIDES, st.data())
def test_no_division_of_the_work_changes_a_pixel(
    width: int, height: int, across: int, down: int, data: st.DataObject
) -> None:
    pictures = noise(height, width, 2)
    top = data.draw(st.integers(0, down - 1))
    bottom = data.draw(st.integers(top + 1, down))
    whole = resampling.resampled(pictures, (across, down))
    assert np.array_equal(resampling.resampled(pictures, (across, down), (top, bottom)), whole[:, top:bottom])
    assert np.array_equal(resampling.resampled(pictures[1:], (across, down))[0], whole[1])
    rows, heights = pictures[0].reshape(height, -1), (height, down)
    begin = resampling.needed(heights, top)
    below = resampling.fewer(rows[begin:], heights, (top, bottom), begin)
    assert np.array_equal(below, resampling.fewer(rows, heights, (0, down))[top:bottom])


@given(SIDES, SIDES, SIDES)
def test_rows_count_as_complete_once_all_they_are_made_of_is_there(height: int, down: int, have: int) -> None:
    have = min(have, height)
    count = min(resampling.complete((height, down), have), down)
    picture = noise(height, 3)[0].reshape(height, -1)
    cut = picture.copy()
    cut[have:] = 0
    if count:
        expected = resampling.fewer(picture, (height, down), (0, count))
        assert np.array_equal(resampling.fewer(cut, (height, down), (0, count)), expected)


@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 255))
def test_an_even_picture_stays_as_it_is(width: int, height: int, across: int, down: int, value: int) -> None:
    made = resampling.resampled(np.full((1, height, width, 3), value, np.uint8), (across, down))
    assert made.shape == (1, down, across, 3)
    assert (made == value).all()


def test_opacity_is_left_out_where_rows_are_made_narrower() -> None:
    rows = noise(20, 90)[0]
    opaque = np.dstack([rows, np.full((20, 90), 255, np.uint8)])
    assert np.array_equal(resampling.narrower(opaque, 31), resampling.narrower(rows, 31))
    assert np.array_equal(resampling.narrower(opaque, 90), rows)
