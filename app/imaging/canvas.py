"""The montage: rows of cells on a transparent canvas."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from wand.color import Color
from wand.image import Image

from app.imaging.saving import derivatives, png


class Row:
    """Cells (rows of 8-bit RGB, all of one size) joined side by side. Lives until it is placed."""

    def __init__(self, cells: Sequence[bytes], width: int, height: int) -> None:
        """`width`, `height`: of one cell."""
        self.image = Image()
        for pixels in cells:
            with Image(blob=pixels, format="rgb", width=width, height=height, depth=8) as one:
                self.image.image_add(one)
        with Color("none") as nothing:
            self.image.background_color = nothing
        self.image.montage(tile=f"{len(cells)}x1", thumbnail=f"{width}x{height}+0+0", mode="concatenate")


class Canvas:
    """A picture of `width`×`height` pixels that grows row by row, transparent where nothing has been placed."""

    def __init__(self, width: int, height: int) -> None:
        with Color("transparent") as nothing:
            self._image = Image(width=width, height=height, background=nothing)

    def __enter__(self) -> "Canvas":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._image.destroy()

    def place(self, row: "Row", left: int, top: int) -> None:
        """Puts a row's upper left corner at `left`, `top`; what comes to lie outside the canvas is cut off."""
        with row.image as image:
            self._image.composite(image, left=left, top=top, operator="copy")

    def encode(
        self, box: tuple[int, int, int, int], longest_sides: Sequence[int], quality: int
    ) -> tuple[bytes, list[bytes]]:
        """The whole canvas as PNG (8 bits, RGBA, sRGB, no metadata), and derivatives of the part `box`.

        `box`: left, top, width, height. `longest_sides`: one derivative for each. A core makes the PNG while another
        makes the JPEGs.
        """
        left, top, width, height = box
        with self._image[left : left + width, top : top + height] as part, ThreadPoolExecutor(1) as pool:
            jpegs = pool.submit(derivatives, part, longest_sides, quality)
            return png(self._image, "rgba"), jpegs.result()
