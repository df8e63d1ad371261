"""Cuts a subject out by its mask, and lays it on a background. Pure.

Shapes of arrays are height × width (× 3, 8-bit RGB, or 4, RGBA).
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.services.looks.steps import silhouettes
from app.services.looks.steps.silhouettes import Mask

SMALL = 500  # pixels of the longer side of the picture on which edges and colours are found
DARK_SUBJECT = 59  # of 255: a subject that is darker gets a black background, any other a white one
BLUR = 0.03  # of the shorter side: how far a blurred background is blurred
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
BOX = Image.Resampling.BOX
SURE = (0.35, 0.65)  # of a model's mask: what is outside is settled, or wide doubt would be half transparent
CERTAIN = (0.08, 0.92)  # of a mask: what is below is no part of the subject, what is above is all of it

Pixels = NDArray[np.uint8]


def alpha(pixels: Pixels, mask: Mask) -> Mask:
    """How much of each pixel is the subject, with the edges of the picture instead of the mask's."""
    height, width = pixels.shape[:2]
    small = _small(width, height)
    settled = _stretched(_resized(mask, small), SURE)
    factors = silhouettes.guided(settled, _grey(np.asarray(Image.fromarray(pixels).resize(small, BOX))))
    a, b = (_resized(one, (width, height)) for one in factors)
    return _stretched(a * _grey(pixels) + b, CERTAIN)


def foreground(pixels: Pixels, opaque: Mask) -> Pixels:
    """The subject's own colours where a pixel shows a part of the background, too: no fringe of it stays.

    Forte: Approximate Fast Foreground Colour Estimation (ICIP 2021), one pass, on a small picture.
    """
    height, width = pixels.shape[:2]
    small = _small(width, height)
    colours = np.asarray(Image.fromarray(pixels).resize(small, BOX), np.float32)
    part = _resized(opaque, small)
    made = pixels.copy()
    edge = (opaque > 0) & (opaque < 1)
    weight = opaque[edge][:, np.newaxis]
    front, back = (_resized_colours(_spread(colours, one), (width, height))[edge] for one in (part, 1 - part))
    own = front + weight * (pixels[edge] - weight * front - (1 - weight) * back)
    made[edge] = np.clip(np.rint(own), 0, 255).astype(np.uint8)
    return made


def brightness(pixels: Pixels, opaque: Mask) -> float:
    """The mean brightness of the subject, 0 to 255."""
    return float((pixels @ LUMA * opaque).sum() / max(1e-6, float(opaque.sum())))


def laid(pixels: Pixels, opaque: Mask, background: Pixels | tuple[int, int, int]) -> Pixels:
    """The subject on a picture or a colour."""
    weight = opaque[:, :, np.newaxis]
    made: Pixels = np.rint(pixels * weight + np.asarray(background, np.float32) * (1 - weight)).astype(np.uint8)
    return made


def blurred(pixels: Pixels, opaque: Mask) -> Pixels:
    """The background out of focus, without the subject's colours in it."""
    height, width = pixels.shape[:2]
    small = _small(width, height)
    colours = np.asarray(Image.fromarray(pixels).resize(small, BOX), np.float32)
    radius = max(1, round(BLUR * min(small)))
    part = np.clip(1 - _resized(opaque, small), 0, 1)
    for _ in range(2):  # boxes twice are nearly a bell
        colours, part = _spread(colours, part, radius), np.maximum(silhouettes.blurred(part, radius), 1e-3)
    return np.clip(np.rint(_resized_colours(colours, (width, height))), 0, 255).astype(np.uint8)


def transparent(pixels: Pixels, opaque: Mask) -> Pixels:
    """The subject on nothing: RGBA."""
    return np.dstack([pixels, np.rint(opaque * 255).astype(np.uint8)])


def _stretched(mask: Mask, between: tuple[float, float]) -> Mask:
    low, high = between
    made: Mask = np.clip((mask - low) / (high - low), 0, 1).astype(np.float32)
    return made


def _grey(pixels: Pixels) -> Mask:
    """Brightness, 0 to 1."""
    return (pixels @ (LUMA / 255)).astype(np.float32)


def _spread(colours: NDArray[np.float32], part: Mask, radius: int = silhouettes.RADIUS) -> NDArray[np.float32]:
    """The mean colour around each pixel of what `part` says."""
    weight = np.maximum(silhouettes.blurred(part, radius), 1e-3)
    found = [silhouettes.blurred(colours[:, :, one] * part, radius) / weight for one in range(3)]
    return np.dstack(found)


def _small(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, SMALL / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _resized(values: Mask, size: tuple[int, int]) -> Mask:
    found: Mask = np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BILINEAR), np.float32)
    return found


def _resized_colours(colours: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.dstack([_resized(np.ascontiguousarray(colours[:, :, one]), size) for one in range(3)])
