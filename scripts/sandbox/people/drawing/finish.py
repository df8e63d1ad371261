"""What the camera adds: a lens's falloff, a film's colours, grain."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from scripts.sandbox.people.drawing.light import Light
from scripts.sandbox.people.person import Person

TILE = 512  # pixels: grain repeats after so many, shifted from picture to picture


@lru_cache(maxsize=2)
def _grain(fine: bool) -> NDArray[np.int8]:
    """A tile (TILE, TILE, 3) of grain that meets itself at its edges.

    Small pictures keep every pixel's own noise; in large ones it spreads over neighbours, as cameras' noise
    reduction leaves it.
    """
    chance = np.random.default_rng(2000)
    shared = chance.standard_normal((TILE, TILE, 1))
    own = chance.standard_normal((TILE, TILE, 3))
    noise = 0.75 * shared + 0.66 * own
    if not fine:
        noise = np.sum([np.roll(noise, (dy, dx), (0, 1)) for dy in (0, 1) for dx in (0, 1)], 0) / 2
    return np.round(noise * (1.65 if fine else 2.6)).astype(np.int8)


def rimmed(image: Image.Image, bare: Image.Image, body: Image.Image, light: Light) -> Image.Image:
    """`image` with light from behind on the edges of `body` (mode L), who stands before the `bare` backdrop.

    The edge away from the lamp shines a little, and the backdrop's brightness spills over every edge, as it
    does in a lens.
    """
    step = 2 if image.width > 500 else 3
    size = (max(1, image.width // step), max(1, image.height // step))
    body = body.resize(size, Image.Resampling.BOX)
    wide = body.filter(ImageFilter.GaussianBlur(size[0] / 90))
    moved = Image.new("L", size)
    moved.paste(wide, (round(light.side * size[0] / 70), round(size[1] / 180)))
    edge = ImageChops.multiply(ImageChops.subtract(body, moved), body)
    margin = max(2, size[0] // 50)  # the picture's own border is not an edge of anybody
    inner = Image.new("L", size)
    inner.paste(255, (margin, margin, size[0] - margin, size[1]))
    edge = ImageChops.multiply(edge, inner)
    spill = ImageChops.multiply(ImageChops.invert(wide), body)
    back = bare.resize((size[0] // 4, size[1] // 4), Image.Resampling.BOX).filter(
        ImageFilter.GaussianBlur(size[0] / 60)
    )
    glow = ImageChops.multiply(back.resize(size, Image.Resampling.BILINEAR), Image.merge("RGB", (spill,) * 3))
    rim = Image.merge("RGB", [edge.point([min(255, int(v * c * 0.34)) for v in range(256)]) for c in light.rim])
    added = ImageChops.add(glow.point([v // 5 for v in range(256)] * 3), rim)
    return ImageChops.screen(image, added.resize(image.size, Image.Resampling.BILINEAR))


def finished(image: Image.Image, who: Person, width: int, height: int) -> Image.Image:
    """`image` with vignette and grain, at `width` × `height` pixels."""
    chance = np.random.default_rng([abs(who.seed), 5])
    image = ImageEnhance.Color(image).enhance(1.07).point(_film())
    image = _vignetted(image, float(chance.uniform(0.10, 0.30)))
    fine = image.size == (width, height)
    if not fine:
        image = image.resize((width, height), Image.Resampling.BICUBIC)
    dy, dx = (int(start) for start in chance.integers(0, TILE, 2))
    if max(width, height) < TILE:
        tile = _grain(fine)[dy % (TILE - height) :, dx % (TILE - width) :]
    else:
        tile = np.roll(_grain(fine), (dy, dx), (0, 1))
    pixels = np.asarray(image).astype(np.int16)
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            part = pixels[top : top + TILE, left : left + TILE]
            part += tile[: part.shape[0], : part.shape[1]]
    return Image.fromarray(np.clip(pixels, 0, 255, out=pixels).astype(np.uint8))


@lru_cache(maxsize=1)
def _film() -> list[int]:
    """A film's curve for each channel: slightly deeper shadows, slightly brighter lights."""
    v = np.linspace(0, 1, 256)
    curve = v + 0.10 * np.sin(2 * np.pi * (v - 0.5)) / np.pi
    return [round(255 * float(x)) for x in np.clip(0.012 + 0.988 * curve, 0, 1)] * 3


def _vignetted(image: Image.Image, strength: float) -> Image.Image:
    """`image` a little darker towards its corners."""
    y = np.linspace(-1, 1, 40)[:, None]
    x = np.linspace(-1, 1, 30)[None]
    fall = 1 - strength * np.clip((x**2 + y**2) - 0.35, 0, None) ** 1.3 / 1.9
    mask = Image.fromarray((255 * fall).astype(np.uint8)).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(image, Image.merge("RGB", (mask, mask, mask)))
