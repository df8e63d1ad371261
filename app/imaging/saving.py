"""PNG, JPEG and plain pixels without metadata: no dates, so that the same picture is the same bytes."""

import ctypes
from collections.abc import Sequence
from typing import Literal

from wand.api import library
from wand.color import Color
from wand.image import FILTER_TYPES, INTERLACE_TYPES, Image

from app.errors import PictureError
from app.imaging.reading import opened

PNG_COLOR_TYPES = {"rgb": "2", "rgba": "6"}


def png(image: Image, channels: Literal["rgb", "rgba"]) -> bytes:
    """PNG with 8 bits a channel, low effort: it is 7 % larger than at full effort and takes half the time."""
    image.strip()
    image.depth = 8
    image.options["png:exclude-chunks"] = "all"
    image.options["png:color-type"] = PNG_COLOR_TYPES[channels]
    image.options["png:bit-depth"] = "8"
    image.options["png:compression-level"] = "1"
    image.options["png:compression-filter"] = "5"
    return _blob(image, "png")


def raw(image: Image) -> bytes:
    """Rows of 8-bit RGB."""
    image.depth = 8
    return _blob(image, "rgb")


def derivatives(image: Image, longest_sides: Sequence[int], quality: int) -> list[bytes]:
    """Progressive JPEGs of `image`, flattened, the longest side of each at most as asked and never enlarged.

    `image` is flattened in place; each JPEG is made from all of its pixels.
    """
    with Color("white") as white:
        image.background_color = white
    image.alpha_channel = "remove"
    image.strip()
    made = []
    for longest in longest_sides:
        scale = min(1.0, longest / max(image.size))
        with image.clone() as copy:  # which shares its pixels until it is resized
            resize(copy, max(1, round(copy.width * scale)), max(1, round(copy.height * scale)))
            # the wand's setting, which the JPEG encoder reads; it does not read Wand's interlace_scheme, the image's
            library.MagickSetInterlaceScheme(copy.wand, INTERLACE_TYPES.index("jpeg"))
            copy.compression_quality = quality
            made.append(_blob(copy, "jpeg"))
    return made


def derive(master: bytes, longest: int, quality: int) -> bytes:
    """A derivative of a PNG, its transparent border cut off. Raises PictureError."""
    with opened(master, "png") as image:
        image.reset_coords()
        left, top, width, height = _opaque_box(image)
        image.crop(left=left, top=top, width=width, height=height)
        return derivatives(image, [longest], quality)[0]


def resize(image: Image, width: int, height: int) -> None:
    """Makes the image exactly this size; does nothing where it is."""
    if image.size != (width, height):
        # Wand's own method looks the format up in ImageMagick's tables each time, which takes as long as a small resize
        lanczos = FILTER_TYPES.index("lanczos")
        if not library.MagickResizeImage(image.wand, width, height, lanczos, ctypes.c_double(1)):
            image.raise_exception()


def _blob(image: Image, kind: str) -> bytes:
    # make_blob(kind) would encode a copy of the image, and look the format up in ImageMagick's tables for each
    image.format = kind
    blob: bytes = image.make_blob()
    return blob


def _opaque_box(image: Image) -> tuple[int, int, int, int]:
    """The smallest box (left, top, width, height) outside of which everything is transparent.

    Trimming the picture itself would also cut edges of faces that happen to have one colour.
    """
    with image.clone() as mask, Color("black") as black:
        mask.alpha_channel = "extract"
        if mask.maxima == 0:
            raise PictureError("The picture is transparent all over.")
        # A border of one pixel, so that there is something to trim even where all is opaque.
        mask.border(black, 1, 1)
        mask.trim(background_color=black)
        return mask.page_x - 1, mask.page_y - 1, mask.width, mask.height
