"""A photo that a look has finished: from the archive's pixels to the files that the store keeps.

Shapes of arrays are height × width × 3 (8-bit RGB) or 4 (RGBA, where something is transparent).
"""

from typing import Literal

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from app.adapters.imaging.cells import decoded
from app.adapters.imaging.photo import ARCHIVE_QUALITY, INTERMEDIATE, intermediate
from app.adapters.imaging.rendering import png
from app.adapters.imaging.resampling import resampled
from app.core.cropping import middle

Pixels = NDArray[np.uint8]
Kind = Literal["jpg", "png"]


def pixels(archive: bytes) -> Pixels:
    """The pixels of an archive. Raises PictureError if it is broken."""
    width = simplejpeg.decode_jpeg_header(archive)[1] if archive[:2] == b"\xff\xd8" else 0
    return decoded(archive, "jpeg", width)


def squared(picture: Pixels, side: int) -> Pixels:
    """A picture (height × width × 3) stretched to a square, as models want it."""
    square: Pixels = resampled(np.ascontiguousarray(picture)[np.newaxis], (side, side))[0]
    return square


def files(finished: Pixels) -> tuple[tuple[bytes, Kind], bytes]:
    """The result, a JPEG or, where something is transparent, a PNG; and its intermediate of 300×400 pixels.

    A picture of another shape than 3:4 fills the intermediate, cut in the middle.
    """
    if finished.shape[2] == 4 and (finished[:, :, 3] == 255).all():
        finished = np.ascontiguousarray(finished[:, :, :3])
    small = _filling(finished)
    if finished.shape[2] == 4:
        return (_png(finished), "png"), _png(small)
    data: bytes = simplejpeg.encode_jpeg(finished, ARCHIVE_QUALITY, "RGB", "420")
    return (data, "jpg"), intermediate(small.tobytes())


def _filling(finished: Pixels) -> Pixels:
    height, width, channels = finished.shape
    left, top, across, down = middle(width, height)
    cut = np.ascontiguousarray(finished[top : top + down, left : left + across])
    if channels == 3:
        opaque: Pixels = resampled(cut[np.newaxis], INTERMEDIATE)[0]
        return opaque
    # by their own weight: what is transparent has no colour
    weighted = Image.fromarray(cut, "RGBA").convert("RGBa").resize(INTERMEDIATE, Image.Resampling.LANCZOS)
    small: Pixels = np.asarray(weighted.convert("RGBA"))
    return small


def _png(rows: Pixels) -> bytes:
    height, width, channels = rows.shape
    return b"".join(png.assemble(width, height, channels, iter([png.compress(np.ascontiguousarray(rows))])))
