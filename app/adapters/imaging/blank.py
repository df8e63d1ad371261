"""Paints over parts of a finished picture."""

from collections.abc import Iterable

from wand.api import library

from app.adapters.imaging.reading import opened
from app.adapters.imaging.saving import BYTES, derivative

GREY = b"\xd9\xd9\xd9"
Box = tuple[int, int, int, int]  # left, top, width, height in pixels


def blanked(picture: bytes, boxes: Iterable[Box], quality: int) -> bytes:
    """A JPEG of the same size with grey boxes, which must lie within it. Raises PictureError."""
    with opened(picture, "jpeg") as image:
        for left, top, width, height in boxes:
            pixels = GREY * (width * height)
            if not library.MagickImportImagePixels(image.wand, left, top, width, height, b"RGB", BYTES, pixels):
                image.raise_exception()
        return derivative(image, quality)
