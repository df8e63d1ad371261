"""Smaller copies of a picture that comes as strips: across strip by strip, down once all of it is there.

A Lanczos filter is separable: first every row is made narrower, on any core, then the narrow rows fewer.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rows = NDArray[np.uint8]  # height × width × 3
LANCZOS = Image.Resampling.LANCZOS


def narrow(rows: Rows, width: int) -> bytes:
    """The rows at `width` pixels each, as 8-bit RGB."""
    picture = Image.fromarray(rows)
    return (picture if picture.width == width else picture.resize((width, picture.height), LANCZOS)).tobytes()


def picture(rows: bytearray, size: tuple[int, int]) -> Image.Image:
    """The picture of `size` (width × height) from all of its narrow rows."""
    width, height = size
    picture: Image.Image = Image.frombuffer("RGB", (width, len(rows) // (3 * width)), rows, "raw", "RGB", 0, 1)
    if picture.height != height:
        picture = picture.resize(size, LANCZOS)
    return picture
