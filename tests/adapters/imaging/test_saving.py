"""PNGs keep their pixels. Derivatives lose only the transparent border, are never enlarged, progressive, without
metadata.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from wand.image import Image as WandImage

from app.adapters import imaging
from app.adapters.imaging import saving
from app.adapters.imaging.copies import SIZES
from app.core.errors import PictureError
from scripts.sandbox.pictures import decoded, jpeg, mean_difference, pixels, png, scene
from scripts.sandbox.stored import png_chunks


def padded(picture: Image.Image, left: int, top: int, right: int, bottom: int) -> bytes:
    """A PNG of `picture` with a transparent border."""
    master = Image.new("RGBA", (picture.width + left + right, picture.height + top + bottom))
    master.paste(picture, (left, top))
    return png(master)


NOISE = np.random.default_rng(11).integers(0, 256, (400, 300, 3), np.uint8)
MADE: dict[str, Image.Image] = {
    "noise": Image.fromarray(NOISE),
    "grey noise": Image.fromarray(np.repeat(NOISE[..., :1], 3, axis=2)),
    "a scene": scene(300, 400),
    "one pixel": Image.new("RGB", (1, 1), "tomato"),
    "one line": Image.fromarray(NOISE[:1]),
    "one column": Image.fromarray(np.ascontiguousarray(NOISE[:, :1])),
    **{f"flat {colour}": Image.new("RGB", (300, 400), colour) for colour in ("black", "white", "tomato", "#808080")},
}


@pytest.mark.parametrize("name", MADE)
def test_a_png_of_flat_colour_or_of_noise_is_read_again_exactly(name: str) -> None:
    picture = MADE[name]
    width, height = picture.size
    with WandImage(blob=picture.tobytes(), format="rgb", width=width, height=height, depth=8) as image:
        made = saving.png(image, "rgb")
    assert (decoded(made).mode, decoded(made).tobytes()) == ("RGB", picture.tobytes())
    assert imaging.cell(made, "png", width, height) == picture.tobytes()


def test_the_picture_for_checks_has_the_pixels_that_it_says() -> None:
    made, rows = saving.sample()
    image = decoded(made)
    assert (image.mode, image.size) == ("RGBA", (3, 4))
    assert image.convert("RGB").tobytes() == rows


def test_a_png_has_no_chunk_but_those_it_needs_whichever_way_up_its_source_was() -> None:
    with WandImage(blob=NOISE.tobytes(), format="rgb", width=300, height=400, depth=8) as image:
        image.orientation = "top_left"  # version 7 writes this into a chunk named orNT
        made = saving.png(image, "rgb")
    assert {kind for kind, _ in png_chunks(made)} == {"IHDR", "IDAT", "IEND"}


def density(data: bytes) -> tuple[int, tuple[int, int]]:
    """The unit (0 for none) and the density in a JPEG's header."""
    info = decoded(data).info
    return info["jfif_unit"], info["jfif_density"]


@pytest.mark.parametrize("dpi", [(300, 300), (72, 144)])
def test_the_density_of_a_source_goes_no_further(dpi: tuple[int, int]) -> None:
    source = jpeg(scene(500, 600), dpi=dpi)
    assert density(source) == (1, dpi)
    prepared = imaging.prepare(source)
    assert density(prepared.archive) == (0, (1, 1))
    assert "dpi" not in decoded(prepared.intermediate).info
    for copy in (imaging.copies.find(prepared.intermediate, len(prepared.intermediate), *size) for size in SIZES):
        assert density(copy or b"") == (0, (1, 1))
    assert density(imaging.derive(png(scene(120, 90), dpi=dpi), 60, 85)) == (0, (1, 1))


@pytest.mark.parametrize(
    "border", [(0, 0, 0, 0), (7, 0, 0, 0), (0, 9, 0, 0), (0, 0, 3, 0), (0, 0, 0, 1), (30, 2, 31, 3)]
)
def test_only_the_transparent_border_is_cut_off(border: tuple[int, int, int, int]) -> None:
    picture = scene(120, 90)
    derived = imaging.derive(padded(picture, *border), 1920, 95)
    assert decoded(derived).size == (120, 90)
    assert mean_difference(derived, picture) < 3


