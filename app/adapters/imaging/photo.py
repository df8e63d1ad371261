"""One photo: from the picture that arrived to the files of the store, and from these to a cell of a collage."""

import ctypes
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from wand.api import library
from wand.exceptions import WandException
from wand.image import Image, ProfileDict

from app.adapters.imaging import copies, faces, policy, variants
from app.adapters.imaging.jpeg.structure import bare, structure
from app.adapters.imaging.reading import Format, header, opened
from app.adapters.imaging.saving import jpeg, raw, reduced, resize
from app.adapters.imaging.thumbhash import thumbhash
from app.core import cropping, limits
from app.core.cropping import Cut
from app.core.errors import PictureError
from app.core.sources import Original

ARCHIVE = (1500, 2000)
INTERMEDIATE = (300, 400)
HASHED = (24, 32)  # the picture that a placeholder is computed from
ARCHIVE_QUALITY = 92  # JPEG quality of a picture that must be encoded again

# EXIF orientations that swap width and height
SIDEWAYS = ("left_top", "right_top", "right_bottom", "left_bottom")
# and those that first swap left and right, top and bottom
MIRRORED = ("top_right", "bottom_right", "right_top", "right_bottom")
HEAD_DOWN = ("bottom_right", "bottom_left", "right_bottom", "left_bottom")

PREVIEW_SIDE = 1200  # pixels of a preview's longest side
PREVIEW_QUALITY = 82  # its JPEG quality


@dataclass(frozen=True)
class Prepared:
    """A photo as the store keeps it, still without tags: JPEG of 1500×2000 and PNG of 300×400, upright, sRGB.

    The intermediate contains smaller copies of itself and a placeholder (see `copies`). `variants`: JPEGs by name (see
    `variants`), without those that could not be made. `cut`: None if the picture was 3:4 (or nearly). `email`: the
    address in the picture's own metadata, and `original`: what it was like, if they were looked for.
    """

    archive: bytes
    intermediate: bytes
    variants: dict[str, bytes]
    cut: Cut | None = None
    email: str | None = None
    original: Original | None = None


def prepare(picture: bytes, wanted: Collection[str] = tuple(variants.VARIANTS), place: float | None = None) -> Prepared:
    """Makes archive, intermediate and the `wanted` variants of a JPEG: upright, sRGB, cut to 3:4, 1500×2000.

    It is cut at `place` (`Cut.place`), else around the faces found in it, else in the middle.

    A JPEG that is all this already only loses its metadata (so that no other program has to read what a stranger wrote
    there) and is decoded once, at half size. Raises PictureError if it is no JPEG, is incomplete, or exceeds the
    limits.
    """
    if len(picture) > limits.PICTURE_BYTES:
        raise PictureError(
            f"The picture has {len(picture) / 1e6:.1f} MB; the limit is {limits.PICTURE_BYTES / 1e6:.0f} MB."
        )
    known = structure(picture)  # before ImageMagick sees anything of it
    known.reduction()
    upright = known.orientation == 1
    with header(picture, "jpeg") as image:
        size = image.size
        srgb = image.colorspace == "srgb" and not ProfileDict(image).get("icc")
        width, height = size[::-1] if known.orientation > 4 else size  # over 4: on its side
    if size == ARCHIVE and upright and srgb:
        return _prepared(bare(picture), wanted)
    scale = max(ARCHIVE[0] / width, ARCHIVE[1] / height)
    with opened(picture, "jpeg", at_least=(math.ceil(size[0] * scale), math.ceil(size[1] * scale))) as image:
        _to_srgb(image)
        cut = _chosen(image, place)
        # rotated last, when it is small: rotating takes a second copy of all pixels
        _fill(image, cut, *(ARCHIVE[::-1] if image.orientation in SIDEWAYS else ARCHIVE))
        image.auto_orient()
        image.reset_coords()  # rotating leaves an offset
        archive = jpeg(image, ARCHIVE_QUALITY, progressive=False, sampling="2x2")
    return _prepared(archive, wanted, cut)


def prepare_pixels(size: tuple[int, int], rows: bytes, place: float | None = None) -> Prepared:
    """As `prepare`, all variants, from rows of 8-bit RGB: upright, sRGB."""
    try:
        with _of_pixels(size, rows) as image:
            cut = _chosen(image, place)
            _fill(image, cut, *ARCHIVE)
            archive = jpeg(image, ARCHIVE_QUALITY, progressive=False, sampling="2x2")
    except WandException as error:
        raise PictureError(f"ImageMagick cannot process the picture: {error}.") from error
    return _prepared(archive, tuple(variants.VARIANTS), cut)


