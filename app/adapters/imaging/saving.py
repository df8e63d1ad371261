"""PNG, JPEG and raw pixels without metadata: no dates, so the same picture gives the same bytes."""

import ctypes
from typing import Literal

from wand.api import library
from wand.color import Color
from wand.image import FILTER_TYPES, INTERLACE_TYPES, Image

from app.adapters.imaging.reading import opened
from app.adapters.imaging.screens import QUALITY, Kind, encoded_rows
from app.core.errors import PictureError

Sampling = Literal["1x1", "2x2"]
# 8 bits a channel, whatever the pixels: if only the colour type is set, version 7 writes a grey picture as grey
PNG_FORMATS = {"rgb": "png24", "rgba": "png32"}
BYTES = 1  # CharPixel of magick/constitute.h: the format of raw pixels


def png(image: Image, channels: Literal["rgb", "rgba"]) -> bytes:
    """PNG with 8 bits a channel: adaptive filters, and Huffman codes without a search for repetitions.

    Photos have none: the files are 14 % smaller than at zlib's level 1, as small as at level 7, in three quarters of
    level 1's time (docs/performance.md).
    """
    image.strip()
    image.orientation = "undefined"  # version 7 writes any other into a chunk, even an excluded one
    image.depth = 8
    image.options["png:exclude-chunks"] = "all"
    image.options["png:format"] = PNG_FORMATS[channels]
    image.options["png:compression-level"] = "1"
    image.options["png:compression-filter"] = "5"
    image.options["png:compression-strategy"] = "2"
    return _blob(image, "png")


def sample() -> tuple[bytes, bytes]:
    """A picture for checks: a PNG of 3×4 pixels, and the same pixels as rows of 8-bit RGB."""
    pixels = bytes(range(36))
    with Image(blob=pixels, format="rgb", width=3, height=4, depth=8) as image:
        return png(image, "rgba"), pixels


def jpeg(image: Image, quality: int, *, progressive: bool, sampling: Sampling | None = None) -> bytes:
    """JPEG without metadata. `sampling`: how many pixels across and down share a colour; 2×2 below quality 90."""
    image.strip()
    image.units = "undefined"  # or the source's density would stay
    library.MagickSetImageResolution(image.wand, 1, 1)
    # the JPEG encoder reads the wand's setting, not the image's (Wand's interlace_scheme)
    library.MagickSetInterlaceScheme(image.wand, INTERLACE_TYPES.index("jpeg" if progressive else "no"))
    image.compression_quality = quality
    if sampling is not None:
        image.options["jpeg:sampling-factor"] = sampling
    return _blob(image, "jpeg")


def raw(image: Image) -> bytes:
    """Rows of 8-bit RGB."""
    pixels = ctypes.create_string_buffer(3 * image.width * image.height)
    if not library.MagickExportImagePixels(image.wand, 0, 0, *image.size, b"RGB", BYTES, pixels):
        image.raise_exception()
    return pixels.raw


def reduced_size(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """`size` (width × height) with its longest side at most `longest`; never enlarged."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def reduced(image: Image, longest: int) -> Image:
    """A copy with a longest side of at most `longest`, never enlarged. `image` must be opaque, and is not changed."""
    copy = image.clone()  # which shares its pixels until it is resized
    resize(copy, *reduced_size(copy.size, longest))
    return copy


def derive(master: bytes, longest: int, quality: int = QUALITY, kind: Kind = "jpeg") -> bytes:
    """A derivative of a PNG, its transparent border trimmed. `quality`: of a JPEG. Raises PictureError."""
    with opened(master, "png") as image:
        image.reset_coords()
        left, top, width, height = _opaque_box(image)
        image.crop(left=left, top=top, width=width, height=height)
        with Color("white") as white:
            image.background_color = white
        image.alpha_channel = "remove"
        with reduced(image, longest) as small:
            return encoded_rows(raw(small), small.size, kind, quality)


def resize(image: Image, width: int, height: int) -> None:
    """Resizes the image to exactly this size, if it has another."""
    if image.size != (width, height):
        # Wand's own method looks up the format in ImageMagick's tables, which takes as long as a small resize
        lanczos = FILTER_TYPES.index("lanczos")
        if not library.MagickResizeImage(image.wand, width, height, lanczos, ctypes.c_double(1)):
            image.raise_exception()


def _blob(image: Image, kind: str) -> bytes:
    # make_blob(kind) would encode a copy of the image, and look up the format each time
    image.format = kind
    blob: bytes = image.make_blob()
    return blob


def _opaque_box(image: Image) -> tuple[int, int, int, int]:
    """The smallest box (left, top, width, height) with everything that is not transparent.

    Trimming the picture itself would also cut off edges of faces that happen to have one colour.
    """
    with image.clone() as mask, Color("black") as black:
        mask.alpha_channel = "extract"
        if mask.maxima == 0:
            raise PictureError("The picture is entirely transparent.")
        # A border of one pixel leaves something to trim even if everything is opaque.
        mask.border(black, 1, 1)
        mask.trim(background_color=black)
        return mask.page_x - 1, mask.page_y - 1, mask.width, mask.height
