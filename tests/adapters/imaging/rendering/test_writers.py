"""Files of every format, put together from pieces of bands, are read again exactly by other programs."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.adapters.imaging.rendering import jpeg, tiff
from app.adapters.imaging.rendering.coding import WHITE, flattened
from app.adapters.imaging.rendering.writers import Format, Writer, writer
from scripts.sandbox.stored import Pixels, decoded, jpeg_markers

ORANGE = (255, 148, 22)
MILLIMETRES = (50.8, 25.4)
DPI = 150

needs_poppler = pytest.mark.skipif(not shutil.which("pdfimages"), reason="poppler-utils is not installed")


def picture(height: int, width: int, seed: int = 1) -> Pixels:
    """Noise with transparent padding on the left."""
    rows = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    rows[..., 3] = 255
    rows[:, : width // 4] = 0
    return rows


def pieces(made: Writer, rows: Pixels, cuts: Iterable[int]) -> Iterator[object]:
    """What renderers make of the rows, as bands that end at `cuts`, of strips of 10 rows."""
    for top, bottom in pairwise([0, *(cut for cut in cuts if cut < len(rows)), len(rows)]):
        yield from made.coding.of_band((rows[start : min(start + 10, bottom)] for start in range(top, bottom, 10)), top)


def file_of(made: Writer, rows: Pixels, cuts: Iterable[int] = (7, 40, 41, 100)) -> bytes:
    file = io.BytesIO()
    for part in made.parts(pieces(made, rows, cuts)):
        if isinstance(part, tuple):
            here = file.tell()
            file.seek(part[0])
            file.write(part[1])
            file.seek(here)
        else:
            file.write(part)
    return file.getvalue()


def written(kind: Format, rows: Pixels, background: tuple[int, int, int] | None = None) -> bytes:
    return file_of(writer(kind, rows.shape[1::-1], background, DPI, MILLIMETRES), rows)


@pytest.mark.parametrize("background", [None, ORANGE])
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_png_and_tiff_keep_every_pixel_and_transparency_without_a_background(
    kind: Format, background: tuple[int, int, int] | None
) -> None:
    rows = picture(133, 77)
    with Image.open(io.BytesIO(written(kind, rows, background))) as opened:
        assert opened.mode == ("RGB" if background else "RGBA")
        assert opened.info["dpi"] == pytest.approx((DPI, DPI), abs=0.02)
        assert np.array_equal(np.asarray(opened), flattened(rows, background) if background else rows)


@settings(max_examples=25)
@given(st.integers(1, 70), st.integers(1, 70), st.sets(st.integers(1, 69)))
def test_a_jpeg_of_strips_is_decoded_as_one_that_was_encoded_at_once(height: int, width: int, cuts: set[int]) -> None:
    rows = picture(height, width)
    data = file_of(writer("jpeg", (width, height), ORANGE, DPI, MILLIMETRES), rows, sorted(cuts))
    whole = simplejpeg.encode_jpeg(flattened(rows, ORANGE), jpeg.QUALITY, "RGB", "444", fastdct=False)
    assert np.array_equal(decoded(data), decoded(whole))


def test_a_jpeg_is_baseline_and_says_its_resolution() -> None:
    data = written("jpeg", picture(133, 77))
    segments = list(jpeg_markers(data))
    assert [marker for marker, _ in segments] == [0xE0, 0xDB, 0xDB, 0xC0, *[0xC4] * 4, 0xDD, 0xDA]
    assert re.findall(rb"\xff[\xd0-\xd7]", data)[:9] == [bytes([0xFF, 0xD0 + number % 8]) for number in range(8)]
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.info["dpi"] == (DPI, DPI)
        assert (np.asarray(opened)[:, :16] > 245).all()  # what was transparent is white


@needs_poppler
@pytest.mark.parametrize("background", [None, ORANGE])
def test_a_pdf_holds_every_pixel(tmp_path: Path, background: tuple[int, int, int] | None) -> None:
    rows = picture(133, 77)
    (tmp_path / "print.pdf").write_bytes(written("pdf", rows, background))
    subprocess.run(["pdfimages", "-png", "print.pdf", "found"], cwd=tmp_path, check=True)
    assert np.array_equal(decoded((tmp_path / "found-000.png").read_bytes()), flattened(rows, background or WHITE))


@needs_poppler
@pytest.mark.parametrize(
    ("millimetres", "unit", "points"),
    [((50.8, 25.4), 1, (144, 72)), ((210, 297), 1, (595.276, 841.89)), ((10_000, 5_000), 2, (14_173.228, 7_086.614))],
)
def test_the_page_of_a_pdf_has_the_size_asked_for(
    tmp_path: Path, millimetres: tuple[float, float], unit: int, points: tuple[float, float]
) -> None:
    """Above 14,400 points in larger units, which pdfinfo does not name."""
    rows = picture(20, 30)
    data = file_of(writer("pdf", (30, 20), None, DPI, millimetres), rows)
    assert f"/UserUnit {unit} ".encode() in data
    (tmp_path / "print.pdf").write_bytes(data)
    said = subprocess.run(["pdfinfo", "print.pdf"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Page size: +([0-9.]+) x ([0-9.]+) pts", said)
    assert found
    assert [float(side) for side in found.groups()] == pytest.approx(points, abs=0.1)


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff"])
def test_exiftool_reads_the_resolution(tmp_path: Path, kind: Format) -> None:
    path = tmp_path / f"print.{kind}"
    path.write_bytes(written(kind, picture(20, 30)))
    said = subprocess.run(["exiftool", "-json", "-n", str(path)], check=True, capture_output=True, text=True).stdout
    (tags,) = json.loads(said)
    if kind == "png":
        assert tags["PixelUnits"] == 1  # a metre
        assert tags["PixelsPerUnitX"] == tags["PixelsPerUnitY"] == round(DPI / 0.0254)
    else:
        assert tags["ResolutionUnit"] == (2 if kind == "tiff" else 1)  # inches, in TIFF's and in JFIF's numbers
        assert tags["XResolution"] == tags["YResolution"] == DPI
    assert (tags["ImageWidth"], tags["ImageHeight"]) == (30, 20)


@pytest.mark.parametrize(("size", "big"), [((30, 20), False), ((39_370, 19_685), False), ((40_000, 40_000), True)])
def test_a_tiff_that_may_exceed_4_gb_is_a_bigtiff(size: tuple[int, int], big: bool) -> None:
    assert tiff.may_be_big(*size, 3) is big
    header = next(iter(tiff.assemble(*size, 3, iter([]), DPI)))
    assert isinstance(header, bytes)
    assert header[:4] == (b"II\x2b\0" if big else b"II\x2a\0")


def test_a_bigtiff_is_read_again_exactly() -> None:
    rows = picture(70, 90)
    made = Writer(tiff.coding(None), lambda strips: tiff.assemble(90, 70, 4, strips, DPI, big=True))
    data = file_of(made, rows, [20])
    assert data[2] == 43
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.info["dpi"] == (DPI, DPI)
        assert np.array_equal(np.asarray(opened), rows)


def test_a_strip_of_noise_grows_by_less_than_a_bigtiff_allows_for() -> None:
    rows = np.random.default_rng(5).integers(0, 256, (16, 5000, 3), np.uint8)
    assert len(tiff.compress(rows)) < rows.nbytes * 1.001 + 100


def test_the_same_rows_give_the_same_bytes() -> None:
    rows = picture(50, 40)
    for kind in ("png", "jpeg", "tiff", "pdf"):
        made = writer(kind, (40, 50), None, DPI, MILLIMETRES)
        units = kind in ("jpeg", "tiff")  # elsewhere strips depend on bands
        assert file_of(made, rows, [9, 33]) == file_of(made, rows, [20] if units else [9, 33])
