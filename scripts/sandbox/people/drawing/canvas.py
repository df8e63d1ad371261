"""The picture while it is painted: crisp, antialiased shapes filled with smooth colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from scripts.sandbox.people.drawing.geometry import Points

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""


def scaled(colour: Colour, by: float, plus: float = 0.0) -> Colour:
    """`colour` times `by`, `plus` so much for each channel, no brighter than white."""
    red, green, blue = (min(255, round(channel * by + plus)) for channel in colour)
    return (red, green, blue)


@lru_cache(maxsize=101)
def _scaled(percent: int) -> list[int]:
    return [v * percent // 100 for v in range(256)]


@dataclass
class Patch:
    """A mask (mode L) and where its upper left pixel lies in the picture."""

    mask: Image.Image
    x: int
    y: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, upper, right, lower in the picture."""
        return (self.x, self.y, self.x + self.mask.width, self.y + self.mask.height)

    def faded(self, alpha: float) -> "Patch":
        """The same patch, `alpha` (0 to 1) as strong."""
        return Patch(self.mask.point(_scaled(round(alpha * 100))), self.x, self.y)

    def within(self, other: "Patch") -> "Patch":
        """The part of this patch that `other` covers."""
        room = Image.new("L", self.mask.size)
        room.paste(other.mask, (other.x - self.x, other.y - self.y))
        return Patch(ImageChops.multiply(self.mask, room), self.x, self.y)


class Canvas:
    """A picture of `width` × `height` pixels that patches are painted on."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.width, self.height = image.size
        self.body = Image.new("L", image.size)  # what is covered so far: the person without the backdrop

    def shape(self, outlines: Sequence[Points] | Points, soft: float = 0.0, pad: float = 0.0, fine: int = 0) -> Patch:
        """A mask of closed `outlines` (each (n, 2), pixels), its edge blurred by `soft` pixels.

        Drawn `fine` times too large and reduced, which is what makes edges smooth; 0 chooses by size.
        """
        rings = [outlines] if isinstance(outlines, np.ndarray) else list(outlines)
        low = np.min([ring.min(axis=0) for ring in rings], axis=0) - (2.5 * soft + pad + 1)
        high = np.max([ring.max(axis=0) for ring in rings], axis=0) + (2.5 * soft + pad + 1)
        x0, y0 = max(0, floor(low[0])), max(0, floor(low[1]))
        x1, y1 = min(self.width, ceil(high[0])), min(self.height, ceil(high[1]))
        width, height = max(1, x1 - x0), max(1, y1 - y0)
        if not fine:
            fine = 4 if width * height < 10_000 else 2
        mask = Image.new("L", (width * fine, height * fine))
        pencil = ImageDraw.Draw(mask)
        for ring in rings:
            pencil.polygon(((ring - (x0, y0)) * fine).ravel().tolist(), fill=255)
        mask = mask.reduce(fine)
        if soft > 0.75:  # less is what reducing has done already
            mask = mask.filter(ImageFilter.GaussianBlur(soft))
        return Patch(mask, x0, y0)

    def fill(self, patch: Patch, colour: Colour, alpha: float = 1.0) -> None:
        """Cover the patch with one colour."""
        mask = patch.mask if alpha >= 1 else patch.faded(alpha).mask
        self.image.paste(colour, patch.box, mask)

    def cover(self, patch: Patch, colours: Image.Image) -> None:
        """Cover the patch with an image of its box (any size: it is scaled to the box)."""
        if colours.size != patch.mask.size:
            colours = colours.resize(patch.mask.size, Image.Resampling.BICUBIC)
        self.image.paste(colours, patch.box, patch.mask)
        self.body.paste(255, patch.box, patch.mask)

    def multiply(self, patch: Patch, colour: Colour, alpha: float = 1.0) -> None:
        """Tint the patch, as shadow, make-up and thin paint do: what is below keeps its shading."""
        # Multiplying by a paler colour is what a fainter mask would do, and cheaper.
        red, green, blue = (round(255 - alpha * (255 - channel)) for channel in colour)
        below = self.image.crop(patch.box)
        above = ImageChops.multiply(below, Image.new("RGB", below.size, (red, green, blue)))
        self.image.paste(above, patch.box, patch.mask)

    def screen(self, patch: Patch, colour: Colour, alpha: float = 1.0) -> None:
        """Lighten the patch, as a reflection does."""
        red, green, blue = (round(alpha * channel) for channel in colour)
        below = self.image.crop(patch.box)
        above = ImageChops.screen(below, Image.new("RGB", below.size, (red, green, blue)))
        self.image.paste(above, patch.box, patch.mask)
