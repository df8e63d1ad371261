"""The formats of a master: what a renderer makes of its rows, and how the file is put together from that."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from app.adapters.imaging.rendering import jpeg, pdf, png, tiff
from app.adapters.imaging.rendering.coding import WHITE, Coding, Colour
from app.adapters.imaging.rendering.tiff import Part

Format = Literal["png", "jpeg", "tiff", "pdf"]


@dataclass(frozen=True)
class Writer:
    """`coding` is for the processes that render, `assemble` makes the parts of the file of what is joined."""

    coding: Coding[Any]
    assemble: Callable[[Iterator[Any]], Iterator[Part]]

    def parts(self, pieces: Iterable[Any]) -> Iterator[Part]:
        """The parts of the file from the pieces of all bands, in order."""
        return self.assemble(self.coding.joined(pieces))


def writer(
    kind: Format,
    size: tuple[int, int],
    background: Colour | None = None,
    dpi: int | None = None,
    millimetres: tuple[float, float] | None = None,
) -> Writer:
    """`size`: width × height in pixels. PNG and TIFF stay transparent where there is no background; others are white.

    `dpi`: the resolution that the file carries, in pixels an inch; `millimetres`: the size of the print. Only a PNG can
    do without both.
    """
    width, height = size
    channels = 3 if background else 4
    strips = Coding(png.compress, channels, background=background or WHITE)
    if kind == "png":
        return Writer(strips, lambda joined: png.assemble(width, height, channels, joined, dpi))
    if dpi is None or millimetres is None:
        raise ValueError(f"a {kind} needs a resolution and a size")
    if kind == "jpeg":
        return Writer(jpeg.coding(background or WHITE), partial(jpeg.assemble, width, height, dpi=dpi))
    if kind == "tiff":
        return Writer(tiff.coding(background), partial(tiff.assemble, width, height, channels, dpi=dpi))
    return Writer(
        Coding(png.compress, 3, background=background or WHITE), partial(pdf.assemble, width, height, millimetres)
    )
