"""The canvas: strips joined are the picture that ImageMagick's own montage, extended to the canvas, would be."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Picture
from wand.color import Color
from wand.font import Font
from wand.image import Image

from app.adapters.imaging.rendering import png
from app.services.collage.bands import BAND, STRIP, Band, bands
from app.services.collage.layout import Axis, Layout
from app.services.collage.montage import WIDEST, strip_of
from scripts.sandbox.stored import Pixels, decoded


def grid(cols: int, rows: int, k: int, width: int, height: int) -> Layout:
    """A full grid."""
    return Layout(cols * rows, Axis(cols, 3 * k, width), Axis(rows, 4 * k, height))


FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"  # scripts/setup installs it
GRIDS = pytest.mark.parametrize(
    ("cols", "rows", "k", "width", "height"),
    [
        (3, 2, 4, 36, 32),  # just as large
        (3, 2, 4, 41, 39),  # padded, not equally
        (3, 2, 4, 31, 27),  # clipped, not equally
        (2, 3, 5, 33, 50),  # padded and clipped
        (1, 4, 3, 5, 60),  # one column, clipped on both of its sides
        (5, 1, 1, 16, 16),
        # several bands
        (4, 20, 5, 60, 400),  # of several rows of cells
        (4, 20, 5, 71, 433),
        (4, 20, 5, 55, 383),
        (2, 9, 16, 99, 560),  # a small rest goes with the last
        # several strips a band
        (2, 3, 40, 200, 500),  # clipped at the sides, padded above and below
        (3, 2, 70, 640, 501),  # the reverse
        (2, 2, 35, 210, 900),  # strips that are nothing but padding
        (1, 1, 100, 300, 400),
    ],
)


def noise_for(layout: Layout) -> list[Pixels]:
    shape = (layout.used, layout.vertical.cell, layout.horizontal.cell, 3)
    return list(np.random.default_rng(7).integers(0, 256, shape, np.uint8))


# rows of a strip and of a band, on average; the real ones are one strip for canvases as small as these
SIZES = pytest.mark.parametrize("small", [None, (16, 400), (128, 128), (100, 260), (20, 40)])


def divided(layout: Layout, small: tuple[int, int] | None = None) -> list[Band]:
    strip, band = (STRIP, BAND) if small is None else (layout.horizontal.canvas * rows for rows in small)
    return bands(layout, strip, band)


def mounted(layout: Layout, cells: list[Pixels], small: tuple[int, int] | None = None, widest: int = WIDEST) -> Pixels:
    """The canvas, strip by strip; the PNG of the strips has the same pixels."""
    rows: list[Pixels] = []
    for band in divided(layout, small):
        begin, end = band.part(layout)
        own = [cell[begin:end] for cell in cells[band.first * layout.cols : band.last * layout.cols]]
        rows += [strip_of(layout, band, own, top, bottom, widest) for top, bottom in band.strips()]
    canvas = np.concatenate(rows)
    parts = png.assemble(layout.horizontal.canvas, layout.vertical.canvas, 4, map(png.compress, rows))
    assert np.array_equal(decoded(b"".join(parts)), canvas)
    return canvas


def by_imagemagick(layout: Layout, cells: list[Pixels]) -> Pixels:
    """The result of ImageMagick's own montage, extended or cropped to a transparent canvas."""
    width, height = layout.horizontal.cell, layout.vertical.cell
    with Image() as joined, Color("none") as nothing:
        for pixels in cells:
            with Image(blob=pixels.tobytes(), format="rgb", width=width, height=height, depth=8) as one:
                joined.image_add(one)
        joined.background_color = nothing
        tile, thumbnail = f"{layout.cols}x{layout.rows}", f"{width}x{height}+0+0"
        font = Font(FONT)  # ImageMagick 7 reads one even where it writes nothing, and its own may be missing
        joined.montage(font, tile=tile, thumbnail=thumbnail, mode="concatenate")
        assert joined.size == (layout.cols * width, layout.rows * height)
        joined.background_color = nothing
        left, top = -layout.horizontal.start, -layout.vertical.start
        joined.extent(layout.horizontal.canvas, layout.vertical.canvas, left, top)
        joined.depth = 8
        with Picture.open(io.BytesIO(joined.make_blob("png"))) as opened:
            return np.asarray(opened.convert("RGBA"))


@GRIDS
@SIZES
def test_the_canvas_is_what_imagemagicks_own_montage_makes(
    cols: int, rows: int, k: int, width: int, height: int, small: tuple[int, int] | None
) -> None:
    layout = grid(cols, rows, k, width, height)
    cells = noise_for(layout)
    assert np.array_equal(mounted(layout, cells, small), by_imagemagick(layout, cells))


@GRIDS
@SIZES
def test_every_pixel_of_every_cell_lands_where_it_should(
    cols: int, rows: int, k: int, width: int, height: int, small: tuple[int, int] | None
) -> None:
    noise = noise_for(grid(cols, rows, k, width, height))
    picture = mounted(grid(cols, rows, k, width, height), noise, small)
    # placed by hand on a canvas with wide margins, which are then cut off
    margin = 100
    expected = np.zeros((height + 2 * margin, width + 2 * margin, 4), np.uint8)
    left, top = (width - cols * 3 * k) // 2 + margin, (height - rows * 4 * k) // 2 + margin
    for number, cell in enumerate(noise):
        y, x = top + number // cols * 4 * k, left + number % cols * 3 * k
        expected[y : y + 4 * k, x : x + 3 * k] = np.dstack([cell, np.full((4 * k, 3 * k), 255, np.uint8)])
    expected = expected[margin:-margin, margin:-margin]
    assert picture.shape == expected.shape
    assert np.array_equal(picture[..., 3], expected[..., 3])
    seen = expected[..., 3] > 0
    assert np.array_equal(picture[seen], expected[seen])


@GRIDS
@pytest.mark.parametrize("widest", [1, 7, 64])
def test_the_canvas_is_the_same_if_it_is_mounted_in_pieces(
    cols: int, rows: int, k: int, width: int, height: int, widest: int
) -> None:
    layout = grid(cols, rows, k, width, height)
    cells = noise_for(layout)
    whole, pieces = mounted(layout, cells), mounted(layout, cells, (128, 128), max(widest, width // 50))
    assert np.array_equal(whole, pieces)


def test_black_and_white_cells_stay_black_and_white_and_opaque() -> None:
    """ImageMagick chooses smaller kinds of pictures for those without colours."""
    cells = [np.full((16, 12, 3), level, np.uint8) for level in (0, 255)]
    pixels = mounted(grid(2, 1, 4, 30, 20), cells)
    assert pixels.shape == (20, 30, 4)
    assert pixels[5, 5].tolist() == [0, 0, 0, 255]
    assert pixels[5, 20].tolist() == [255, 255, 255, 255]
    assert pixels[5, 1].tolist() == [0, 0, 0, 0]


def test_the_cases_have_several_bands_strips_and_parts_of_cells() -> None:
    several = divided(grid(4, 20, 5, 60, 400), (100, 260))
    assert len(several) > 2
    assert [len(list(band.strips())) for band in several] == [1] * len(several)
    layout = grid(2, 2, 35, 210, 900)
    assert [bottom - top for top, bottom in divided(layout, (16, 400))[0].strips()][:3] == [16] * 3
    assert {band.part(layout) for band in divided(layout, (20, 40))} >= {(0, 0), (140, 140)}  # nothing but padding
    assert len({band.part(layout) for band in divided(layout, (20, 40)) if band.first == 0}) > 3
