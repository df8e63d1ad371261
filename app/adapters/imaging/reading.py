"""Decoding. ImageMagick guesses formats from content, so XML named .jpg would reach its SVG coder. Here every read
names the format, and bytes come from memory, never from a file name (which ImageMagick treats as a pattern)."""

import contextlib
import ctypes
import re
from collections.abc import Callable, Iterator
from typing import Literal

from wand.api import libmagick, library
from wand.exceptions import WandException
from wand.image import ORIENTATION_TYPES, Image

from app.adapters.imaging import policy
from app.adapters.imaging.jpeg import restarts
from app.adapters.imaging.jpeg.structure import decodable, structure
from app.core import limits
from app.core.errors import PictureError

Format = Literal["jpeg", "png"]
PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

# Every pixel is decoded despite these: some phones write no other SOS parameters, webcams and scanners leave a few
# bytes before a restart marker (0xd0 to 0xd7) or the end (0xd9), programs write wrong JFIF or Adobe headers; a profile
# is metadata, which is dropped. (libjpeg, jerror.h)
HARMLESS = re.compile(
    r"Invalid SOS parameters|CorruptImageProfile|Corrupt JPEG data: \d+ extraneous bytes before marker 0xd[0-79]\b"
    r"|Unknown Adobe color transform code|Warning: unknown JFIF revision number"
)
TOO_MANY = "TooManyExceptions"  # ImageMagick reports no further warnings


