"""Decodes a picture with Pillow: its first frame, upright, sRGB, opaque, not larger than needed."""

import contextlib
import io
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps

from app.adapters.imaging.foreign.formats import format_of
from app.adapters.imaging.jpeg.structure import require_size
from app.core import limits
from app.core.errors import PictureError

LANCZOS = Image.Resampling.LANCZOS
MOST = 12_000_000  # pixels that are kept of a picture with an extreme shape
SRGB = Path(__file__).parents[1] / "srgb.icc"
# what Pillow, its decoders and the colour engine raise for broken pictures
BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, ArithmeticError, RuntimeError, EOFError)


@contextlib.contextmanager
def opened(picture: bytes) -> Iterator[Image.Image]:
    """Opens a picture as what its first bytes say and nothing else; no pixels are decoded yet. Raises PictureError."""
    kind = format_of(picture)
    _register()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metadata that Pillow cannot read
            with Image.open(io.BytesIO(picture), formats=[kind]) as image:
                require_size(*image.size)
                yield image
    except Image.DecompressionBombError as error:
        most = limits.PICTURE_PIXELS // 10**6
        raise PictureError(f"The picture has too many pixels; the limit is {most} megapixels.") from error
    except BROKEN as error:
        if "decoder object" in str(error):  # so libwebp says that it has no room for the pixels
            raise MemoryError from error
        shown = " ".join(str(error).split())[:200] or type(error).__name__
        raise PictureError(f"This is not a complete {kind}: {shown.rstrip('.')}.") from error


def decoded(picture: bytes, cover: tuple[int, int]) -> tuple[tuple[int, int], bytes]:
    """Size and rows of 8-bit RGB of a picture, reduced so that it just covers `cover`. Raises PictureError."""
    with opened(picture) as source:
        image: Image.Image = source
        image.load()  # before its orientation is asked for: Pillow itself turns a TIFF
        orientation = source.getexif().get(0x0112, 1)  # CIPA DC-008, 4.6.5.1; a decoder that has turned it says 1
        image = _plain(image)
        sideways = orientation in (5, 6, 7, 8)
        image = _reduced(image, cover[::-1] if sideways else cover)
        image = _opaque(_to_srgb(image, source.info.get("icc_profile")))
        if orientation != 1:
            exif = Image.Exif()
            exif[0x0112] = orientation
            image.info = {"exif": exif.tobytes()}
            image = ImageOps.exif_transpose(image)
        return image.size, image.tobytes()


def _register() -> None:
    """Adds HEIC to Pillow's formats, and keeps decoders from starting a thread for each core."""
    import pillow_heif
    from PIL import AvifImagePlugin

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.register_heif_opener()
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def _plain(image: Image.Image) -> Image.Image:
    """In a mode that can be resized: L, LA, RGB, RGBA, CMYK or LAB."""
    if image.mode in ("L", "RGB", "CMYK", "LAB") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "F":
        raise PictureError("The picture has floating-point pixels; save it with 8 or 16 bits a channel.")
    if image.mode in ("1", "YCbCr", "HSV"):
        return image.convert("L" if image.mode == "1" else "RGB")
    return image if image.mode in ("LA", "RGBA") else image.convert("RGBA")


def _reduced(image: Image.Image, cover: tuple[int, int]) -> Image.Image:
    """Not larger than it takes to cover `cover`, nor than MOST; never enlarged."""
    width, height = image.size
    scale = min(1.0, max(cover[0] / width, cover[1] / height), math.sqrt(MOST / (width * height)))
    if scale == 1.0:
        return image
    size = (max(1, math.ceil(width * scale - 1e-9)), max(1, math.ceil(height * scale - 1e-9)))
    return image.resize(size, LANCZOS, reducing_gap=3.0)


def _to_srgb(image: Image.Image, profile: Any) -> Image.Image:
    """In sRGB, with the transparency it had; a profile that cannot be used is ignored."""
    if not profile:
        return image
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert(image.mode[:-1]) if alpha is not None else image
    try:
        known = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        new = ImageCms.profileToProfile(colours, known, str(SRGB), outputMode="RGB")
    except (ImageCms.PyCMSError, *BROKEN):
        return image
    if new is None:
        return image
    if alpha is not None:
        new.putalpha(alpha)
    return new


def _opaque(image: Image.Image) -> Image.Image:
    """As RGB, on white where it is transparent."""
    if image.mode not in ("LA", "RGBA"):
        return image.convert("RGB")
    image = image.convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return paper.convert("RGB")
