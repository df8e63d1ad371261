"""The canvas: cells land where they belong, and everything else is transparent."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.adapters import imaging
from scripts.sandbox.pictures import decoded

CELL = (6, 8)
RANDOM = np.random.default_rng(7)
CELLS = [RANDOM.integers(0, 256, (CELL[1], CELL[0], 3), np.uint8) for _ in range(12)]


def expected(width: int, height: int, rows: Sequence[tuple[Sequence[int], int, int]]) -> Any:
    """The same rows mounted by NumPy: (cells, left, top)."""
    canvas = np.zeros((height, width, 4), np.uint8)
    for cells, left, top in rows:
        for number, cell in enumerate(cells):
            for y, x in np.ndindex(CELL[1], CELL[0]):
                at = (top + y, left + number * CELL[0] + x)
                if 0 <= at[0] < height and 0 <= at[1] < width:
                    canvas[at] = (*CELLS[cell][y, x], 255)
    return canvas


def drawn(width: int, height: int, rows: Sequence[tuple[Sequence[int], int, int]]) -> bytes:
    with imaging.Canvas(width, height) as canvas:
        for cells, left, top in rows:
            canvas.mount([CELLS[cell].tobytes() for cell in cells], len(cells), CELL, left, top)
        return canvas.png()


@pytest.mark.parametrize(
    ("width", "height", "rows"),
    [
        (18, 16, [((0, 1, 2), 0, 0), ((3, 4, 5), 0, 8)]),  # exactly full
        (25, 21, [((0, 1, 2), 3, 2), ((3, 4, 5), 3, 10)]),  # padding on all sides
        (14, 21, [((0, 1, 2), -2, 2), ((3, 4, 5), -2, 10)]),  # clipped at the sides
        (25, 13, [((0, 1, 2), 3, -1), ((3, 4, 5), 3, 7)]),  # clipped at top and bottom
        (15, 13, [((0, 1, 2), -1, -2), ((3, 4, 5), -1, 6)]),  # clipped all around
        (18, 8, [((0,), 0, 0), ((1,), 12, 0)]),  # a hole
        (6, 8, [((9,), 0, 0)]),  # one cell
        (9, 9, []),  # nothing
    ],
)
def test_rows_land_where_they_are_asked_to(width: int, height: int, rows: list[Any]) -> None:
    png = drawn(width, height, rows)
    image = decoded(png)
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (width, height))
    seen, wanted = np.asarray(image), expected(width, height, rows)
    assert (seen[..., 3] == wanted[..., 3]).all(), "transparent where nothing is, nothing is half transparent"
    inside = wanted[..., 3] == 255
    assert (seen[inside] == wanted[inside]).all()


@pytest.mark.parametrize("cols", [1, 2, 3, 5, 12])
def test_cells_follow_each_other_row_by_row(cols: int) -> None:
    with imaging.Canvas(40, 70) as canvas:
        canvas.mount([cell.tobytes() for cell in CELLS], cols, CELL, -1, 2)
        seen = np.asarray(decoded(canvas.png()))
    rows = [(range(first, min(first + cols, 12)), -1, 2 + first // cols * CELL[1]) for first in range(0, 12, cols)]
    wanted = expected(40, 70, rows)
    assert (seen[..., 3] == wanted[..., 3]).all()
    inside = wanted[..., 3] == 255
    assert (seen[inside] == wanted[inside]).all()


def test_black_and_white_cells_stay_opaque() -> None:
    # ImageMagick's montage on a transparent background made holes in pictures like these
    with imaging.Canvas(20, 10) as canvas:
        canvas.mount([bytes(6 * 8 * 3), b"\xff" * (6 * 8 * 3), bytes(6 * 8 * 3)], 3, CELL, 1, 1)
        seen = np.asarray(decoded(canvas.png()))
    assert (seen[1:9, 1:19, 3] == 255).all()
    assert seen[..., 3].sum() == 18 * 8 * 255
    assert (seen[1:9, 7:13, :3] == 255).all()
    assert (seen[1:9, 1:7, :3] == 0).all()


def test_a_long_row_is_not_spread_over_several_pictures() -> None:
    with imaging.Canvas(300 * 3, 4) as canvas:
        canvas.mount([bytes([number % 256]) * 36 for number in range(300)], 300, (3, 4), 0, 0)
        seen = np.asarray(decoded(canvas.png()))
    assert (seen[0, ::3, 0] == np.arange(300) % 256).all()


def test_the_png_has_eight_bits_and_no_metadata_and_is_always_the_same() -> None:
    rows = [((0, 1), 1, 1)]
    png = drawn(20, 20, rows)
    assert png == drawn(20, 20, rows)
    kinds = []
    stream = io.BytesIO(png[8:])
    while head := stream.read(8):
        kinds.append(head[4:])
        data = stream.read(int.from_bytes(head[:4], "big") + 4)
        if head[4:] == b"IHDR":
            assert data[8:10] == b"\x08\x06", "8 bits, RGBA"
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}


def test_grey_cells_still_make_a_png_in_colour_with_alpha() -> None:
    with imaging.Canvas(8, 10) as canvas:
        canvas.mount([bytes([128]) * (6 * 8 * 3)], 1, CELL, 1, 1)
        image = decoded(canvas.png())
    assert image.mode == "RGBA"
    assert image.getpixel((3, 3)) == (128, 128, 128, 255)


def test_a_canvas_that_shows_only_a_part_of_the_montage_becomes_jpegs() -> None:
    cells = [bytes([200, 40, 40]) * (90 * 120), bytes([40, 40, 200]) * (90 * 120)] * 2
    with imaging.Canvas(160, 100) as canvas:  # of 180×240
        canvas.mount(cells, 2, (90, 120), -10, -70)
        small, whole = (decoded(one.jpeg(85)) for one in canvas.reduced((80, 4000)))
        png = decoded(canvas.png())
    assert (small.format, small.size, small.mode) == ("JPEG", (80, 50), "RGB")
    assert whole.size == (160, 100), "never enlarged"
    for x, colour in ((20, (200, 40, 40)), (60, (40, 40, 200))):
        assert np.abs(np.asarray(small)[25, x].astype(int) - colour).max() < 12
        assert np.abs(np.asarray(whole)[50, 2 * x].astype(int) - colour).max() < 12
        assert png.getpixel((2 * x, 50)) == (*colour, 255), "the canvas keeps what it shows"
    assert png.size == (160, 100)


def test_the_jpegs_of_a_canvas_are_progressive_of_the_quality_asked_for_and_without_metadata() -> None:
    noise = [RANDOM.integers(0, 256, (40, 30, 3), np.uint8).tobytes() for _ in range(6)]
    with imaging.Canvas(90, 80) as canvas:
        canvas.mount(noise, 3, (30, 40), 0, 0)
        three = canvas.reduced((90, 90, 90))
    low, high, other = (one.jpeg(quality) for one, quality in zip(three, (30, 95, 95), strict=True))
    assert len(low) < len(high)
    assert high == other
    info = decoded(high).info
    assert info["progressive"] == 1
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(info)


def test_a_canvas_is_transparent_from_the_beginning() -> None:
    with imaging.Canvas(1000, 3) as canvas:
        image = decoded(canvas.png())
    assert image.getchannel("A").getextrema() == (0, 0)
    assert isinstance(image, Image.Image)
