"""Cloth round the head: headscarves, turbans and wraps."""

import numpy as np

from scripts.sandbox.people.drawing.canvas import Colour, Patch
from scripts.sandbox.people.drawing.geometry import Points, curve, ellipse, mirrored, ribbon
from scripts.sandbox.people.drawing.paint import Strands, paint_mass
from scripts.sandbox.people.hair.hairdo import Guide, Hairdo


def drape(
    h: Hairdo,
    groups: list[Points],
    colour: Colour,
    *,
    extra: list[Points] | None = None,
    level: float = 0.47,
    folds: float = 1.0,
    count: int = 14,
    depth: float = 0.3,
    shadow: bool = True,
) -> Patch:
    """Cloth between guides, whose folds run along them; or any `extra` outlines."""
    rings = [h.ends(group) for group in groups] + (extra or [])
    patch = h.canvas.shape(rings, soft=0.006 * h.unit)
    strands = []
    for group in groups:
        made = h.strands(group, count, 0.05, jitter=0.0)
        strands.append(Strands(made.lines, made.tones * 1.4, made.widths))
    if shadow:
        h.drop_shadow(patch, 0.6)
    paint_mass(
        h.canvas,
        patch,
        h.light.ramp(colour, gloss=0.04),
        h.light,
        h.unit,
        strands=strands,
        depth=depth,
        form=0.5,
        level=level,
        texture=0.16 * folds,
        smooth=0.022,
    )
    return patch


def solid(
    h: Hairdo, ring: Points, colour: Colour, *, level: float = 0.47, depth: float = 0.3, shadow: bool = True
) -> Patch:
    return drape(h, [], colour, extra=[ring], level=level, depth=depth, shadow=shadow)


def crease(h: Hairdo, points: list[tuple[float, ...]], width: float, alpha: float) -> None:
    mark = ribbon(curve(h.at(points), steps=6), width * h.unit)
    h.canvas.multiply(h.canvas.shape(mark, soft=0.014 * h.unit), (96, 84, 96), alpha)


def _flipped(way: Guide, side: int) -> Guide:
    return [(x * side, *rest) for x, *rest in way]


def hijab_behind(h: Hairdo) -> None:
    half = [(0.0, -1.56), (0.62, -1.44), (1.06, -0.95), (1.16, -0.1), (1.10, 0.8), (1.15, 1.5), (1.5, 2.3), (0, 2.6)]
    solid(
        h,
        h.at(curve(np.concatenate([half, mirrored(half[::-1])[1:-1]]), closed=True, steps=5)),
        h.who.cover,
        level=0.34,
        shadow=False,
    )


def hijab_front(h: Hairdo) -> None:
    side, w, n = h.r.choice((-1, 1)), h.who.width, h.who.length
    y = h.place.hairline - 0.06
    band = h.r.choice(("", "same", "dark"))
    if band:  # an under-scarf shows at the forehead
        inner = [
            (-0.80 * w, -0.35, 0.42),
            (-0.55 * w, y + 0.22, 0.62),
            (0, y + 0.08, 0.8),
            (0.55 * w, y + 0.22, 0.62),
            (0.80 * w, -0.35, 0.42),
        ]
        outer = [
            (0.85 * w, -0.5, 0.35),
            (0.6 * w, y - 0.1, 0.55),
            (0, y - 0.25, 0.7),
            (-0.6 * w, y - 0.1, 0.55),
            (-0.85 * w, -0.5, 0.35),
        ]
        shade = h.who.cover if band == "same" else (52, 46, 54)
        solid(h, np.concatenate([curve(h.at(inner), steps=6), curve(h.at(outer), steps=6)]), shade, level=0.40)

    def half(sign: int, cross: float) -> Points:
        inner: Guide = [
            (0, y, 0.78),
            (0.50 * w, y + 0.12, 0.66),
            (0.82 * w, y + 0.50, 0.40),
            (0.90 * w, 0.15, 0.26),
            (0.84 * w, 0.70 * n, 0.30),
            (0.55 * w, 1.20 * n, 0.45),
            (0.10, 1.44 * n, 0.5),
            (-cross, 1.62 * n, 0.4),
        ]
        middle: Guide = [
            (0, -1.30, 0.4),
            (0.60 * w, -1.22, 0.36),
            (1.00 * w, -0.75, 0.2),
            (1.04 * w, 0.1, 0.1),
            (1.00 * w, 0.85, 0.1),
            (0.80 * w, 1.4, 0.2),
            (0.3, 1.85, 0.2),
            (-cross * 1.2, 2.05, 0.2),
        ]
        outer: Guide = [
            (0, -1.58, 0.0),
            (0.66 * w, -1.46, 0.0),
            (1.08 * w, -0.95, 0.0),
            (1.18 * w, 0.0, 0.0),
            (1.14 * w, 0.9, 0.0),
            (1.16 * w, 1.55, 0.0),
            (1.25, 2.2, 0.0),
            (1.0, 3.0, 0.0),
        ]
        return h.guides(*(_flipped(way, sign) for way in (inner, middle, outer)))

    tail: Guide = [(-0.9, 1.0), (-0.95, 1.6), (-1.1, 2.3), (-1.0, 3.1)]
    chest: Guide = [(0.9, 1.35), (0.7, 1.9), (0.6, 2.6), (0.7, 3.5)]
    drape(
        h,
        [h.guides(_flipped(tail, side), [(0.0, 1.45), (0.0, 1.9), (0.0, 2.7), (0, 3.5)], _flipped(chest, side))],
        h.who.cover,
        level=0.40,
        count=16,
    )
    drape(h, [half(-side, 0.2)], h.who.cover, level=0.45)
    drape(h, [half(-side, 0.2), half(side, 0.75)], h.who.cover, level=0.46)


