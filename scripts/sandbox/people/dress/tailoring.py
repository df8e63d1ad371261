"""Patterns and details of clothes: stripes, collars, lapels, hoods, ribs and bibs."""

from math import pi

import numpy as np
from PIL import Image, ImageChops

from scripts.sandbox.people.drawing.canvas import Colour, Patch
from scripts.sandbox.people.drawing.geometry import Points, curve, ellipse, moved, ribbon
from scripts.sandbox.people.dress.wardrobe import DENIM, Wardrobe


def pattern(w: Wardrobe, garment: Patch, top: str, colour: Colour) -> None:
    """Stripes, checks, dots or flowers in a second colour, with the garment's own light."""
    up = w.frame.upright
    rings: list[Points] = []
    x = np.linspace(-3.2, 3.2, 24)
    bow = 0.10 * np.cos(x / 3.2 * pi / 2)
    if top in ("stripes", "plaid"):
        step = w.r.uniform(0.26, 0.44)
        thick = step * (0.5 if top == "stripes" else 0.34)
        rings = [up(ribbon(np.stack([x, y + bow * 2], 1), thick)) for y in np.arange(1.7, 5, step)]
    if top == "plaid":
        first = w.canvas.shape(rings, soft=0.01 * w.unit).within(garment).faded(0.6)
        w.recolour(garment, colour, within=_same_box(first, garment))
        y = np.linspace(1.5, 5.2, 12)
        rings = [
            up(ribbon(np.stack([column + 0.06 * np.sin(y), y], 1), thick)) for column in np.arange(-3.1, 3.2, step)
        ]
    elif top == "dots":
        rings = [
            up(ellipse(column * 0.34 + 0.17 * (row % 2), 1.8 + row * 0.24, 0.062, 0.062, count=14))
            for row in range(14)
            for column in range(-9, 10)
        ]
    elif top == "floral":
        for _ in range(70):
            cx, cy, size = w.chance.uniform(-2.9, 2.9), w.chance.uniform(1.9, 5.0), w.chance.uniform(0.05, 0.10)
            turn = w.chance.uniform(0, 1.2)
            rings += [
                up(
                    ellipse(
                        cx + size * np.cos(a + turn),
                        cy + size * np.sin(a + turn),
                        size * 0.72,
                        size * 0.6,
                        a + turn,
                        count=10,
                    )
                )
                for a in np.arange(5) * 2 * pi / 5
            ]
    pattern = w.canvas.shape(rings, soft=0.008 * w.unit).within(garment)
    w.recolour(garment, colour, within=_same_box(pattern.faded(0.6) if top == "plaid" else pattern, garment))


def _same_box(part: Patch, whole: Patch) -> Patch:
    room = Image.new("L", whole.mask.size)
    room.paste(part.mask, (part.x - whole.x, part.y - whole.y))
    return Patch(ImageChops.multiply(room, whole.mask), whole.x, whole.y)


def _collar(w: Wardrobe, _: Patch) -> None:
    colour = DENIM if w.who.top == "denim" else w.who.cloth
    for side in (-1, 1):
        leaf = np.array(
            [(0.06, 2.46), (0.40, 2.08), (0.55, 1.62), (0.66, 1.68), (0.78, 1.92), (0.70, 2.40), (0.52, 2.80)]
        ) * (side, 1)
        wing = np.concatenate([curve(leaf[:6], steps=5), leaf[6:]])
        cast = w.canvas.shape(w.frame.upright(moved(wing, 0, 0.06)), soft=0.035 * w.unit)
        w.canvas.multiply(cast, (110, 100, 110), 0.55)
        w.cloth(wing, colour, folds=0.3, depth=0.07, level=0.50)
    w.line([(0.0, 2.46), (0.02, 3.4), (0.0, 5)], 0.03, (120, 112, 118), 0.6)
    for y in (2.75, 3.3, 3.85):
        button = w.canvas.shape(w.frame.upright(ellipse(0.07, y, 0.035, 0.035, count=14)), soft=0.006 * w.unit)
        w.canvas.screen(button, (190, 186, 178), 0.6)


