"""Pixels: the only code that imports Wand. Shapes are width × height in pixels.

- `policy`: ImageMagick works under our own rules, or not at all.
- `structure`: what a JPEG will cost, before anything decodes it.
- `reading`: decoding with limits; the format is named on every read, and what a decoder complains of is an error.
- `photo`: from the picture that arrived to archive, intermediate and cell. `faces`: around what it is cut.
- `decoder`: the same in a process of its own, for pictures that nobody has seen yet.
- `variants`: sizes for the screen. `thumbhash`: what a photo looks like from afar, in 25 bytes.
- `copies`: smaller copies of an intermediate and its placeholder, inside its own file.
- `canvas`: the montage of cells on a transparent canvas.
- `saving`: PNG and JPEG without metadata; derivatives.
- `blank`: parts of a finished picture painted over.
"""

from wand.version import MAGICK_VERSION

from app.adapters.imaging import copies, faces, policy, variants
from app.adapters.imaging.blank import blanked
from app.adapters.imaging.canvas import Canvas, Reduced, sample
from app.adapters.imaging.decoder.client import Decoder
from app.adapters.imaging.jpeg.structure import bare
from app.adapters.imaging.photo import ARCHIVE, INTERMEDIATE, Prepared, cell, prepare
from app.adapters.imaging.reading import Format, size
from app.adapters.imaging.saving import derive
from app.core.errors import PictureError


def version() -> str:
    """Which ImageMagick this is, such as `ImageMagick 6.9.11-60 Q16`."""
    return " ".join(MAGICK_VERSION.split()[:3])


def check() -> None:
    """Raises SettingError unless our policy is in force, PictureError unless what is written can be read again."""
    policy.require()
    picture, pixels = sample()
    if cell(picture, "png", 3, 4) != pixels:
        raise PictureError("ImageMagick does not give back the picture that it wrote.")


__all__ = [
    "ARCHIVE",
    "INTERMEDIATE",
    "Canvas",
    "Decoder",
    "Format",
    "Prepared",
    "Reduced",
    "bare",
    "blanked",
    "cell",
    "check",
    "copies",
    "derive",
    "faces",
    "policy",
    "prepare",
    "size",
    "variants",
    "version",
]
