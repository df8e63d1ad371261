"""Smooth noise: clouds, mottled skin, uneven cloth."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image


def clouds(
    chance: Generator, width: int, height: int, cell: float, octaves: int = 3, stretch: float = 1.0
) -> NDArray[np.float32]:
    """Noise (height, width) of about −1 to 1 whose largest lumps are `cell` pixels across.

    `stretch` > 1 draws the lumps out sideways.
    """
    total = np.zeros((height, width), np.float32)
    strength = 1.0
    for _ in range(octaves):
        across = max(2, round(width / cell / stretch) + 2)
        down = max(2, round(height / cell) + 2)
        lumps = Image.fromarray(chance.standard_normal((down, across), np.float32))
        total += np.float32(strength) * np.asarray(lumps.resize((width, height), Image.Resampling.BICUBIC))
        strength *= 0.5
        cell = max(cell / 2, 1)
    return total * np.float32(0.55)
