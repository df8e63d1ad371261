"""One photo: from the picture that arrived to the files of the store, and from those to a cell of a collage."""

import ctypes
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from wand.api import library
from wand.image import Image, ProfileDict

from app import limits
from app.errors import PictureError
from app.imaging import copies, variants
from app.imaging.reading import Format, header, opened
from app.imaging.saving import jpeg, png, raw, resize
from app.imaging.structure import bare, structure
from app.imaging.thumbhash import thumbhash

ARCHIVE = (1500, 2000)
INTERMEDIATE = (300, 400)
HASHED = (24, 32)  # of what a placeholder is made
ARCHIVE_QUALITY = 92  # JPEG quality where a picture has to be encoded anew

# Up to which a picture is decoded a second time for its larger variants: all of them in pictures that cameras and
# upload presets make; a hostile one costs no more time than before.
MOST_SCANS = 20

# EXIF orientations in which width and height change places
SIDEWAYS = ("left_top", "right_top", "right_bottom", "left_bottom")


@dataclass(frozen=True)
class Prepared:
    """A photo as the store keeps it, still without tags: JPEG of 1500×2000 and PNG of 300×400, upright, sRGB.

    The intermediate has smaller copies of itself and a placeholder inside (see `copies`). `variants`: JPEGs by name
    (see `variants`); one that could not be made is not there.
    """

    archive: bytes
    intermediate: bytes
    variants: dict[str, bytes]


def prepare(picture: bytes, wanted: Collection[str] = tuple(variants.VARIANTS)) -> Prepared:
    """Makes archive, intermediate and the `wanted` variants of a JPEG: upright, sRGB, its middle cut to 3:4, 1500×2000.

    A JPEG that is all this already stays as it is but for its metadata (so that no other program has to read what a
    stranger wrote there), and its intermediate is made of a decode at half its size. Raises PictureError for what is no
    JPEG, is not whole, or is beyond the limits.
    """
    if len(picture) > limits.PICTURE_BYTES:
        raise PictureError(
            f"The picture has {len(picture) / 1e6:.1f} MB; {limits.PICTURE_BYTES / 1e6:.0f} MB at most are taken."
        )
    structure(picture).reduction()  # before ImageMagick sees anything of it
    with header(picture, "jpeg") as image:
        size = image.size
        upright = image.orientation in ("undefined", "top_left")
        srgb = image.colorspace == "srgb" and not ProfileDict(image).get("icc")
        width, height = size[::-1] if image.orientation in SIDEWAYS else size
    if size == ARCHIVE and upright and srgb:
        # twice the size of the intermediate, so that the resize still has pixels to choose from
        with opened(picture, "jpeg", at_least=(2 * INTERMEDIATE[0], 2 * INTERMEDIATE[1])) as image:
            return _prepared(bare(picture), image, _larger(picture, wanted), wanted)
    scale = max(ARCHIVE[0] / width, ARCHIVE[1] / height)
    with opened(picture, "jpeg", at_least=(math.ceil(size[0] * scale), math.ceil(size[1] * scale))) as image:
        _to_srgb(image)
        # turned last, when it is small: turning takes a second copy of all pixels
        _fill(image, *(ARCHIVE[::-1] if image.orientation in SIDEWAYS else ARCHIVE))
        image.auto_orient()
        image.reset_coords()  # turning leaves an offset behind
        image.strip()
        larger = variants.made(image, _above_intermediate(wanted))
        archive = jpeg(image, ARCHIVE_QUALITY, progressive=False, sampling="2x2")
        return _prepared(archive, image, larger, wanted)


def cell(picture: bytes, kind: Format, width: int, height: int) -> bytes:
    """A picture of the store at exactly `width`×`height` of the same shape: rows of 8-bit RGB.

    Raises PictureError if it is broken.
    """
    with opened(picture, kind, at_least=(2 * width, 2 * height)) as image:
        resize(image, width, height)
        return raw(image)


def _prepared(archive: bytes, image: Image, larger: dict[str, bytes], wanted: Collection[str]) -> Prepared:
    resize(image, *INTERMEDIATE)
    smaller = variants.made(image, set(wanted) - _above_intermediate(wanted))
    return Prepared(archive, intermediate(image), larger | smaller)


def _larger(picture: bytes, wanted: Collection[str]) -> dict[str, bytes]:
    """The variants that are larger than the intermediate, of a picture that is as an archive has to be.

    It is decoded once more for them, at full size: that takes half the time of halving what is decoded at full size,
    and the intermediate stays the same, whatever becomes of them.
    """
    names = _above_intermediate(wanted)
    if not names or structure(picture).scans > MOST_SCANS:
        return {}
    try:
        with opened(picture, "jpeg") as image:
            return variants.made(image, names)
    except PictureError:
        return {}


def _above_intermediate(names: Collection[str]) -> set[str]:
    return {name for name in names if variants.VARIANTS[name].width > INTERMEDIATE[0]}


def intermediate(image: Image) -> bytes:
    """An upright sRGB picture of shape 3:4 as the store's intermediate. The image shrinks."""
    resize(image, *INTERMEDIATE)
    picture = png(image, "rgb")
    made = {}
    for size in reversed(copies.SIZES):  # each from the next larger: a quarter of the work, and no difference to see
        resize(image, *size)
        made[size] = jpeg(image, copies.QUALITY, progressive=False, sampling="1x1")
    resize(image, *HASHED)
    return copies.insert(picture, made, thumbhash(*HASHED, raw(image)))


def _to_srgb(image: Image) -> None:
    if ProfileDict(image).get("icc"):
        profile = (Path(__file__).parent / "srgb.icc").read_bytes()
        library.MagickProfileImage.argtypes = [
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
        ]
        if not library.MagickProfileImage(image.wand, b"icc", profile, len(profile)):
            library.MagickClearException(image.wand)  # a profile that makes no sense is as good as none
    if image.colorspace != "srgb":
        image.transform_colorspace("srgb")


def _fill(image: Image, width: int, height: int) -> None:
    """Cuts the middle of `image` to the shape of `width`×`height`, and makes it that size."""
    cut_width = min(image.width, round(image.height * width / height))
    cut_height = min(image.height, round(image.width * height / width))
    left, top = (image.width - cut_width) // 2, (image.height - cut_height) // 2
    if (cut_width, cut_height) != image.size:
        image.crop(left=left, top=top, width=cut_width, height=cut_height)
    resize(image, width, height)