@contextlib.contextmanager
def opened(picture: bytes, kind: Format, at_least: tuple[int, int] | None = None) -> Iterator[Image]:
    """Decodes `picture` as `kind` and nothing else.

    `at_least`: a JPEG may be decoded at a smaller size, but not below this one unless it would take too much memory;
    libjpeg then skips most of the work (DCT scaling). Raises PictureError if it is incomplete or exceeds the limits.
    """
    upright = 0
    if kind == "jpeg":
        known = structure(picture)
        (width, height), reduction, upright = (known.width, known.height), known.reduction(), known.orientation
        picture = decodable(picture)
    else:
        (width, height), reduction = bounded_size(picture, kind), 1
    with Image() as image:
        if at_least is None:
            at_least = (width, height)
        # at most 1/n of its size, to be decoded at 1/n
        at_least = (min(at_least[0], width // reduction), min(at_least[1], height // reduction))
        image.options["jpeg:size"] = f"{max(1, at_least[0])}x{max(1, at_least[1])}"
        complaint = _read(image, picture, kind, library.MagickReadImageBlob)
        if complaint and not (complaint.startswith(TOO_MANY) and _whole_between_restarts(picture)):
            raise _broken(kind, complaint)
        image.orientation = ORIENTATION_TYPES[upright]
        try:
            yield image
        except WandException as error:  # e.g. a memory limit
            raise PictureError(f"ImageMagick cannot process the picture: {error}.") from error


def bounded_size(picture: bytes, kind: Format) -> tuple[int, int]:
    """Width and height of a picture. Raises PictureError for one over the limit, before anything decodes it."""
    width, height = size(picture, kind)
    if width * height > limits.PICTURE_PIXELS:
        raise PictureError(
            f"The picture has {width}×{height} pixels; the limit is {limits.PICTURE_PIXELS // 10**6} megapixels."
        )
    return width, height


def size(picture: bytes, kind: Format) -> tuple[int, int]:
    """Width and height as stored, whatever the orientation. Raises PictureError if it is no such picture."""
    if kind == "png" and picture.startswith(PNG_START):  # the PNG specification, 5.2 and 11.2.2
        return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    with header(picture, kind) as image:
        shape: tuple[int, int] = image.size
        return shape


@contextlib.contextmanager
def header(picture: bytes, kind: Format) -> Iterator[Image]:
    """Reads size, colour space and profile, but no pixels. Raises PictureError."""
    with Image() as image:
        bare = decodable(picture) if kind == "jpeg" else picture
        complaint = _read(image, bare, kind, library.MagickPingImageBlob)
        if complaint:
            raise _broken(kind, complaint)
        yield image


def _broken(kind: Format, complaint: str) -> PictureError:
    return PictureError(f"This is not a complete {kind.upper()}: {complaint}.")


def _read(image: Image, picture: bytes, kind: Format, read: Callable[..., bool]) -> str:
    """Reads into `image`; returns why it is not a complete picture, or an empty string."""
    policy.require()
    # A format before a colon is final; without it the content decides which decoder runs.
    library.MagickSetFilename(image.wand, f"{kind}:picture".encode())
    done = read(image.wand, picture, len(picture))
    serious = next((complaint for complaint in _complaints(image) if not HARMLESS.match(complaint)), "")
    library.MagickClearException(image.wand)  # or the next operation on the picture would raise it
    # the rest is a file name and a place in ImageMagick's source
    complaint = serious.partition("`")[0].partition("@")[0].strip()
    return complaint or ("" if done and 0 not in image.size else "nothing can be read")


def _whole_between_restarts(picture: bytes) -> bool:
    """Whether every part of a JPEG between restart markers is complete; a few at a time, so that no warning is lost."""
    try:
        for part in restarts.parts(picture):
            with Image() as image:
                if _read(image, part, "jpeg", library.MagickReadImageBlob):
                    return False
    except PictureError:
        return False
    return True


class _ExceptionInfo(ctypes.Structure):
    """The beginning of ImageMagick's struct of this name (magick/exception.h, MagickCore/exception.h)."""

    _fields_ = (
        ("severity", ctypes.c_int),
        ("error_number", ctypes.c_int),
        ("reason", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("exceptions", ctypes.c_void_p),
    )


class _Wand7(ctypes.Structure):
    """ImageMagick 7's struct _MagickWand (MagickWand/magick-wand-private.h)."""

    _fields_ = (
        ("id", ctypes.c_size_t),
        ("name", ctypes.c_char * 4096),
        ("images", ctypes.c_void_p),
        ("image_info", ctypes.c_void_p),
        ("exception", ctypes.POINTER(_ExceptionInfo)),
    )


def _complaints(image: Image) -> list[str]:
    """All warnings and errors of the decoder.

    Wand reports only what made a read fail, or the last warning. A truncated JPEG is a warning, and half a face would
    be kept.
    """
    if not hasattr(libmagick, "GetImageException"):  # version 7 keeps them in the wand
        return _listed(ctypes.cast(image.wand, ctypes.POINTER(_Wand7)).contents.exception.contents)
    return _of_wand(image) or _of_pixels(image)


def _of_wand(image: Image) -> list[str]:
    try:
        warning = image.get_exception()
    except WandException as error:
        warning = error
    return [str(warning)] if warning else []


def _of_pixels(image: Image) -> list[str]:
    """Version 6 keeps warnings in the image."""
    libmagick.AcquireExceptionInfo.restype = ctypes.c_void_p
    libmagick.DestroyExceptionInfo.argtypes = [ctypes.c_void_p]
    libmagick.GetImageException.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    pixels = library.GetImageFromMagickWand(image.wand)
    if not pixels:
        return []
    info = libmagick.AcquireExceptionInfo()
    try:
        libmagick.GetImageException(pixels, info)
        return _listed(ctypes.cast(info, ctypes.POINTER(_ExceptionInfo)).contents)
    finally:
        libmagick.DestroyExceptionInfo(info)


def _listed(info: _ExceptionInfo) -> list[str]:
    """Every reason: the most severe alone could hide that the picture is incomplete."""
    libmagick.GetNumberOfElementsInLinkedList.argtypes = [ctypes.c_void_p]
    libmagick.GetNumberOfElementsInLinkedList.restype = ctypes.c_size_t
    libmagick.GetValueFromLinkedList.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    libmagick.GetValueFromLinkedList.restype = ctypes.POINTER(_ExceptionInfo)
    return [
        (libmagick.GetValueFromLinkedList(info.exceptions, number).contents.reason or b"unknown").decode(
            "utf-8", "replace"
        )
        for number in range(libmagick.GetNumberOfElementsInLinkedList(info.exceptions))
    ]
