"""The canvas on which cells are mounted."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from wand.api import library
from wand.color import Color
from wand.image import Image

from app.adapters.imaging.saving import BYTES, derivative, png, reduced


class Canvas:
    """A picture of `width`×`height` pixels, transparent where no cell is.

    Takes 8 bytes a pixel, 134 MB for 4096×4096: never keep two.
    """

    def __init__(self, width: int, height: int) -> None:
        with Color("transparent") as nothing:
            self._image = Image(width=width, height=height, background=nothing)

    def __enter__(self) -> "Canvas":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._image.destroy()

    def mount(self, cells: Sequence[bytes], cols: int, size: tuple[int, int], left: int, top: int) -> None:
        """Puts cells (rows of 8-bit RGB, all of one size) side by side, row by row of `cols`.

        `left`, `top`: the first cell's upper left corner; what lies outside the canvas is clipped. The same picture as
        ImageMagick's montage with mode Concatenate, extended to the canvas, without its copies of all cells.
        """
        width, height = size
        for number, cell in enumerate(cells):
            row, col = divmod(number, cols)
            self._put(cell, width, height, left + col * width, top + row * height)

    def _put(self, cell: bytes, width: int, height: int, x: int, y: int) -> None:
        left, right = max(0, -x), min(width, self._image.width - x)
        top, bottom = max(0, -y), min(height, self._image.height - y)
        if left >= right or top >= bottom:
            return
        if (left, right) != (0, width):
            lines = (cell[3 * (line * width + left) : 3 * (line * width + right)] for line in range(top, bottom))
            cell = b"".join(lines)
        else:
            cell = cell[3 * width * top : 3 * width * bottom]
        visible = (x + left, y + top, right - left, bottom - top)
        for channels, pixels in ((b"RGB", cell), (b"A", b"\xff" * (visible[2] * visible[3]))):
            if not library.MagickImportImagePixels(self._image.wand, *visible, channels, BYTES, pixels):
                self._image.raise_exception()

    def png(self) -> bytes:
        """The canvas as PNG: 8 bits, RGBA, sRGB, no metadata."""
        return png(self._image, "rgba")

    def reduced(self, longest_sides: Sequence[int]) -> "list[Reduced]":
        """Copies scaled to each longest side, never enlarged; made on all cores at once.

        Only for a canvas that is full: this drops its transparency.
        """
        self._image.alpha_channel = False
        with ThreadPoolExecutor(len(longest_sides)) as pool:
            return [Reduced(image) for image in pool.map(lambda longest: reduced(self._image, longest), longest_sides)]


class Reduced:
    """A smaller copy of a canvas; encoding it frees it."""

    def __init__(self, image: Image) -> None:
        self._image = image

    def jpeg(self, quality: int) -> bytes:
        """The copy as JPEG: progressive, no metadata."""
        with self._image as image:
            return derivative(image, quality)


def sample() -> tuple[bytes, bytes]:
    """A picture for checks: a PNG of 3×4 pixels, and the same pixels as rows of 8-bit RGB."""
    pixels = bytes(range(36))
    with Canvas(3, 4) as canvas:
        canvas.mount([pixels], 1, (3, 4), 0, 0)
        return canvas.png(), pixels