@pytest.mark.parametrize("colour", ["white", "black", "tomato"])
def test_edges_of_one_colour_are_kept(colour: str) -> None:
    picture = Image.new("RGB", (120, 90), colour)
    picture.paste(scene(40, 30), (40, 30))
    for border in ((0, 0, 0, 0), (11, 5, 12, 6)):
        derived = imaging.derive(padded(picture, *border), 1920, 95)
        assert decoded(derived).size == (120, 90)
        assert mean_difference(derived, picture) < 3


@pytest.mark.parametrize("colour", ["white", "black"])
def test_a_picture_of_one_colour_is_kept_whole(colour: str) -> None:
    assert decoded(imaging.derive(padded(Image.new("RGB", (120, 90), colour), 3, 3, 3, 3), 1920, 85)).size == (120, 90)


def test_a_colour_under_full_transparency_is_transparent() -> None:
    master = Image.new("RGBA", (140, 110), (255, 0, 0, 0))
    master.paste(scene(120, 90), (10, 10))
    assert decoded(imaging.derive(png(master), 1920, 85)).size == (120, 90)


def test_holes_inside_become_white() -> None:
    master = Image.new("RGBA", (60, 60), "navy")
    master.paste((0, 0, 0, 0), (20, 20, 40, 40))
    derived = pixels(imaging.derive(png(master), 1920, 95))
    assert (derived[24:36, 24:36] > 235).all()
    assert mean_difference(derived[:10, :10], np.full((10, 10, 3), (0, 0, 128), np.uint8)) < 5


@pytest.mark.parametrize(
    ("longest", "size"), [(1920, (400, 300)), (400, (400, 300)), (399, (399, 299)), (200, (200, 150)), (1, (1, 1))]
)
def test_the_longest_side_is_as_asked_and_never_enlarged(longest: int, size: tuple[int, int]) -> None:
    for border in (0, 25):
        derived = imaging.derive(padded(scene(400, 300), *[border] * 4), longest, 85)
        assert decoded(derived).size == size
    assert decoded(imaging.derive(png(scene(300, 400)), longest, 85)).size == size[::-1]


def test_it_is_progressive_and_has_no_metadata() -> None:
    text = PngInfo()
    text.add_text("Comment", "SecretText")
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    derived = imaging.derive(png(scene(120, 90), pnginfo=text, exif=exif, dpi=(300, 300)), 1920, 85)
    assert b"Secret" not in derived
    image = decoded(derived)
    assert image.format == "JPEG"
    assert image.info.get("progressive") == 1
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(image.info)
    assert imaging.derive(png(scene(120, 90)), 1920, 85) == imaging.derive(png(scene(120, 90)), 1920, 85)


def test_a_higher_quality_is_nearer_to_the_master() -> None:
    master = scene(200, 150)
    low, high = (imaging.derive(png(master), 1920, quality) for quality in (30, 95))
    assert len(low) < len(high)
    assert mean_difference(high, master) < mean_difference(low, master)


def test_an_offset_that_a_png_claims_moves_nothing() -> None:
    data = padded(scene(120, 90), 10, 20, 30, 40)
    offset = b"oFFs" + struct.pack(">iiB", 50, -60, 0)
    chunk = struct.pack(">I", 9) + offset + struct.pack(">I", zlib.crc32(offset))
    derived = imaging.derive(data[:33] + chunk + data[33:], 1920, 95)
    assert decoded(derived).size == (120, 90)
    assert mean_difference(derived, scene(120, 90)) < 3


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "LA"])
def test_a_master_of_any_kind_is_taken(mode: str) -> None:
    picture = scene(120, 90).convert(mode)
    derived = imaging.derive(png(picture), 60, 85)
    assert decoded(derived).size == (60, 45)
    assert mean_difference(derived, picture.convert("RGB").resize((60, 45), Image.Resampling.LANCZOS)) < 4


def test_a_fully_transparent_picture_or_something_that_is_no_png_is_refused() -> None:
    with pytest.raises(PictureError, match="entirely transparent"):
        imaging.derive(png(Image.new("RGBA", (30, 40))), 1920, 85)
    for data in (b"", jpeg(scene(30, 40)), png(scene(300, 400))[:-500]):
        with pytest.raises(PictureError, match="not a complete PNG"):
            imaging.derive(data, 1920, 85)
