"""Paints over parts of a finished picture."""

from collections.abc import Iterable

from wand.api import library

from app.adapters.imaging.reading import opened
from app.adapters.imaging.saving import BYTES, jpeg
from app.adapters.imaging.screens import QUALITY, Kind, decoded, encoded

GREY = b"\xd9\xd9\xd9"
Box = tuple[int, int, int, int]  # left, top, width, height in pixels


def blanked(picture: bytes, boxes: Iterable[Box], kind: Kind = "jpeg") -> bytes:
    """A derivative with grey boxes, which must lie within it; of the same size and format. Raises PictureError."""
    if kind != "jpeg":
        image = decoded(picture, kind)
        for left, top, width, height in boxes:
            image.paste(tuple(GREY), (left, top, left + width, top + height))
        return encoded(image, kind)
    with opened(picture, "jpeg") as wand:
        for left, top, width, height in boxes:
            pixels = GREY * (width * height)
            if not library.MagickImportImagePixels(wand.wand, left, top, width, height, b"RGB", BYTES, pixels):
                wand.raise_exception()
        return jpeg(wand, QUALITY, progressive=True)
