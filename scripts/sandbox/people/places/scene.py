"""A place painted out of focus: flat shapes at a low resolution, blurred in layers, with discs of light."""

import colorsys
from random import Random

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter

from scripts.sandbox.people.drawing.canvas import Colour
from scripts.sandbox.people.drawing.light import Pixels
from scripts.sandbox.people.drawing.noise import clouds


def hsl(hue: float, saturation: float, lightness: float) -> Colour:
    """A colour of `hue` in degrees, `saturation` and `lightness` from 0 to 1."""
    red, green, blue = colorsys.hls_to_rgb(hue / 360 % 1, min(max(lightness, 0), 1), min(max(saturation, 0), 1))
    return (round(red * 255), round(green * 255), round(blue * 255))


class Scene:
    """A backdrop in the making. Places are in thirds of its width: x from 0 to 3, y from 0 (top) to 4."""

    def __init__(self, width: int, height: int, r: Random, chance: Generator) -> None:
        self.size = (width, height)
        step = 2 if width < 500 else 4
        self.width, self.height = max(24, round(width / step)), max(32, round(height / step))
        self.r, self.chance = r, chance
        self.image = Image.new("RGB", (self.width, self.height))
        self.third = max(self.width / 3, self.height / 4)
        self.bright_side = 0.0  # −1 when the place is brighter on the left, 1 on the right
        self.tall = self.height / self.third
        self.wide = self.width / self.third

    def gradient(self, *stops: tuple[float, Colour]) -> None:
        """Fill everything with colours that change from top (0) to bottom (1)."""
        y = np.linspace(0, 1, self.height)
        rows = np.stack([np.interp(y, [s[0] for s in stops], [s[1][c] for s in stops]) for c in range(3)], 1)
        self.image = Image.fromarray(np.repeat(rows[:, None].astype(np.uint8), self.width, axis=1))

    def polygon(self, points: list[tuple[float, float]], colour: Colour) -> None:
        """A flat shape."""
        ImageDraw.Draw(self.image).polygon([(x * self.third, y * self.third) for x, y in points], fill=colour)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        """A flat rectangle."""
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A flat disc."""
        t = self.third
        ring = ((x - radius) * t, (y - radius) * t, (x + radius) * t, (y + radius) * t)
        ImageDraw.Draw(self.image).ellipse(ring, fill=colour)

    def blur(self, radius: float) -> None:
        """Throw all that is painted so far out of focus by `radius` thirds."""
        self.image = self.image.filter(ImageFilter.GaussianBlur(radius * self.third))

    def lit(self, factor: Pixels) -> None:
        """Multiply by `factor` (height, width), 1 leaves a pixel as it is."""
        pixels = np.asarray(self.image, np.float32) * factor[..., None]
        self.image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

    def mottled(self, strength: float, cell: float, stretch: float = 1.0) -> None:
        """Uneven light or surface: lumps of `cell` thirds."""
        lumps = clouds(self.chance, self.width, self.height, max(2, cell * self.third), stretch=stretch)
        self.lit(1 + np.float32(strength) * lumps)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Add light round a place, as a lamp, a window or a low sun does."""
        across = np.exp(-0.5 * ((np.arange(self.width) / self.third - x) / radius) ** 2)
        down = np.exp(-0.5 * ((np.arange(self.height) / self.third - y) / radius) ** 2)
        fall = (strength * np.outer(down, across)).astype(np.float32)[..., None]
        pixels = np.asarray(self.image, np.float32)
        pixels = pixels + (255 - pixels) * fall * (np.array(colour, np.float32) / np.float32(255))
        self.image = Image.fromarray(pixels.astype(np.uint8))

    def bokeh(
        self, colours: list[Colour], count: int, radius: tuple[float, float], top: float, bottom: float, alpha: float
    ) -> None:
        """Lights far behind: translucent discs with a slightly brighter rim, between heights top and bottom."""
        fine = 2
        size = (self.width * fine, self.height * fine)
        self.image = self.image.resize(size, Image.Resampling.BICUBIC)
        for strength in (0.55, 1.0):
            veil = self.image.copy()
            pencil = ImageDraw.Draw(veil)
            mask = Image.new("L", size)
            ink = ImageDraw.Draw(mask)
            for _ in range(count // 2):
                x, y = self.r.uniform(-0.1, self.wide + 0.1), self.r.uniform(top, bottom)
                rad = self.r.uniform(*radius)
                t = self.third * fine
                ring = ((x - rad) * t, (y - rad) * t, (x + rad) * t, (y + rad) * t)
                level = alpha * strength * self.r.uniform(0.35, 1)
                pencil.ellipse(ring, fill=self.r.choice(colours))
                ink.ellipse(
                    ring, fill=int(255 * level * 0.78), outline=int(255 * level), width=max(1, int(rad * t / 9))
                )
            soft = 0.010 * self.third * fine
            mask = mask.filter(ImageFilter.GaussianBlur(max(0.6, soft)))
            self.image.paste(veil, (0, 0), mask)
        self.width, self.height = size
        self.third *= fine

    def finished(self) -> Image.Image:
        """The backdrop at its full size."""
        return self.image.resize(self.size, Image.Resampling.BICUBIC)
