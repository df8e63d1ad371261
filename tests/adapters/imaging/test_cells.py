"""A cell is the whole picture made smaller, also where only some of its rows are asked for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.adapters.imaging.cells import Rows, decoded, resized
from app.core.errors import PictureError
from scripts.sandbox.pictures import scene
from scripts.sandbox.stored import as_jpeg, as_png

PICTURE = scene(600, 800)
JPEG, PNG = as_jpeg(PICTURE), as_png(PICTURE.resize((300, 400)))
SIZES = pytest.mark.parametrize("size", [(600, 800), (300, 400), (237, 316), (30, 40), (3, 4), (1500, 2000)])


def cell(data: bytes, kind: Any, size: tuple[int, int], part: tuple[int, int] | None = None) -> Rows:
    (made,) = resized([decoded(data, kind, size[0])], size, part)
    return made


@pytest.mark.parametrize("size", [(48, 64), (3, 4), (75, 100), (120, 160)])
@pytest.mark.parametrize("count", [2, 3, 30])
def test_many_at_once_are_the_same_pixels_as_one_by_one(size: tuple[int, int], count: int) -> None:
    pictures = list(np.random.default_rng(count).integers(0, 256, (count, 100, 75, 3), np.uint8))
    together = resized(pictures, size)
    assert len(together) == count
    for one, made in zip(pictures, together, strict=True):
        assert np.array_equal(made, resized([one], size)[0])


@SIZES
@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_parts_of_a_cell_are_the_rows_of_the_whole(size: tuple[int, int], kind: str) -> None:
    data = JPEG if kind == "jpeg" else PNG
    whole = cell(data, kind, size)
    assert whole.shape == (size[1], size[0], 3)
    edges = sorted({0, 1, size[1] // 3, size[1] // 2, size[1]})
    parts = [cell(data, kind, size, part) for part in pairwise(edges)]
    assert np.array_equal(np.concatenate(parts), whole)


@SIZES
def test_a_cell_is_as_sharp_as_one_made_from_all_pixels(size: tuple[int, int]) -> None:
    expected = Image.fromarray(cell(JPEG, "jpeg", (600, 800))).resize(size, Image.Resampling.LANCZOS)
    assert np.abs(cell(JPEG, "jpeg", size).astype(int) - np.asarray(expected)).mean() < 1.5


@pytest.mark.parametrize("data", [b"", JPEG[:100], PNG[:100], PNG[:-40], b"GIF89a"])
@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_what_cannot_be_decoded_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(PictureError):
        cell(data, kind, (30, 40))
