"""Beards, from a day's stubble to a full one."""

import numpy as np
from PIL import ImageChops

from scripts.sandbox.people.drawing.canvas import Patch
from scripts.sandbox.people.drawing.geometry import Points, curve, mirrored
from scripts.sandbox.people.drawing.paint import Strands, paint_mass
from scripts.sandbox.people.hair.hairdo import Hairdo


def _round_chin(h: Hairdo, low: float, cheek: float) -> Points:
    """The outline (n, 2), in pixels, of hair from ear to ear round the mouth's sides and the chin."""
    w, n, j = h.who.width, h.who.length, h.who.jaw
    f = h.place
    drop = 0.05 * h.who.mouth_open
    outer = [
        (0.935 * w, -0.02),
        (0.935 * w, 0.42 * n),
        ((0.79 * w + j), 0.84 * n),
        (0.53 * w + j, (1.19 + low) * n + drop),
        (0.26 * w, (1.37 + low * 1.5) * n + drop),
        (0.0, (1.40 + low * 1.8) * n + drop),
    ]
    inner = [
        (0.0, f.mouth_y + 0.02),
        (f.mouth_w * 0.9, f.mouth_y - 0.16),
        (0.52, 0.66 + cheek),
        (0.76 * w, 0.40 + cheek),
        (0.87 * w, 0.0),
    ]
    right_outer = h.frame.turned([(x, y, 0.45 * min(1, max(0, y))) for x, y in outer])
    left_outer = h.frame.turned([(-x, y, 0.45 * min(1, max(0, y))) for x, y in outer])
    right_inner, left_inner = h.frame.facial(inner), h.frame.facial(mirrored(inner))
    ring = np.concatenate([right_outer, left_outer[::-1][1:], left_inner[::-1], right_inner[1:]])
    return h.frame.place(curve(ring, closed=True, steps=5))


def _lip_gap(h: Hairdo) -> Points:
    f = h.place
    high, low = f.mouth_y - 0.10 * h.who.lips, f.mouth_y + 0.22 * h.who.mouth_open + 0.13 * h.who.lips
    w = f.mouth_w + 0.03
    ring = [
        (-w, f.mouth_y - 0.07 * h.who.smile),
        (-w * 0.5, high + 0.02),
        (0, high + 0.03),
        (w * 0.5, high + 0.02),
        (w, f.mouth_y - 0.07 * h.who.smile),
        (w * 0.55, low),
        (0, low + 0.02),
        (-w * 0.55, low),
    ]
    return h.frame.on_face(curve(ring, closed=True, steps=5), 0.06)


def _moustache(h: Hairdo) -> Points:
    f = h.place
    y = f.nose_y + 0.085
    lip = f.mouth_y - 0.055 * h.who.lips
    w = f.mouth_w + 0.05
    droop = f.mouth_y - 0.03 * h.who.smile
    ring = [
        (0, y + 0.01),
        (0.13, y),
        (0.26, y + 0.06),
        (w * 0.98, lip - 0.02),
        (w * 1.02, droop + 0.02),
        (w * 0.75, lip + 0.035),
        (0.14, lip + 0.025),
        (0, lip),
    ]
    return h.frame.on_face(curve(np.concatenate([ring, mirrored(ring[::-1])[1:-1]]), closed=True, steps=5), 0.06)


def paint_beard(h: Hairdo) -> None:
    """Paint this person's beard over the bare face, and leave the mouth free."""
    kind, unit = h.who.beard, h.unit
    if not kind:
        return
    if kind == "stubble":
        shade = h.canvas.shape([_round_chin(h, -0.03, 0.02), _moustache(h)], soft=0.06 * unit)
        shade = _without(h, shade, _lip_gap(h), 0.03)
        if h.head:
            shade = shade.within(h.head)
        h.canvas.multiply(shade, (128, 112, 112), 0.5)
        return
    low, cheek = {
        "short": (0.0, 0.04),
        "full": (0.10 + 0.14 * h.r.random(), 0.0),
        "goatee": (0.02, 0),
        "moustache": (0, 0),
    }[kind]
    rings = [_moustache(h)]
    if kind in ("short", "full"):
        rings.append(_round_chin(h, low, cheek))
    elif kind == "goatee":
        f = h.place
        w = f.mouth_w
        ring = [
            (w + 0.06, f.mouth_y),
            (w + 0.02, f.mouth_y + 0.25),
            (0.22, 1.36 * h.who.length),
            (0, 1.43 * h.who.length),
        ]
        full = curve(np.concatenate([ring, mirrored(ring[::-1])[1:], [(0, f.mouth_y)]]), closed=True, steps=5)
        rings.append(h.frame.on_face(full))
    patch = _without(
        h, h.canvas.shape(rings, soft=(0.026 if kind == "short" else 0.024) * unit, pad=0.05 * unit), _lip_gap(h), 0.016
    )
    middle = h.frame.on_face((0.0, h.place.nose_y))
    count = 300 if kind != "moustache" else 80
    x0, y0, x1, y1 = patch.box
    roots = h.chance.uniform((x0, y0), (x1, y1), (count, 2))
    away = (roots - middle) / unit
    tips = roots + np.stack([away[:, 0] * 0.05, 0.10 + 0 * away[:, 1]], 1) * unit * h.chance.uniform(
        0.7, 1.5, (count, 1)
    )
    bend = (roots + tips) / 2 + h.chance.normal(0, 0.02 * unit, (count, 2))
    lines = np.stack([roots, bend, tips], 1)
    strands = Strands(lines, h.chance.normal(0, 0.9, count), np.full(count, 0.014 * unit))
    paint_mass(
        h.canvas,
        patch,
        h.ramp,
        h.light,
        unit,
        strands=[strands],
        depth=0.22,
        form=0.5,
        level=0.36,
        texture=0.12,
        alpha=0.78 if kind == "short" else 0.94,
    )


def _without(h: Hairdo, patch: Patch, gap: Points, soft: float) -> Patch:
    """`patch` with the mouth left out."""
    hole = h.canvas.shape(gap, soft=soft * h.unit)
    x, y = hole.x - patch.x, hole.y - patch.y
    mask = patch.mask.copy()
    part = mask.crop((x, y, x + hole.mask.width, y + hole.mask.height))
    mask.paste(ImageChops.multiply(part, ImageChops.invert(hole.mask)), (x, y))
    return Patch(mask, patch.x, patch.y)
