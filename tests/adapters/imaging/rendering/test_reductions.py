"""A picture made smaller in two steps is the one that Pillow makes in one."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from app.adapters.imaging.rendering import reductions
from app.adapters.imaging.saving import reduced_size
from app.adapters.imaging.screens import encoded
from scripts.sandbox.pictures import mean_difference, scene

LANCZOS = Image.Resampling.LANCZOS
PICTURE = np.asarray(scene(300, 200))


def reduced(size: tuple[int, int], cut: int, quality: int = 95) -> bytes:
    """The picture at `size`, from strips of `cut` rows."""
    narrow = bytearray()
    for top in range(0, 200, cut):
        narrow += reductions.narrow(np.ascontiguousarray(PICTURE[top : top + cut]), size[0])
    return encoded(reductions.picture(narrow, size), "jpeg", quality)


@pytest.mark.parametrize("longest", [299, 120, 50, 1])
@pytest.mark.parametrize("cut", [1, 7, 200])
def test_strips_are_reduced_as_the_whole_is(longest: int, cut: int) -> None:
    size = reduced_size((300, 200), longest)
    whole = io.BytesIO()
    Image.fromarray(PICTURE).resize(size, LANCZOS).save(whole, "JPEG", quality=95, progressive=True)
    assert mean_difference(reduced(size, cut), whole.getvalue()) < 1


def test_a_picture_that_is_small_enough_stays() -> None:
    assert reduced_size((300, 200), 1920) == (300, 200)
    assert mean_difference(reduced((300, 200), 64), scene(300, 200)) < 3


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [((400, 300), 399, (399, 299)), ((300, 400), 200, (150, 200)), ((3000, 1), 100, (100, 1)), ((1, 1), 5, (1, 1))],
)
def test_the_longest_side_is_as_asked(size: tuple[int, int], longest: int, expected: tuple[int, int]) -> None:
    assert reduced_size(size, longest) == expected


def test_a_jpeg_is_progressive_of_the_quality_asked_for_and_without_metadata() -> None:
    low, high = (reduced((150, 100), 32, quality) for quality in (30, 95))
    assert len(low) < len(high)
    with Image.open(io.BytesIO(high)) as opened:
        assert opened.info.get("progressive") == 1
        assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(opened.info)
