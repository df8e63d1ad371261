"""The montage: rows of cells on a transparent canvas."""

from collections.abc import Sequence
from types import TracebackType

from wand.color import Color
from wand.image import Image

from app.imaging.saving import derivative, png


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

    def place_row(self, cells: Sequence[bytes], cell_width: int, cell_height: int, left: int, top: int) -> None:
        """Joins cells (rows of 8-bit RGB) side by side and puts the row's upper left corner at `left`, `top`.

        What comes to lie outside the canvas is cut off.
        """
        with Image() as row:
            for pixels in cells:
                with Image(blob=pixels, format="rgb", width=cell_width, height=cell_height, depth=8) as one:
                    row.image_add(one)
            with Color("none") as nothing:
                row.background_color = nothing
            row.montage(tile=f"{len(cells)}x1", thumbnail=f"{cell_width}x{cell_height}+0+0", mode="concatenate")
            self._image.composite(row, left=left, top=top, operator="copy")

    def png(self) -> bytes:
        """The whole canvas as PNG: 8 bits, RGBA, sRGB, no metadata."""
        return png(self._image, "rgba")

    def jpeg(self, box: tuple[int, int, int, int], longest: int, quality: int) -> bytes:
        """The part `box` (left, top, width, height) as a derivative with a longest side of at most `longest`."""
        left, top, width, height = box
        with self._image[left : left + width, top : top + height] as part:
            return derivative(part, longest, quality)
