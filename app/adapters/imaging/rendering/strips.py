"""A strip of the canvas: ImageMagick mounts its cells side by side, then extends or crops them to the canvas."""

import ctypes
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from wand.api import library
from wand.image import Image

from app.adapters.imaging.saving import BYTES

Rows = NDArray[np.uint8]  # height × width × channels


def mount(cells: Sequence[Rows], cols: int) -> Image:
    """Step 1: cells (8-bit RGB, all of one size) side by side, row by row of `cols`. The caller destroys the image.

    The same picture as ImageMagick's montage with mode Concatenate, without its copies of all cells.
    """
    height, width, _ = cells[0].shape
    image = Image(width=cols * width, height=-(-len(cells) // cols) * height)
    image.alpha_channel = "opaque"
    for number, cell in enumerate(cells):
        row, col = divmod(number, cols)
        pixels = np.ascontiguousarray(cell).ctypes.data_as(ctypes.c_void_p)
        if not library.MagickImportImagePixels(
            image.wand, col * width, row * height, width, height, b"RGB", BYTES, pixels
        ):
            image.raise_exception()
    return image


def fit(image: Image, box: tuple[int, int, int, int]) -> Rows:
    """Step 2: the part `box` (left, top, width, height) of the image, which may reach beyond it, as 8-bit RGBA.

    What lies outside of the image is transparent.
    """
    left, top, width, height = box
    if box != (0, 0, *image.size):
        image.virtual_pixel = "transparent"  # as an extent would add, without its copy of all pixels
    rows = np.empty((height, width, 4), np.uint8)
    pixels = rows.ctypes.data_as(ctypes.c_void_p)
    if not library.MagickExportImagePixels(image.wand, left, top, width, height, b"RGBA", BYTES, pixels):
        image.raise_exception()
    return rows
