"""Smaller copies of a picture that comes as strips: across strip by strip, down once all of it is there.

A Lanczos filter is separable: first every row is made narrower, on any core, then the narrow rows fewer.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rows = NDArray[np.uint8]  # height × width × 3
LANCZOS = Image.Resampling.LANCZOS


def reduced_size(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """`size` (width × height) with its longest side at most `longest`; never enlarged."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def narrow(rows: Rows, width: int) -> bytes:
    """The rows at `width` pixels each, as 8-bit RGB."""
    picture = Image.fromarray(rows)
    return (picture if picture.width == width else picture.resize((width, picture.height), LANCZOS)).tobytes()


def shorten(narrow_rows: Sequence[bytes], width: int, height: int) -> Image.Image:
    """The picture of `width`×`height` from all of its narrow rows, from the top down."""
    data = b"".join(narrow_rows)
    picture = Image.frombytes("RGB", (width, len(data) // (3 * width)), data)
    return picture if picture.height == height else picture.resize((width, height), LANCZOS)
