"""Pictures for screens, encoded by Pillow: the same pixels give the same bytes, without metadata.

Pillow is imported where it is used: most processes that import this module never make such a picture.
"""

import io
from typing import TYPE_CHECKING, Any, Literal

from app.core.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

Kind = Literal["jpeg", "webp", "avif", "png"]
QUALITY = 85  # of a JPEG
LONGEST = {"jpeg": 65_500, "webp": 16_383, "avif": 65_535}  # pixels of a side
# AVIF: speed 6 takes twice as long for 9 % fewer bytes
OPTIONS: dict[Kind, dict[str, Any]] = {
    "jpeg": {"progressive": True},
    "webp": {"quality": 82, "method": 4},
    "avif": {"quality": 70, "speed": 8, "max_threads": 1},
    "png": {"compress_level": 1},
}


def encoded(picture: "Image", kind: Kind, quality: int = QUALITY) -> bytes:
    """`quality`: of a JPEG. Raises PictureError if the format holds no picture of this size."""
    width, height = picture.size
    most = LONGEST.get(kind)
    if most is not None and max(width, height) > most:
        raise PictureError(f"The picture would have {width}×{height} pixels; {kind} holds at most {most:,} a side.")
    out = io.BytesIO()
    options = OPTIONS[kind] | ({"quality": quality} if kind == "jpeg" else {})
    picture.save(out, kind.upper(), **options)
    return out.getvalue()


def encoded_rows(rows: bytes, size: tuple[int, int], kind: Kind, quality: int = QUALITY) -> bytes:
    """The same of rows of 8-bit RGB. `size`: width × height."""
    from PIL import Image

    return encoded(Image.frombuffer("RGB", size, rows, "raw", "RGB", 0, 1), kind, quality)


def decoded(picture: bytes, kind: Kind) -> "Image":
    """The picture as RGB. Raises PictureError if it is no such picture, or broken."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture), formats=[kind.upper()]) as opened:
            return opened.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureError(f"The picture cannot be decoded: {error}.") from error


def scaled(picture: bytes, kind: Kind, width: int, made: Kind, crop: tuple[int, int, int, int] | None = None) -> bytes:
    """A picture at another width, as `made`; never enlarged.

    `crop`: left, top, right and bottom of the part to keep, which must be opaque. A PNG with transparency takes 7 bytes
    of memory a pixel. Raises PictureError.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture), formats=[kind.upper()]) as opened:
            opened.draft("RGB", (width, 1))  # a JPEG is decoded at a half, a quarter or an eighth
            image = opened.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureError(f"The picture cannot be decoded: {error}.") from error
    if crop is not None:
        image = image.crop(crop)
    if width < image.width:
        height = max(1, round(image.height * width / image.width))
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return encoded(image, made)


def size(picture: bytes, kind: Kind) -> tuple[int, int]:
    """Width and height. Raises PictureError if it is no such picture."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture), formats=[kind.upper()]) as opened:
            return opened.size
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureError(f"This is not a complete {kind.upper()}: {error}.") from error