def preview_pixels(size: tuple[int, int], rows: bytes, side: int = PREVIEW_SIDE) -> bytes:
    """As `preview`, from rows of 8-bit RGB: upright, sRGB."""
    with _of_pixels(size, rows) as image, reduced(image, side) as small:
        return jpeg(small, PREVIEW_QUALITY, progressive=True)


def _of_pixels(size: tuple[int, int], rows: bytes) -> Image:
    policy.require()
    return Image(blob=rows, format="rgb", width=size[0], height=size[1], depth=8)


def preview(picture: bytes, side: int = PREVIEW_SIDE) -> bytes:
    """A whole JPEG as it arrived, upright and sRGB, no side longer than `side` pixels. Raises PictureError."""
    structure(picture).reduction()
    with header(picture, "jpeg") as image:
        scale = min(1.0, side / max(image.size))
        at_least = math.ceil(image.width * scale), math.ceil(image.height * scale)
    with opened(picture, "jpeg", at_least=at_least) as image:
        _to_srgb(image)
        with reduced(image, side) as small:
            small.auto_orient()
            return jpeg(small, PREVIEW_QUALITY, progressive=True)


def cell(picture: bytes, kind: Format, width: int, height: int) -> bytes:
    """A picture of the store at exactly `width`×`height` of the same shape: rows of 8-bit RGB.

    Raises PictureError if it is broken.
    """
    with opened(picture, kind, at_least=(2 * width, 2 * height)) as image:
        resize(image, width, height)
        return raw(image)


def _prepared(archive: bytes, wanted: Collection[str], cut: Cut | None = None) -> Prepared:
    """Makes everything else from the archive, at half size: libjpeg halves a picture in less time than a resize takes.

    Twice the intermediate's size leaves its resize pixels to choose from.
    """
    # only here and below: the processes that make no picture have no use for NumPy
    from app.adapters.imaging.resampling import at

    with opened(archive, "jpeg", at_least=(2 * INTERMEDIATE[0], 2 * INTERMEDIATE[1])) as image:
        rows = at(raw(image), image.size, INTERMEDIATE)
    with _of_pixels(INTERMEDIATE, rows) as image:
        made = variants.made(image, wanted)
    return Prepared(archive, intermediate(rows), made, cut)


def intermediate(rows: bytes) -> bytes:
    """The intermediate of 300×400 pixels (rows of 8-bit RGB, upright, sRGB)."""
    from app.adapters.imaging.rendering import png
    from app.adapters.imaging.resampling import at

    picture = png.encoded(rows, *INTERMEDIATE)
    made, before = {}, INTERMEDIATE
    for size in reversed(copies.SIZES):  # each from the next larger: a quarter of the work and no visible difference
        rows, before = at(rows, before, size), size
        with _of_pixels(size, rows) as image:
            made[size] = jpeg(image, copies.QUALITY, progressive=False, sampling="1x1")
    return copies.insert(picture, made, thumbhash(*HASHED, at(rows, before, HASHED)))


def _to_srgb(image: Image) -> None:
    if ProfileDict(image).get("icc"):
        profile = (Path(__file__).parent / "srgb.icc").read_bytes()
        library.MagickProfileImage.argtypes = [
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
        ]
        if not library.MagickProfileImage(image.wand, b"icc", profile, len(profile)):
            library.MagickClearException(image.wand)  # an invalid profile is ignored
    if image.colorspace != "srgb":
        image.transform_colorspace("srgb")


def _chosen(image: Image, place: float | None) -> Cut | None:
    """The cut of a picture that may still lie on its side; None if next to nothing would be lost."""
    width, height = _upright(image)
    if not cropping.is_cut(width, height):
        return None
    if place is not None:
        return cropping.at(width, height, place, "hand")
    return cropping.choose(width, height, faces.find(image))


def _upright(image: Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if image.orientation in SIDEWAYS else (width, height)


def _fill(image: Image, cut: Cut | None, width: int, height: int) -> None:
    """Cuts a picture that may still lie on its side to `width`×`height`, and resizes it."""
    full_width, full_height = _upright(image)
    left, top, across, down = cropping.pixels(cut, full_width, full_height)
    # EXIF's orientations (CIPA DC-008, 4.6.5.1), undone
    if image.orientation in MIRRORED:
        left = full_width - left - across
    if image.orientation in HEAD_DOWN:
        top = full_height - top - down
    if image.orientation in SIDEWAYS:
        left, top, across, down = top, left, down, across
    if (across, down) != image.size:
        image.crop(left=left, top=top, width=across, height=down)
    resize(image, width, height)
