"""Pictures from a folder, in any format that Collagen reads. Only the decoding process calls this.

- `formats`: which formats these are, and their first bytes. `pixels`: decodes them with Pillow: upright, sRGB, opaque.
- `ownership`: the address in a picture's own metadata. `metadata`: when and where it was taken.

A JPEG goes the same way as one from Cloudinary.
"""

from dataclasses import replace

from app.adapters.imaging import photo
from app.adapters.imaging.foreign import metadata, ownership, pixels
from app.adapters.imaging.foreign.formats import format_of
from app.adapters.imaging.photo import Prepared
from app.core.sources import Original


def prepare(picture: bytes, place: float | None = None) -> Prepared:
    """As `photo.prepare`, all variants, with the address in the picture's metadata. Raises PictureError."""
    if format_of(picture) == "JPEG":
        prepared = photo.prepare(picture, place=place)
    else:
        prepared = photo.prepare_pixels(*pixels.decoded(picture, photo.ARCHIVE), place)
    return replace(prepared, email=address(picture))


def preview(picture: bytes, side: int = photo.PREVIEW_SIDE) -> bytes:
    """As `photo.preview`. Raises PictureError."""
    if format_of(picture) == "JPEG":
        return photo.preview(picture, side)
    return photo.preview_pixels(*pixels.decoded(picture, (side, side)), side)


def address(picture: bytes) -> str | None:
    """The address in a picture's own metadata, as it stands there; None if there is none."""
    return ownership.address(picture)


def original(picture: bytes) -> Original:
    """What a picture was like when it was sent. Raises PictureError."""
    return metadata.original(picture)
