"""Masses of hair and cloth: one outline, its strands or folds, and light that rounds it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from scripts.sandbox.people.drawing.canvas import Canvas, Colour, Patch
from scripts.sandbox.people.drawing.geometry import Points
from scripts.sandbox.people.drawing.light import Light, pillow


@dataclass
class Strands:
    """Lines (m, n, 2) in pixels, with a tone (m,) from −1 dark to 1 bright and a width (m,) in pixels."""

    lines: Points
    tones: NDArray[np.float64]
    widths: NDArray[np.float64]


def paint_mass(
    canvas: Canvas,
    patch: Patch,
    ramp: NDArray[np.uint8],
    light: Light,
    unit: float,
    *,
    strands: Sequence[Strands] = (),
    feather: Sequence[Strands] = (),
    depth: float = 0.35,
    form: float = 0.5,
    level: float = 0.42,
    texture: float = 0.2,
    smooth: float = 0.006,
    alpha: float = 1.0,
    shades: Image.Image | None = None,
    window: Patch | None = None,
) -> None:
    """Paint a mass with `ramp` (256, 3), from dark where it turns away from the light to bright.

    `depth` (head units): how far from its edge the mass still curves; `form` how much of the light's change
    shows; `level` the tone of what faces the camera; `texture` how strong `strands` are; `feather` strands
    also reach beyond the outline; `shades` (mode L, 128 neutral, any size) darkens or lightens further;
    `window` (of the patch's box) paints only what it covers.
    """
    nx, ny, nz = pillow(patch, depth * unit, max(1, round(unit / 26)))
    facing = light.facing(nx, ny, nz) - light.towards[2]
    tone = np.clip((level + form * facing + 0.10 * (nz - 1)) * 255, 0, 255).astype(np.uint8)
    value = Image.fromarray(tone).resize(patch.mask.size, Image.Resampling.BILINEAR)
    if strands:
        grain = Image.new("L", patch.mask.size, 128)
        pencil = ImageDraw.Draw(grain)
        for group in strands:
            tones = np.clip(128 + 127 * texture * group.tones, 0, 255).astype(int).tolist()
            widths = np.maximum(1, np.round(group.widths)).astype(int).tolist()
            lines = (group.lines - (patch.x, patch.y)).reshape(len(group.lines), -1).tolist()
            for line, ink, width in zip(lines, tones, widths, strict=True):
                pencil.line(line, fill=ink, width=width)
        grain = grain.filter(ImageFilter.GaussianBlur(max(0.5, smooth * unit)))
        value = ImageChops.add(value, grain, 1, -128)
    if shades is not None:
        value = ImageChops.add(value, shades.resize(value.size, Image.Resampling.BICUBIC), 1, -128)
    if feather:
        loose = Image.new("L", patch.mask.size)
        pencil = ImageDraw.Draw(loose)
        for group in feather:
            widths = np.maximum(1, np.round(group.widths)).astype(int).tolist()
            for line, width in zip(
                (group.lines - (patch.x, patch.y)).reshape(len(group.lines), -1).tolist(), widths, strict=True
            ):
                pencil.line(line, fill=190, width=width)
        loose = loose.filter(ImageFilter.GaussianBlur(max(0.5, 0.006 * unit)))
        patch = Patch(ImageChops.lighter(patch.mask, loose), patch.x, patch.y)
    colours = Image.merge("RGB", [value.point(ramp[:, channel].tolist()) for channel in range(3)])
    patch = window or patch
    canvas.cover(patch if alpha >= 1 else patch.faded(alpha), colours)


def cast_shadow(
    canvas: Canvas, caster: Patch, onto: Patch, dx: float, dy: float, blur: float, colour: Colour, alpha: float
) -> None:
    """Darken `onto` where the shadow of `caster`, moved by (dx, dy) pixels and blurred, falls on it."""
    step = max(1, int(blur / 2.5))
    room = Image.new("L", onto.mask.size)
    room.paste(caster.mask, (round(caster.x - onto.x + dx), round(caster.y - onto.y + dy)))
    small = room.resize((max(1, room.width // step), max(1, room.height // step)), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(blur / step)).resize(room.size, Image.Resampling.BILINEAR)
    canvas.multiply(Patch(ImageChops.multiply(soft, onto.mask), onto.x, onto.y), colour, alpha)
