"""Pictures of a folder in every format: upright, sRGB, opaque, first frame; broken ones have a sentence."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

import app.adapters.imaging.foreign.formats as formats_module
from app.adapters.imaging import ARCHIVE, Decoder, foreign
from app.adapters.imaging.foreign import pixels
from app.core.errors import PictureError
from scripts.sandbox.pictures import jpeg, scene
from tests.support.tiers import sampled

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "GIF")
TURNABLE = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF")
RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    running = Decoder()
    yield running
    running.close()


def encoded(image: Image.Image, kind: str, **more: Any) -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    image.save(out, kind, **({"quality": 95} if kind in ("JPEG", "WEBP", "HEIF", "AVIF") else {}), **more)
    return out.getvalue()


def halves(width: int = 300, height: int = 400) -> Image.Image:
    """The upper half red, the lower half blue."""
    image = Image.new("RGB", (width, height), RED)
    ImageDraw.Draw(image).rectangle((0, height // 2, width, height), fill=BLUE)
    return image


def colours(archive: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The colours in the middle of the upper and the lower half of an archive."""
    with Image.open(io.BytesIO(archive)) as image:
        assert (image.size, image.format) == (ARCHIVE, "JPEG")
        return _middles(np.asarray(image.convert("RGB")))


def seen(picture: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The same colours of a picture as it is decoded, which costs a hundredth of making an archive of it."""
    (width, height), rows = pixels.decoded(picture, ARCHIVE)
    assert 3 * height == 4 * width
    return _middles(np.frombuffer(rows, np.uint8).reshape(height, width, 3))


def _middles(found: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    height, width, _ = found.shape
    return tuple(map(int, found[height // 4, width // 2])), tuple(map(int, found[3 * height // 4, width // 2]))


def near(found: tuple[int, ...], expected: tuple[int, ...], most: int = 12) -> bool:
    return max(abs(one - other) for one, other in zip(found, expected, strict=True)) <= most


@pytest.mark.parametrize("kind", sampled(FORMATS, every=3))
def test_every_format_becomes_an_archive_of_the_same_picture(decoder: Decoder, kind: str) -> None:
    found = decoder.prepare(encoded(halves(), kind), any_format=True)
    upper, lower = colours(found.archive)
    assert near(upper, RED)
    assert near(lower, BLUE)
    assert found.email is None
    assert set(found.variants) == {"thumb"}


@pytest.mark.parametrize("kind", TURNABLE)
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_on_its_side_is_turned_upright(kind: str, orientation: int) -> None:
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = encoded(halves().transpose(turn), kind, exif=exif.tobytes())
    upper, lower = seen(picture)
    assert near(upper, RED)
    assert near(lower, BLUE)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_colours_are_those_of_the_pictures_profile(kind: str) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    to_lab = ImageCms.profileToProfile(halves(), srgb, lab, outputMode="LAB")
    assert to_lab is not None
    if kind == "TIFF":  # the only one that can hold these pixels
        picture = encoded(to_lab, kind, icc_profile=lab.tobytes())
        assert near(seen(picture)[0], RED)
    broken = encoded(halves(), kind, icc_profile=b"no profile")
    assert near(seen(broken)[0], RED), "a profile that is none is ignored"
    sound = encoded(halves(), kind, icc_profile=srgb.tobytes())
    assert near(seen(sound)[1], BLUE)


def test_transparent_parts_are_white_and_a_palette_keeps_its_colours() -> None:
    image = halves().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    assert near(seen(encoded(image, "PNG"))[0], (255, 255, 255))
    palette = halves().quantize(8)
    assert near(seen(encoded(palette, "PNG"))[1], BLUE)
    assert near(seen(encoded(palette, "GIF"))[1], BLUE)


def test_sixteen_bits_of_grey_and_cmyk_keep_their_brightness() -> None:
    grey = Image.fromarray(np.full((400, 300), 0x8080, np.uint16))
    for kind in ("PNG", "TIFF"):
        assert near(seen(encoded(grey, kind))[0], (128, 128, 128))
    cmyk = Image.new("CMYK", (300, 400), (0, 255, 255, 0))
    red = seen(encoded(cmyk, "TIFF"))[0]
    assert red[0] > 200
    assert max(red[1:]) < 60


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind: str) -> None:
    other = Image.new("RGB", (300, 400), (0, 200, 0))
    picture = encoded(halves(), kind, save_all=True, append_images=[other, other])
    assert near(seen(picture)[0], RED)


@pytest.mark.parametrize(("width", "height"), sampled([(3000, 100), (1, 1), (31, 4001)], every=2))
def test_any_shape_is_cut_to_three_by_four(width: int, height: int) -> None:
    picture = encoded(Image.new("RGB", (width, height), RED), "PNG")
    assert near(colours(foreign.prepare(picture).archive)[0], RED)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_truncated_picture_of_any_format_is_refused_with_one_sentence(decoder: Decoder, kind: str) -> None:
    picture = encoded(scene(150, 200), kind)
    for part in (0.3, 0.7):
        with pytest.raises(PictureError) as refused:
            decoder.prepare(picture[: int(len(picture) * part)], any_format=True)
        assert "\n" not in str(refused.value)
        assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (bytes(5000), "The file holds nothing but zeros."),
        (b"<svg/>", "not a picture in a format that Collagen reads"),
        (b"%PDF-1.7", "not a picture in a format that Collagen reads"),
        (b"BM" + bytes(100), "not a picture in a format that Collagen reads"),
    ],
)
def test_what_is_no_picture_is_refused_before_any_decoder_sees_it(data: bytes, sentence: str) -> None:
    with pytest.raises(PictureError, match=sentence):
        foreign.prepare(data)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_too_many_pixels_are_refused_before_they_are_decoded(kind: str) -> None:
    picture = encoded(Image.new("L", (10_000, 6_000)), kind)
    with pytest.raises(PictureError, match="10000×6000 pixels; the limit is 50 megapixels"):
        foreign.prepare(picture)


def test_the_web_still_takes_jpeg_only(decoder: Decoder) -> None:
    for kind in FORMATS[1:]:
        with pytest.raises(PictureError):
            decoder.prepare(encoded(halves(), kind))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_preview_is_the_whole_picture_small_and_upright(decoder: Decoder, kind: str) -> None:
    picture = encoded(scene(1500, 150), kind)
    with Image.open(io.BytesIO(decoder.preview(picture, any_format=True))) as image:
        assert (image.format, image.size) == ("JPEG", (1200, 120))


ADDRESSES = (
    ("EXIF:UserComment", "ann@example.org", "ann@example.org"),
    ("XMP-exif:UserComment", "ben@example.org", "ben@example.org"),
    ("XMP-iptcExt:PersonInImage", "Cem <cem@example.org>", "Cem <cem@example.org>"),
    ("EXIF:UserComment", "at the sea", None),
    ("EXIF:Artist", "photographer@example.org", None),
    ("XMP-dc:Creator", "photographer@example.org", None),
)


def test_the_address_is_read_from_the_metadata_of_any_format(decoder: Decoder, tmp_path: Path) -> None:
    kinds = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "tif": "TIFF", "heic": "HEIF", "avif": "AVIF"}
    arguments, expected = list[str](), dict[Path, str | None]()
    for ending, kind in kinds.items():
        for number, (tag, value, address) in enumerate(ADDRESSES):
            path = tmp_path / f"{number}.{ending}"
            path.write_bytes(encoded(halves(), kind))
            arguments += ["-q", "-overwrite_original", f"-{tag}={value}", str(path), "-execute"]
            expected[path] = address
    subprocess.run(["exiftool", "-@", "-"], input="\n".join(arguments), text=True, check=True)
    assert {path: decoder.address(path.read_bytes()) for path in expected} == expected
    for first in (tmp_path / "0.jpg", tmp_path / "0.heic"):
        assert decoder.prepare(first.read_bytes(), any_format=True).email == expected[first]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FORMATS), st.data())
def test_damaged_pictures_are_decoded_or_refused_and_never_anything_else(kind: str, data: st.DataObject) -> None:
    picture = bytearray(SMALL[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    try:
        size, rows = pixels.decoded(bytes(picture), ARCHIVE)
    except (PictureError, MemoryError):
        return
    assert len(rows) == 3 * size[0] * size[1]
    assert foreign.address(bytes(picture)) is None


SMALL = {kind: encoded(scene(48, 64), kind) for kind in FORMATS}


def test_every_format_that_is_named_is_recognised() -> None:
    for kind, picture in SMALL.items():
        assert formats_module.format_of(picture) == kind
    assert formats_module.format_of(jpeg(scene(3, 4))) == "JPEG"
