"""Tiles of a picture too large to be made in one piece: from a photo to its pixels, from pixels to JPEG."""

from wand.api import library
from wand.color import Color
from wand.image import Image

from app.adapters.imaging.reading import Format, bounded_size, opened
from app.adapters.imaging.saving import BYTES, jpeg, raw, resize
from app.core.cropping import middle

QUALITY = 85


def pixels(picture: bytes, kind: Format, width: int, height: int) -> bytes:
    """A picture of the store at exactly `width`×`height` of the same shape: rows of 8-bit RGB.

    At 1/1, 1/2, 1/4 or 1/8 of an archive's size libjpeg scales while decoding (DCT scaling), in a tenth of the time of
    a resize. Raises PictureError if it is broken.
    """
    with opened(picture, kind, at_least=(width, height)) as image:
        resize(image, width, height)
        return raw(image)


def of_look(picture: bytes, kind: Format, width: int, height: int, backdrop: tuple[int, int, int]) -> bytes:
    """What a look made of a photo, as `pixels`: of another shape than 3:4 the middle, on `backdrop` (8-bit RGB)."""
    if kind == "png":
        bounded_size(picture, kind)
    with (
        opened(picture, kind, at_least=(width, height)) as image,
        Color("#{:02x}{:02x}{:02x}".format(*backdrop)) as colour,
    ):
        if image.alpha_channel:
            image.background_color = colour
            image.alpha_channel = "remove"
        left, top, across, down = middle(*image.size)
        if (across, down) != image.size:
            image.crop(left, top, width=across, height=down)
            image.reset_coords()
        resize(image, width, height)
        return raw(image)


def tile(width: int, height: int, rows: bytes) -> bytes:
    """Rows of 8-bit RGB as a JPEG without metadata, sRGB."""
    with Color("black") as black, Image(width=width, height=height, background=black) as image:
        if not library.MagickImportImagePixels(image.wand, 0, 0, width, height, b"RGB", BYTES, rows):
            image.raise_exception()
        return jpeg(image, QUALITY, progressive=False, sampling="2x2")
