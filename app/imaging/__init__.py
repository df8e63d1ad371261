"""Pixels: the only code that imports Wand. Shapes are width × height in pixels.

- `reading`: decoding with limits; the format is named on every read, and what a decoder complains of is an error.
- `photo`: from the picture that arrived to archive, intermediate and cell.
- `canvas`: the montage of cells on a transparent canvas.
- `saving`: PNG and JPEG without metadata; derivatives.
"""

from wand.version import MAGICK_VERSION

from app.errors import PictureError
from app.imaging.canvas import Canvas
from app.imaging.photo import ARCHIVE, INTERMEDIATE, Prepared, cell, prepare
from app.imaging.reading import Format, size
from app.imaging.saving import derive


def version() -> str:
    """Which ImageMagick this is, such as `ImageMagick 6.9.11-60 Q16`."""
    return " ".join(MAGICK_VERSION.split()[:3])


def check() -> None:
    """Raises PictureError unless a picture can be written and read again."""
    pixels = bytes(range(36))
    with Canvas(3, 4) as canvas:
        canvas.place_row([pixels], 3, 4, 0, 0)
        if cell(canvas.png(), "png", 3, 4) != pixels:
            raise PictureError("ImageMagick does not give back the picture that it wrote.")


__all__ = [
    "ARCHIVE",
    "INTERMEDIATE",
    "Canvas",
    "Format",
    "Prepared",
    "cell",
    "check",
    "derive",
    "prepare",
    "size",
    "version",
]
