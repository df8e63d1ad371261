"""A photo of the store at the size of a cell."""

import io

import simplejpeg
from PIL import Image, UnidentifiedImageError

from app.adapters.imaging.jpeg.structure import structure
from app.adapters.imaging.reading import Format, bounded_size
from app.core.errors import PictureError

LANCZOS = Image.Resampling.LANCZOS
# libjpeg decodes at a half, a quarter or an eighth for a part of the time; what is left has to be this much larger than
# the cell, or the cell loses sharpness (SSIM 0.998 and more against a cell made from all pixels)
MARGIN = 1.3
DIVISORS = (8, 4, 2, 1)


def cell(picture: bytes, kind: Format, width: int, height: int) -> bytes:
    """A picture of the store at exactly `width`×`height` of the same shape: rows of 8-bit RGB.

    Raises PictureError if it is broken or exceeds the limits.
    """
    try:
        image = _jpeg(picture, width) if kind == "jpeg" else _png(picture)
        return (image if image.size == (width, height) else image.resize((width, height), LANCZOS)).tobytes()
    except (ValueError, OSError, SyntaxError, UnidentifiedImageError) as error:
        raise PictureError(f"The picture cannot be decoded: {error}.") from error


def _jpeg(data: bytes, width: int) -> Image.Image:
    known = structure(data)  # which refuses what would take too much to decode
    by = next(by for by in DIVISORS if by == 1 or known.width / by >= MARGIN * width)
    return Image.fromarray(
        simplejpeg.decode_jpeg(
            data, "RGB", min_height=-(-known.height // by), min_width=-(-known.width // by), min_factor=1
        )
    )


def _png(data: bytes) -> Image.Image:
    bounded_size(data, "png")
    image = Image.open(io.BytesIO(data), formats=["PNG"])
    return image.convert("RGB")
