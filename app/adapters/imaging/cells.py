"""A photo of the store at the size of a cell: decoded, then resized, many small ones at once."""

import io
from collections.abc import Sequence

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from app.adapters.imaging.jpeg.structure import structure
from app.adapters.imaging.reading import Format, bounded_size
from app.adapters.imaging.rendering import png
from app.adapters.imaging.resampling import resampled
from app.core.cropping import middle
from app.core.errors import PictureError

# libjpeg decodes at a half, a quarter or an eighth for a part of the time; what is left has to be this much larger than
# the cell, or the cell loses sharpness (SSIM 0.998 and more against a cell made from all pixels)
MARGIN = 1.3
DIVISORS = (8, 4, 2, 1)
SMALL = 300 * 400  # pixels of a JPEG that is decoded as it is: whatever its structure, that takes no time

Rows = NDArray[np.uint8]  # height × width × 3


def decoded(picture: bytes, kind: Format, width: int) -> Rows:
    """A picture of the store as 8-bit RGB, large enough for a cell of `width` pixels, if it is that itself.

    Raises PictureError if it is broken or exceeds the limits.
    """
    try:
        return _jpeg(picture, width) if kind == "jpeg" else _png(picture)
    except (ValueError, OSError, SyntaxError, UnidentifiedImageError) as error:
        raise PictureError(f"The picture cannot be decoded: {error}.") from error


def of_look(picture: bytes, kind: Format, width: int, backdrop: tuple[int, int, int]) -> Rows:
    """What a look made of a photo, as `decoded`; of another shape than 3:4 only the middle.

    What is transparent gets the `backdrop` (8-bit RGB): before anything is resized, so that no colour of what is
    transparent shows at an edge. Raises PictureError.
    """
    try:
        if kind == "jpeg":
            down, across = simplejpeg.decode_jpeg_header(picture)[:2]
            return _middle(_jpeg(picture, -(-width * across // min(across, max(1, down * 3 // 4)))))
        return _middle(_png(picture, backdrop))
    except (ValueError, OSError, SyntaxError, UnidentifiedImageError) as error:
        raise PictureError(f"The picture cannot be decoded: {error}.") from error


def resized(pictures: Sequence[Rows], size: tuple[int, int], part: tuple[int, int] | None = None) -> list[Rows]:
    """Pictures of one size at exactly `size` (width × height) of the same shape.

    `part`: only these of their rows, the last one excluded; default: all.
    """
    if pictures[0].shape[1::-1] == size:
        top, bottom = part or (0, size[1])
        return [one[top:bottom] for one in pictures]
    together = np.stack(pictures) if len(pictures) > 1 else pictures[0][np.newaxis]
    return list(resampled(together, size, part))


def _jpeg(data: bytes, width: int) -> Rows:
    down, across = simplejpeg.decode_jpeg_header(data)[:2]
    if down * across > SMALL:
        structure(data)  # which refuses what would take too much to decode
    by = next(by for by in DIVISORS if by == 1 or across / by >= MARGIN * width)
    least = {} if by == 1 else {"min_height": -(-down // by), "min_width": -(-across // by), "min_factor": 1}
    pixels: Rows = simplejpeg.decode_jpeg(data, "RGB", **least)
    return pixels


def _png(data: bytes, backdrop: tuple[int, int, int] | None = None) -> Rows:
    bounded_size(data, "png")
    rows = png.decoded(data)
    if rows is not None:
        return rows
    image = Image.open(io.BytesIO(data), formats=["PNG"])
    if backdrop is None or not image.has_transparency_data:
        return np.asarray(image.convert("RGB"))
    return np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, backdrop), image.convert("RGBA")))[:, :, :3]


def _middle(rows: Rows) -> Rows:
    left, top, width, height = middle(rows.shape[1], rows.shape[0])
    return np.ascontiguousarray(rows[top : top + height, left : left + width])
