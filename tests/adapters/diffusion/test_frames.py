"""The size in which a photo is painted, and the way back: a face stays where it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.diffusion.frames import AREA, frame


def test_an_archive_is_painted_at_768_by_1024_without_filling() -> None:
    made = frame((1500, 2000), 16)
    assert (made.inner, made.outer) == ((768, 1024), (768, 1024))


@given(st.tuples(st.integers(8, 4000), st.integers(8, 4000)), st.sampled_from([8, 16]))
def test_every_size_fits_the_model_is_not_cropped_and_not_enlarged(size: tuple[int, int], multiple: int) -> None:
    made = frame(size, multiple)
    for axis in (0, 1):
        assert made.outer[axis] % multiple == 0
        assert 0 <= made.outer[axis] - made.inner[axis] < multiple
        assert made.inner[axis] <= size[axis]
        assert abs(made.inner[axis] / size[axis] - made.inner[1 - axis] / size[1 - axis]) < 1 / min(size)
    assert made.inner[0] * made.inner[1] <= AREA * 1.1


@pytest.mark.parametrize("size", [(1500, 2000), (600, 800), (301, 400), (97, 130)])
def test_what_the_model_gets_and_leaves_as_it_is_comes_back_to_its_place(size: tuple[int, int]) -> None:
    width, height = size
    face = np.zeros((height, width, 3), np.uint8)
    top, left = height // 3, width // 4
    face[top : top + height // 5, left : left + width // 3] = 255
    made = frame(size, 16)
    filled = made.filled(face)
    assert filled.shape == (made.outer[1], made.outer[0], 3)
    back = made.back(filled)
    assert back.shape == face.shape
    for axis in (0, 1):
        before, after = (np.nonzero((one[:, :, 0] > 127).any(axis=1 - axis))[0] for one in (face, back))
        assert abs(int(before[0]) - int(after[0])) <= 1
        assert abs(int(before[-1]) - int(after[-1])) <= 1
