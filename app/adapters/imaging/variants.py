"""Variants: a photo for the screen, smaller than the intermediate.

A variant must save what it costs to make and to keep: each is at least a third smaller, in bytes, than the next larger
picture. There is none between intermediate and archive: 1200×1600 pixels took 84 % of an archive's bytes.

They are only for display and must not cost a photo: one that cannot be made is left out. Each ends with a checksum: a
progressive JPEG that lost a block of its file often decodes without a warning.
"""

import ctypes
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from wand.api import library
from wand.exceptions import WandException
from wand.image import FILTER_TYPES, Image

from app.adapters.imaging.saving import Sampling, jpeg


@dataclass(frozen=True)
class Variant:
    """`width`×`height` pixels, JPEG quality, and how many pixels share a colour."""

    width: int
    height: int
    quality: int
    sampling: Sampling


# Smallest first. If one is missing, the next larger picture is shown instead.
VARIANTS = {
    "thumb": Variant(150, 200, 94, "1x1"),  # inside 200×200
}

# Resizing blurs a little. A cubic filter with these numbers restores as much as an unsharp mask of radius 0.8 and
# strength 60 % after a Lanczos filter: 7 to 12 % of fine detail, and leaves even areas alone. The mask would take
# longer than everything else done to a photo. https://imagemagick.org/Usage/filter/#cubics
CUBIC_B, CUBIC_C, BLUR = 0.0, 1.3, 0.9

END = b"\xff\xd9"
# Marker (APP15) and length of a segment before the end marker; then the CRC-32 of everything before the segment
CHECKSUM = b"\xff\xef\x00\x0dCRC-32\0"


def made(image: Image, names: Iterable[str]) -> dict[str, bytes]:
    """These variants of an upright sRGB picture of shape 3:4, which must be larger. Leaves the image unchanged."""
    found = {}
    for name in names:
        # the copy would raise earlier warnings about the picture again, e.g. about its profile
        library.MagickClearException(image.wand)
        try:
            with image.clone() as copy:  # which shares its pixels until it is resized
                found[name] = _variant(copy, VARIANTS[name])
        except (WandException, MemoryError):
            continue
    return found


def _variant(image: Image, variant: Variant) -> bytes:
    image.artifacts["filter:b"], image.artifacts["filter:c"] = str(CUBIC_B), str(CUBIC_C)
    cubic, size = FILTER_TYPES.index("cubic"), (variant.width, variant.height)
    if not library.MagickResizeImage(image.wand, *size, cubic, ctypes.c_double(BLUR)):
        image.raise_exception()
    return _sealed(jpeg(image, variant.quality, progressive=True, sampling=variant.sampling))


def intact(picture: bytes) -> bool:
    """Whether a variant is undamaged. True if it has no checksum, as earlier versions made them."""
    coded, found, _ = picture.rpartition(CHECKSUM)
    return not found or picture == _sealed(coded + END)


def _sealed(picture: bytes) -> bytes:
    coded = picture.removesuffix(END)
    return coded + CHECKSUM + zlib.crc32(coded).to_bytes(4, "big") + END
