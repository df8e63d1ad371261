"""Contrast as WCAG 2 defines it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio), and what reaches it. Pure."""

import numpy as np
from numpy.typing import NDArray

LEAST = 4.5  # for text (success criterion 1.4.3)
AIM = 4.7  # what is drawn is rounded to 8 bits
STEP = 0.02

Ground = NDArray[np.uint8]  # … × 3, 8-bit sRGB
Luminances = NDArray[np.float64]


def luminances(ground: Ground) -> Luminances:
    """Relative luminance, 0 to 1, of every pixel."""
    part = ground.astype(np.float64) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    found: Luminances = linear @ np.array([0.2126, 0.7152, 0.0722])
    return found


def least(ground: Ground, *, white: bool) -> float:
    """The contrast of white or black letters against the pixel where it is least."""
    bright = luminances(ground)
    return 1.05 / (float(bright.max()) + 0.05) if white else (float(bright.min()) + 0.05) / 0.05


def plate(ground: Ground) -> tuple[bool, float]:
    """Whether letters are white or black, and how opaque a plate of the other colour has to be below them, 0 to 1.

    The plate is as light as it can be; 0: the letters need none.
    """
    white = bool(np.median(luminances(ground)) < 0.3)
    opaque = 0.0
    while opaque < 1 and least(plated(ground, opaque, white=white), white=white) < AIM:
        opaque = min(1.0, opaque + STEP)
    return white, opaque


def plated(ground: Ground, opaque: float, *, white: bool) -> Ground:
    """The ground below a plate for white or black letters."""
    colour = 0 if white else 255
    return np.asarray(np.rint(ground * (1 - opaque) + colour * opaque), np.uint8)
