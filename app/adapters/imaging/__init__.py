"""Pixels: the only code that imports Wand. Shapes are width × height in pixels.

- `policy`: ImageMagick runs under our policy or not at all.
- `jpeg`: a JPEG's markers and metadata, read before anything decodes it.
- `reading`: decoding with limits; every read names the format, and a decoder's warnings are errors.
- `photo`: from the picture that arrived to archive, intermediate and cell. `faces`: what it is cropped around.
- `foreign`: the same from a picture in any format that Collagen reads; only the decoder calls it.
- `decoder`: the same in a process of its own, for pictures that come from outside.
- `variants`: sizes for the screen. `thumbhash`: a placeholder for a photo, in 25 bytes.
- `copies`: smaller copies of an intermediate and its placeholder, inside its own file.
- `cells`: a photo of the store at the size of a cell. `rendering`: strips of the canvas, and their PNG and JPEGs.
- `resampling`: pictures at another size. `covering`: cut in the middle to another shape.
- `tiles`: tiles of a picture too large for one piece. `looks`, `lettering`: what looks need.
- `saving`: PNG and JPEG without metadata; derivatives. `screens`: the formats of derivatives.
- `blank`: paints over parts of a finished picture.
"""

from wand.version import MAGICK_VERSION

from app.adapters.imaging import copies, faces, policy, screens, variants
from app.adapters.imaging.blank import blanked
from app.adapters.imaging.decoder.client import Decoder
from app.adapters.imaging.jpeg.structure import bare
from app.adapters.imaging.photo import ARCHIVE, INTERMEDIATE, PREVIEW_SIDE, Prepared, cell, prepare
from app.adapters.imaging.reading import Format, bounded_size, size
from app.adapters.imaging.saving import derive, sample
from app.core.errors import PictureError


def version() -> str:
    """ImageMagick's version, e.g. `ImageMagick 6.9.11-60 Q16`."""
    return " ".join(MAGICK_VERSION.split()[:3])


def check() -> None:
    """Raises SettingError unless our policy is in force, PictureError unless a written picture reads back unchanged."""
    policy.require()
    picture, pixels = sample()
    if cell(picture, "png", 3, 4) != pixels:
        raise PictureError("ImageMagick does not read back the picture that it wrote.")


__all__ = [
    "ARCHIVE",
    "INTERMEDIATE",
    "PREVIEW_SIDE",
    "Decoder",
    "Format",
    "Prepared",
    "bare",
    "blanked",
    "bounded_size",
    "cell",
    "check",
    "copies",
    "derive",
    "faces",
    "policy",
    "prepare",
    "sample",
    "screens",
    "size",
    "variants",
    "version",
]
