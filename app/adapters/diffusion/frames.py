"""Which size the model paints a photo in, and which part of its picture is the photo. Pure.

A model paints about as many pixels as it was trained with, and sides that are multiples of a number. The photo is
scaled to that, never enlarged, and what a side lacks to the next multiple is filled with its edge. Nothing is cropped,
so what was painted goes back to its place, and so does a face. 3:4 becomes 768×1024 and needs no filling.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AREA = 768 * 1024  # pixels; FLUX and SDXL were trained with about 1024×1024


@dataclass(frozen=True)
class Frame:
    """Width × height of the photo, of the photo as the model gets it, and of the model's whole picture."""

    photo: tuple[int, int]
    inner: tuple[int, int]
    outer: tuple[int, int]

    def filled(self, pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
        """The photo as the model gets it. `pixels`: height × width × 3."""
        import numpy as np

        right, below = (self.outer[axis] - self.inner[axis] for axis in (0, 1))
        return np.pad(_scaled(pixels, self.inner), ((0, below), (0, right), (0, 0)), mode="edge")

    def back(self, pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
        """What the model painted, at the photo's size."""
        return _scaled(pixels[: self.inner[1], : self.inner[0]], self.photo)


def frame(size: tuple[int, int], multiple: int) -> Frame:
    """`size`: width × height of a photo."""
    scale = min(1.0, math.sqrt(AREA / (size[0] * size[1])))
    width, height = (max(1, round(side * scale)) for side in size)
    return Frame(size, (width, height), (_up(width, multiple), _up(height, multiple)))


def _up(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple


def _scaled(pixels: "NDArray[np.uint8]", size: tuple[int, int]) -> "NDArray[np.uint8]":
    import numpy as np
    from PIL import Image

    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize(size, Image.Resampling.LANCZOS))