def _lapels(w: Wardrobe, _: Patch) -> None:
    for side in (-1, 1):
        leaf = np.array(
            [(0.56, 1.66), (0.78, 1.90), (1.02, 2.34), (0.84, 2.52), (0.92, 2.66), (0.10, 3.55), (0.30, 2.7)]
        ) * (side, 1)
        shape = np.concatenate([curve(leaf[:3], steps=5), leaf[3:]])
        cast = w.canvas.shape(w.frame.upright(moved(shape, 0.03 * side, 0.05)), soft=0.04 * w.unit)
        w.canvas.multiply(cast, (110, 100, 110), 0.6)
        w.cloth(shape, w.who.cloth, folds=0.4, depth=0.16, level=0.53)


def _hood(w: Wardrobe, _: Patch) -> None:
    for side in (-1, 1):
        roll = np.array(
            [
                (0.56, 1.60),
                (0.92, 1.74),
                (1.02, 2.06),
                (0.60, 2.42),
                (0.16, 2.56),
                (0.10, 2.36),
                (0.50, 2.16),
                (0.70, 1.90),
            ]
        )
        w.cloth(curve(roll * (side, 1), closed=True, steps=5), w.who.cloth, folds=0.5, depth=0.20, level=0.50)
        cord = curve([(side * 0.24, 2.48), (side * 0.27, 2.9), (side * 0.24, 3.35)], steps=5)
        shape = w.canvas.shape(ribbon(w.frame.upright(cord), 0.05 * w.unit), soft=0.006 * w.unit)
        w.canvas.fill(shape, w.light.tinted((230, 226, 218), 0.7))


def _ribs(w: Wardrobe, garment: Patch) -> None:
    rows = [curve([(x, 1.9), (x * 1.03, 3.2), (x * 1.05, 5)], steps=3) for x in np.arange(-2.8, 2.81, 0.13)]
    ribs = w.canvas.shape([ribbon(w.frame.upright(row), 0.05 * w.unit) for row in rows], soft=0.014 * w.unit)
    w.canvas.multiply(ribs.within(garment), (150, 144, 150), 0.5)


def _roll_neck(w: Wardrobe, _: Patch) -> None:
    wide = 0.66 if w.who.woman else 0.76
    roll = [(-wide, 1.40), (-wide * 1.04, 1.78), (-wide * 0.7, 1.98), (0, 2.06)]
    ring = curve(
        [*roll, *[(-x, y) for x, y in reversed(roll[:-1])], (wide * 0.6, 1.54), (0, 1.60), (-wide * 0.6, 1.54)],
        closed=True,
        steps=5,
    )
    w.cloth(ring, w.who.cloth, folds=0.5, depth=0.2, level=0.52)
    w.line(
        [(-wide, 1.84), (-wide * 0.6, 2.03), (0, 2.10), (wide * 0.6, 2.03), (wide, 1.84)],
        0.06,
        (100, 92, 100),
        0.5,
        0.03,
    )


def _bib(w: Wardrobe, _: Patch) -> None:
    for side in (-1, 1):
        w.cloth(
            np.array([(0.72, 2.0), (1.02, 2.04), (0.98, 3.1), (0.70, 3.1)]) * (side, 1),
            DENIM,
            folds=0.3,
            depth=0.1,
            level=0.5,
        )
    w.cloth(np.array([(-1.08, 3.0), (1.08, 3.0), (1.25, 5.0), (-1.25, 5.0)]), DENIM, folds=0.6)
    w.line([(-1.02, 3.08), (0, 3.10), (1.02, 3.08)], 0.02, (150, 140, 120), 0.7, 0.004)
    for side in (-1, 1):
        w.canvas.fill(w.canvas.shape(w.frame.upright(ellipse(side * 0.85, 3.12, 0.06, 0.06, count=16))), (214, 180, 96))


DETAILS = {
    "shirt": _collar,
    "plaid": _collar,
    "denim": _collar,
    "blazer": _lapels,
    "jacket": _lapels,
    "hoodie": _hood,
    "knit": _ribs,
    "turtleneck": _roll_neck,
    "dungarees": _bib,
}
