"""OKLab, against the values of its author and of CSS."""

from __future__ import annotations

import numpy as np
import pytest

from app.services.collage.mosaic.colours import differences, oklab


@pytest.mark.parametrize(
    ("colour", "expected"),  # CSS Color 4, 9.4, and https://bottosson.github.io/posts/oklab/
    [
        ((255, 255, 255), (1000, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (628, 225, 126)),
        ((0, 255, 0), (866, -234, 179)),
        ((0, 0, 255), (452, -32, -312)),
    ],
)
def test_colours_are_those_of_oklab(colour: tuple[int, int, int], expected: tuple[int, int, int]) -> None:
    assert abs(oklab(np.array(colour, np.uint8)) - expected).max() <= 1


def test_black_and_white_differ_by_a_hundred() -> None:
    black, white = oklab(np.array([[0, 0, 0], [255, 255, 255]], np.uint8))
    assert differences(black, white) == pytest.approx(100)
    assert differences(black, black) == 0