def _wrap_half(h: Hairdo, sign: int, high: float, wide: float) -> Points:
    y, w = h.place.hairline, h.who.width
    lower: Guide = [
        (-0.14, y - 0.06, 0.8),
        (0.30 * w, y + 0.08, 0.76),
        (0.68 * w, y + 0.30, 0.55),
        (0.94 * w, -0.22, 0.2),
    ]
    middle: Guide = [
        (-0.30, y - 0.45, 0.6),
        (0.35 * w, -1.30, 0.5),
        (0.90 * w, -0.95, 0.25),
        (1.06 * w + wide * 0.5, -0.42, 0.05),
    ]
    upper: Guide = [
        (-0.55, -1.46 - high * 0.94, 0.0),
        (0.25, -1.50 - high, 0.0),
        (0.95 * w + wide * 0.8, -1.15 - high * 0.6, 0.0),
        (1.10 * w + wide, -0.55, 0.0),
    ]
    return h.guides(*(_flipped(way, sign) for way in (lower, middle, upper)))


def turban_front(h: Hairdo) -> None:
    side = h.r.choice((-1, 1))
    under = [
        (-0.30, h.place.hairline + 0.06, 0.8),
        (0, h.place.hairline + 0.02, 0.82),
        (0.30, h.place.hairline + 0.06, 0.8),
        (0, -1.2, 0.5),
    ]
    solid(h, curve(h.at(under), closed=True, steps=5), h.who.cloth, level=0.38)
    drape(h, [_wrap_half(h, -side, 0.38, 0.14)], h.who.cover, level=0.44, folds=1.5, count=9)
    drape(h, [_wrap_half(h, side, 0.42, 0.14)], h.who.cover, level=0.49, folds=1.5, count=9)


def headwrap_front(h: Hairdo) -> None:
    side = h.r.choice((-1, 1))
    for leaf in (-1, 1):  # the ends of the cloth stand up behind the knot
        base, tip = (0.05 * leaf, -1.45), (0.62 * leaf + 0.1 * side, -2.25)
        left: Guide = [base, (base[0] - 0.30 * leaf, -1.9), tip]
        right: Guide = [base, (0.55 * leaf, -1.65), tip]
        drape(h, [h.guides(left, right)], h.who.cover, level=0.42, shadow=False)
    drape(h, [_wrap_half(h, -side, 0.30, 0.10)], h.who.cover, level=0.42, folds=1.3, count=10)
    drape(h, [_wrap_half(h, side, 0.34, 0.10)], h.who.cover, level=0.48, folds=1.3, count=10)
    knot = ellipse(0.02, -1.42, 0.30, 0.24)
    drape(h, [], h.who.cover, extra=[h.at(knot)], level=0.52, depth=0.15)
    crease(h, [(-0.18, -1.5), (0.0, -1.40), (0.2, -1.44)], 0.04, 0.5)
