"""A picture made smaller in two steps, strip by strip, is the one that Pillow makes in one."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.adapters.imaging.rendering import reductions
from app.adapters.imaging.saving import reduced_size
from app.adapters.imaging.screens import encoded
from scripts.sandbox.pictures import scene

LANCZOS = Image.Resampling.LANCZOS
PICTURE = np.asarray(scene(300, 200))


def reductions_of(sizes: Sequence[tuple[int, int]], cut: int) -> list[Image.Image]:
    """The picture at each of the sizes, from strips of `cut` rows."""
    found = reductions.Reductions(200, sizes)
    opaque = np.dstack([PICTURE, np.full((200, 300), 255, np.uint8)])
    for top in range(0, 200, cut):
        rows = np.ascontiguousarray(opaque[top : top + cut])
        found.add(reductions.narrow(rows, (0, 0, 300, len(rows)), sizes[0][0]))
    return found.pictures()


def whole(size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(PICTURE).resize(size, LANCZOS)


def difference(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    return float(np.abs(np.asarray(one).astype(int) - np.asarray(other)).mean())


@pytest.mark.parametrize("longest", [300, 299, 120, 50, 1])
@pytest.mark.parametrize("cut", [1, 7, 64, 200])
def test_strips_are_reduced_as_the_whole_is(longest: int, cut: int) -> None:
    size = reduced_size((300, 200), longest)
    (picture,) = reductions_of([size], cut)
    assert difference(picture, whole(size)) < 0.05


@pytest.mark.parametrize("cut", [1, 7, 64, 200])
def test_each_smaller_copy_comes_from_the_next_larger(cut: int) -> None:
    sizes = [reduced_size((300, 200), longest) for longest in (300, 160, 80, 79, 10)]
    for picture, size in zip(reductions_of(sizes, cut), sizes, strict=True):
        assert difference(picture, whole(size)) < 2


def test_only_the_part_asked_for_is_made_narrower() -> None:
    rows = np.zeros((20, 300, 4), np.uint8)
    rows[5:15, 100:200] = (200, 100, 50, 255)
    for width in (100, 30):
        made = np.frombuffer(reductions.narrow(rows, (100, 5, 200, 15), width), np.uint8).reshape(-1, 3)
        assert len(made) == 10 * width
        assert (made == (200, 100, 50)).all()  # nothing of what is around it


@given(st.integers(1, 60), st.integers(1, 60), st.lists(st.integers(1, 60), min_size=1, max_size=3), st.integers(1, 60))
def test_all_rows_of_every_copy_are_there_once_all_have_come(
    width: int, height: int, longest: list[int], cut: int
) -> None:
    sizes = [reduced_size((width, height), most) for most in sorted(longest, reverse=True)]
    found = reductions.Reductions(height, sizes)
    for top in range(0, height, cut):
        found.add(bytes([70]) * (3 * sizes[0][0] * min(cut, height - top)))
    for picture, size in zip(found.pictures(), sizes, strict=True):
        assert picture.size == size
        assert set(picture.tobytes()) == {70}


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [((400, 300), 399, (399, 299)), ((300, 400), 200, (150, 200)), ((3000, 1), 100, (100, 1)), ((1, 1), 5, (1, 1))],
)
def test_the_longest_side_is_as_asked(size: tuple[int, int], longest: int, expected: tuple[int, int]) -> None:
    assert reduced_size(size, longest) == expected


def test_a_jpeg_is_progressive_of_the_quality_asked_for_and_without_metadata() -> None:
    low, high = (encoded(whole((150, 100)), "jpeg", quality) for quality in (30, 95))
    assert len(low) < len(high)
    with Image.open(io.BytesIO(high)) as opened:
        assert opened.info.get("progressive") == 1
        assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(opened.info)
