"""From an arriving picture to archive and intermediate, and from those to a cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from app.adapters import imaging
from app.core import limits
from app.core.errors import PictureError
from scripts.sandbox import pictures
from scripts.sandbox.pictures import decoded, jpeg, mean_difference, middle, pixels, scene
from tests.support.tiers import sampled

METADATA = {"exif", "icc_profile", "comment", "xmp", "photoshop", "date:create", "date:modify", "Comment", "gamma"}


def prepare(picture: bytes) -> imaging.Prepared:
    """Without variants, which do not change the two files (tests/adapters/imaging/test_variants.py)."""
    return imaging.prepare(picture, ())


def check(prepared: imaging.Prepared, expected: Image.Image, most: float = 2.0) -> None:
    """Checks that both files have their format, size and colour, contain nothing else, and show `expected`."""
    archive, intermediate = decoded(prepared.archive), decoded(prepared.intermediate)
    assert (archive.format, archive.size) == ("JPEG", (1500, 2000))
    assert (intermediate.format, intermediate.size, intermediate.mode) == ("PNG", (300, 400), "RGB")
    for image in (archive, intermediate):
        assert not METADATA & set(image.info)
    assert mean_difference(prepared.intermediate, middle(expected, 300, 400)) < most
    assert mean_difference(prepared.archive, middle(expected, 1500, 2000)) < most


# Shape


@pytest.mark.parametrize("orientation", sampled(range(1, 9), every=3))
def test_every_orientation_ends_upright(orientation: int) -> None:
    upright = ImageOps.exif_transpose(decoded(pictures.sideways(orientation)))
    assert upright.size == ((330, 200) if orientation > 4 else (200, 330))
    check(pictures.turned(orientation), upright)


@pytest.mark.parametrize("orientation", [6, 3])
def test_a_picture_of_the_right_size_that_lies_on_its_side_is_turned(orientation: int) -> None:
    size = (2000, 1500) if orientation == 6 else (1500, 2000)
    data = pictures.oriented(scene(*size), orientation)
    check(prepare(data), ImageOps.exif_transpose(decoded(data)))


@pytest.mark.parametrize(
    ("width", "height"),
    sampled(
        [(400, 300), (300, 400), (1501, 2000), (500, 500), (1, 1), (299, 401), (1, 900), (1700, 2100), (900, 1)],
        every=2,
    ),
)
def test_the_middle_is_cut_to_three_by_four_whatever_the_size(width: int, height: int) -> None:
    picture = scene(width, height)
    check(prepare(jpeg(picture)), decoded(jpeg(picture)), most=2.0 if min(width, height) > 1 else 5.0)


def test_exactly_the_middle_is_kept() -> None:
    # 400 wide, 300 high: 225 columns are kept, 87 or 88 are cut at either side
    stripes = Image.new("RGB", (400, 300), "red")
    stripes.paste("lime", (88, 0, 312, 300))
    seen = pixels(prepare(jpeg(stripes, subsampling=0)).intermediate)
    assert (seen[:, 3:-3, 1] > 230).all(), "nothing of what is cut away is left"
    stripes = Image.new("RGB", (400, 300), "red")
    stripes.paste("lime", (98, 0, 302, 300))
    seen = pixels(prepare(jpeg(stripes, subsampling=0)).intermediate)
    assert (seen[:, :8, 0] > 200).all(), "nothing more is cut"
    assert (seen[:, -8:, 0] > 200).all()


# Unchanged properties


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0, "quality": 50}])
def test_a_plain_picture_of_the_right_size_stays_byte_for_byte(options: dict[str, object]) -> None:
    picture = scene(1500, 2000)
    data = jpeg(picture, **options)
    prepared = prepare(data)
    assert prepared.archive == data
    intermediate = decoded(prepared.intermediate)
    assert (intermediate.size, intermediate.mode) == ((300, 400), "RGB")
    assert mean_difference(prepared.intermediate, middle(picture, 300, 400)) < 2


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = jpeg(scene(200, 300))
    assert prepare(data) == prepare(data)


@pytest.mark.parametrize("size", [(1500, 2000), (700, 600), pytest.param((2400, 3200), marks=pytest.mark.thorough)])
def test_everything_is_made_from_the_archive_so_that_it_can_be_made_anew(size: tuple[int, int]) -> None:
    made = imaging.prepare(jpeg(scene(*size)))
    assert replace(imaging.prepare(made.archive), cut=made.cut) == made


def test_a_progressive_picture_is_a_picture() -> None:
    data = jpeg(scene(400, 500), progressive=True)
    check(prepare(data), decoded(data))


def test_metadata_goes_when_a_picture_is_written_anew() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = jpeg(
        scene(200, 300), exif=exif.tobytes(), comment=b"SecretComment", icc_profile=icc, xmp=b"<x>SecretXmp</x>"
    )
    prepared = prepare(data)
    assert data.count(b"Secret") == 3
    assert b"Secret" not in prepared.archive + prepared.intermediate
    check(prepared, decoded(data))


# Colour


def test_a_profile_is_applied() -> None:
    picture = scene(300, 400)
    profile = pictures.profile_with_red_and_green_exchanged()
    data = jpeg(picture, icc_profile=profile)
    expected = pictures.as_srgb(decoded(data), profile)
    assert mean_difference(expected, picture) > 30, "the profile says something"
    check(prepare(data), expected, most=3)


@pytest.mark.parametrize("size", [(1500, 2000), pytest.param((300, 400), marks=pytest.mark.thorough)])
def test_wider_colours_become_srgb(size: tuple[int, int]) -> None:
    picture = scene(*size)
    profile = pictures.profile_with_wider_colours()
    data = jpeg(picture, icc_profile=profile)
    expected = pictures.as_srgb(decoded(data), profile)
    assert mean_difference(expected, picture) > 3, "the profile says something"
    prepared = prepare(data)
    assert mean_difference(prepared.intermediate, middle(expected, 300, 400)) < 1.5
    check(prepared, expected)


@pytest.mark.parametrize(
    "broken",
    [
        {"xmp": b"this is no XML"},
        {"icc_profile": b"this is no profile"},
        {"icc_profile": pictures.profile_with_wider_colours()[:300]},
        {"exif": b"Exif\0\0II*\0\xff\xff\xff\x7fthis is no directory"},
    ],
)
def test_broken_metadata_is_ignored(broken: dict[str, bytes]) -> None:
    picture = scene(300, 400)
    check(prepare(jpeg(picture, **broken)), picture)
    with pytest.raises(PictureError, match="premature end"):
        prepare(jpeg(picture, **broken)[:-2000])


def test_cmyk_becomes_srgb() -> None:
    data = jpeg(scene(300, 400).convert("CMYK"))
    check(prepare(data), decoded(data).convert("RGB"), most=4)


@pytest.mark.parametrize("size", [(300, 400), (1500, 2000)])
def test_grey_stays_as_light_as_it_was(size: tuple[int, int]) -> None:
    grey = scene(*size).convert("L")
    check(prepare(jpeg(grey)), grey)


# Refused pictures


def html() -> bytes:
    return b"<!DOCTYPE html><html><body><h1>Back soon</h1></body></html>"


REFUSED = {
    "nothing": b"",
    "one byte": b"\xff",
    "only a beginning": b"\xff\xd8\xff",
    "HTML": html(),
    "SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>',
    "SVG that reads a file": b'<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="/etc/passwd"/></svg>',
    "MVG": b"push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'label:@/etc/passwd'\npop graphic-context\n",
    "MSL": b'<?xml version="1.0"?><image><read filename="/etc/passwd"/></image>',
    "PostScript": b"%!PS-Adobe-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
    "a text": b"text:/etc/passwd",
    "PNG": pictures.png(scene(30, 40)),
    "GIF": pictures.encoded(scene(30, 40), "GIF"),
    "WebP": pictures.encoded(scene(30, 40), "WEBP"),
    "half": jpeg(scene(300, 400))[: len(jpeg(scene(300, 400))) // 2],
    "half of the right size": jpeg(scene(1500, 2000))[:-20_000],
    "all but the last bytes": jpeg(scene(300, 400))[:-200],
    "half and progressive": jpeg(scene(300, 400), progressive=True)[:4000],
    "over 50 megapixels": pictures.claiming(jpeg(scene(300, 400)), 8000, 6251),
    "as large as can be said": pictures.claiming(jpeg(scene(300, 400)), 65500, 65500),
    "without pixels": pictures.claiming(jpeg(scene(300, 400)), 0, 0),
    "larger than it is": pictures.claiming(jpeg(scene(300, 400)), 1000, 1000),
    "over 30 MB": jpeg(scene(300, 400)) + bytes(limits.PICTURE_BYTES),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_incomplete_or_too_large_jpeg_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(PictureError, match=r"^[A-Z][^\n]{10,200}\.$") as caught:
        prepare(REFUSED[name])
    said = str(caught.value)
    assert "passwd" not in said
    assert "/" not in said, "no path, and no place in anyone's source"


def test_the_error_for_a_too_large_picture_names_the_limit() -> None:
    with pytest.raises(PictureError, match="8000×6251 pixels; the limit is 50 megapixels"):
        prepare(REFUSED["over 50 megapixels"])
    with pytest.raises(PictureError, match=r"has 30.0 MB; the limit is 30 MB"):
        prepare(REFUSED["over 30 MB"])


def test_a_jpeg_with_something_behind_it_is_a_jpeg() -> None:
    data = jpeg(scene(300, 400))
    check(prepare(data + b"MotionPhoto_Data" * 100), decoded(data))


# Cells


@pytest.mark.parametrize("size", [(300, 400), (237, 316), (111, 148), (48, 64), (3, 4)])
def test_a_cell_is_the_intermediate_made_smaller(size: tuple[int, int]) -> None:
    picture = scene(300, 400)
    cell = imaging.cell(pictures.png(picture), "png", *size)
    assert len(cell) == size[0] * size[1] * 3
    seen = np.frombuffer(cell, np.uint8).reshape(size[1], size[0], 3)
    assert mean_difference(seen, picture.resize(size, Image.Resampling.LANCZOS)) < 1


@pytest.mark.parametrize("size", [(1500, 2000), (1023, 1364), (585, 780), (30, 40), (1536, 2048)])
def test_a_cell_is_the_archive_in_its_size(size: tuple[int, int]) -> None:
    data = jpeg(scene(1500, 2000))
    cell = imaging.cell(data, "jpeg", *size)
    seen = np.frombuffer(cell, np.uint8).reshape(size[1], size[0], 3)
    assert mean_difference(seen, decoded(data).resize(size, Image.Resampling.LANCZOS)) < 1


def test_a_cell_of_the_size_of_the_intermediate_is_exactly_it() -> None:
    picture = scene(300, 400)
    assert imaging.cell(pictures.png(picture), "png", 300, 400) == picture.tobytes()


def test_a_cell_of_a_grey_picture_is_grey_in_three_colours() -> None:
    grey = scene(300, 400).convert("L")
    expected = np.stack([np.asarray(grey)] * 3, axis=-1)
    seen = np.frombuffer(imaging.cell(pictures.png(grey), "png", 300, 400), np.uint8).reshape(400, 300, 3)
    assert mean_difference(seen, expected) < 1
    archive = prepare(jpeg(grey)).archive
    seen = np.frombuffer(imaging.cell(archive, "jpeg", 300, 400), np.uint8).reshape(400, 300, 3)
    assert mean_difference(seen, expected) < 2


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "png"),
        (b"", "jpeg"),
        (jpeg(scene(30, 40)), "png"),
        (pictures.png(scene(30, 40)), "jpeg"),
        (pictures.png(scene(300, 400))[:-500], "png"),
        (pictures.png(scene(300, 400)).replace(b"IDAT", b"IDAX"), "png"),
        (jpeg(scene(300, 400))[:3000], "jpeg"),
        (html(), "png"),
    ],
)
def test_a_cell_of_a_broken_file_is_refused(data: bytes, kind: imaging.Format) -> None:
    with pytest.raises(PictureError, match=f"This is not a complete {kind.upper()}"):
        imaging.cell(data, kind, 30, 40)
