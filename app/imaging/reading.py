"""Decoding. ImageMagick decides by content what a file is, so that XML named .jpg would reach its SVG coder. Here the
format is named on every read, and bytes come from memory, never from a file name (in which it sees patterns)."""

import contextlib
import ctypes
import re
from collections.abc import Callable, Iterator
from typing import Literal

from wand.api import libmagick, library
from wand.exceptions import WandException
from wand.image import Image

from app import limits
from app.errors import PictureError
from app.imaging import policy
from app.imaging.structure import structure

Format = Literal["jpeg", "png"]
PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

# Every pixel is decoded all the same: some phones write no other SOS parameters, or a few bytes before the end (0xd9);
# a profile is metadata, which goes.
HARMLESS = re.compile(
    r"Invalid SOS parameters|CorruptImageProfile|Corrupt JPEG data: \d+ extraneous bytes before marker 0xd9"
)


@contextlib.contextmanager
def opened(picture: bytes, kind: Format, at_least: tuple[int, int] | None = None) -> Iterator[Image]:
    """Decodes `picture` as `kind` and nothing else.

    `at_least`: a JPEG may be decoded smaller than it is, but not below this size unless it would take too much memory;
    libjpeg then skips most of the work (DCT scaling). Raises PictureError for anything that is not whole, or is beyond
    the limits.
    """
    if kind == "jpeg":
        known = structure(picture)
        (width, height), reduction = (known.width, known.height), known.reduction()
    else:
        (width, height), reduction = size(picture, kind), 1
    if width * height > limits.PICTURE_PIXELS:
        raise PictureError(
            f"The picture has {width}×{height} pixels; {limits.PICTURE_PIXELS // 10**6} megapixels at most are taken."
        )
    with Image() as image:
        if at_least is None:
            at_least = (width, height)
        # decoded at 1/n of its size where this is at most 1/n of it
        at_least = (min(at_least[0], width // reduction), min(at_least[1], height // reduction))
        image.options["jpeg:size"] = f"{max(1, at_least[0])}x{max(1, at_least[1])}"
        _read(image, picture, kind, library.MagickReadImageBlob)
        try:
            yield image
        except WandException as error:  # such as a limit of memory
            raise PictureError(f"ImageMagick cannot work on the picture: {error}.") from error


@contextlib.contextmanager
def header(picture: bytes, kind: Format) -> Iterator[Image]:
    """Reads size, colour space, orientation and profiles, and no pixels. Raises PictureError."""
    with Image() as image:
        _read(image, picture, kind, library.MagickPingImageBlob)
        yield image


def size(picture: bytes, kind: Format) -> tuple[int, int]:
    """Width and height. Raises PictureError if it is no such picture."""
    if kind == "png" and picture.startswith(PNG_START):  # the PNG specification, 5.2 and 11.2.2
        return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    with header(picture, kind) as image:
        shape: tuple[int, int] = image.size
        return shape


def _read(image: Image, picture: bytes, kind: Format, read: Callable[..., bool]) -> None:
    policy.require()
    # A format before a colon is final; without it the content decides which decoder runs.
    library.MagickSetFilename(image.wand, f"{kind}:picture".encode())
    done = read(image.wand, picture, len(picture))
    complaint = _complaint(image)
    if not done or complaint or 0 in image.size:
        raise PictureError(f"This is no whole {kind.upper()}: {complaint or 'nothing can be read'}.")


class _ExceptionInfo(ctypes.Structure):
    """The beginning of ImageMagick 6's struct of this name (magick/exception.h)."""

    _fields_ = (
        ("severity", ctypes.c_int),
        ("error_number", ctypes.c_int),
        ("reason", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("exceptions", ctypes.c_void_p),
    )


def _complaint(image: Image) -> str:
    """What the decoder objected to, or nothing.

    Wand reports only what made a read fail; a JPEG that is cut short does not, and half a face would be kept.
    """
    try:
        said = str(image.get_exception() or "")
    except WandException as error:
        said = str(error)
    complaints = [said]
    if not said and hasattr(libmagick, "GetImageException"):  # version 6 keeps them in the image
        complaints = _complaints_of_version_6(image)
    serious = next((complaint for complaint in complaints if not HARMLESS.match(complaint)), "")
    # what follows is the name of a file and a place in ImageMagick's source
    return serious.partition("`")[0].partition("@")[0].strip()


def _complaints_of_version_6(image: Image) -> list[str]:
    libmagick.AcquireExceptionInfo.restype = ctypes.c_void_p
    libmagick.DestroyExceptionInfo.argtypes = [ctypes.c_void_p]
    libmagick.GetImageException.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    libmagick.GetNumberOfElementsInLinkedList.argtypes = [ctypes.c_void_p]
    libmagick.GetNumberOfElementsInLinkedList.restype = ctypes.c_size_t
    libmagick.GetValueFromLinkedList.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    libmagick.GetValueFromLinkedList.restype = ctypes.POINTER(_ExceptionInfo)
    pixels = library.GetImageFromMagickWand(image.wand)
    if not pixels:
        return []
    info = libmagick.AcquireExceptionInfo()
    try:
        libmagick.GetImageException(pixels, info)
        # all of them: the gravest alone could hide that the picture is not whole
        every = ctypes.cast(info, ctypes.POINTER(_ExceptionInfo)).contents.exceptions
        return [
            (libmagick.GetValueFromLinkedList(every, number).contents.reason or b"unknown").decode("utf-8", "replace")
            for number in range(libmagick.GetNumberOfElementsInLinkedList(every))
        ]
    finally:
        libmagick.DestroyExceptionInfo(info)
