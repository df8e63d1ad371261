"""Pictures as files: the four formats campaigns receive, and a JPEG that weighs what a phone's does."""

from io import BytesIO
from typing import Final

from PIL import Image

LIGHTEST: Final = 160_000  # bytes; with a margin inside the 150–300 kB that `portrait` promises
HEAVIEST: Final = 285_000


def as_format(image: Image.Image, file_format: str) -> bytes:
    """`image` as the bytes of a "png", "webp", "heic" or "jpeg" file, without metadata."""
    match file_format.lower():
        case "png":
            return _saved(image, "PNG")
        case "webp":
            return _saved(image, "WEBP", quality=82)
        case "jpeg" | "jpg":
            return _jpeg(image, 84)
        case "heic":
            import pillow_heif  # here, because only HEIC samples need it and it is slow to load

            heif = pillow_heif.from_pillow(image)
            buffer = BytesIO()
            heif.save(buffer, quality=60)
            return buffer.getvalue()
    raise ValueError(f"No sample people are made as {file_format!r}: png, webp, heic or jpeg.")


def as_jpeg_of_a_camera(image: Image.Image) -> bytes:
    """`image` as a JPEG of 150 to 300 kB, for pictures of 1500 × 2000 pixels.

    Grain decides the weight, and the same quality suits almost every seed; the few very busy or very plain
    pictures are written once more with a quality nearer to the weight wanted.
    """
    quality = 77
    written = _jpeg(image, quality)
    while len(written) < LIGHTEST and quality < 95:
        quality += 3
        written = _jpeg(image, quality)
    while len(written) > HEAVIEST and quality > 40:
        quality -= 4
        written = _jpeg(image, quality)
    return written


def _jpeg(image: Image.Image, quality: int) -> bytes:
    return _saved(image, "JPEG", quality=quality, subsampling="4:2:0")


def _saved(image: Image.Image, file_format: str, **options: int | str) -> bytes:
    buffer = BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()
