"""Curls, afros, puffs, braids and locs."""

import numpy as np

from scripts.sandbox.people.drawing.geometry import Points, curve, ellipse, mirrored, ribbon
from scripts.sandbox.people.drawing.paint import Strands, paint_mass
from scripts.sandbox.people.hair.hairdo import Hairdo


def curly_behind(h: Hairdo) -> None:
    low = h.r.uniform(1.2, 2.2)
    half = [
        (0.0, -1.62),
        (0.75, -1.48),
        (1.28, -0.95),
        (1.50, -0.1),
        (1.58, 0.8),
        (1.45, low - 0.2),
        (0.9, low),
        (0.0, low),
    ]
    ring = curve(np.concatenate([half, mirrored(half[::-1])[1:-1]]), closed=True, steps=5)
    h.curls([h.at(ring)], 0.15, level=0.26)


def curly_front(h: Hairdo) -> None:
    y, low = h.place.hairline, h.r.uniform(1.0, 1.8)
    p = h.r.choice((0.0, 0.2, -0.2))
    rings = []
    for side in (-1, 1):
        ring = [
            (p * side, y + 0.05, 0.8),
            (0.50, y + 0.12, 0.7),
            (0.84, -0.28, 0.4),
            (0.92, 0.25, 0.25),
            (1.0, 0.8, 0.1),
            (1.02, low, 0.0),
            (1.40, low - 0.1, 0.0),
            (1.46, 0.6, 0.0),
            (1.38, -0.3, 0.0),
            (1.12, -1.08, 0.0),
            (0.55, -1.58, 0.0),
            (p * side, -1.62, 0.0),
        ]
        rings.append(h.at(curve([(x * side, b, z) for x, b, z in ring], closed=True, steps=4)))
    h.curls(rings, 0.135, shadow=True, level=0.40)


def _afro_ring(h: Hairdo, size: float) -> Points:
    half = [
        (0.0, -1.42 - size),
        (0.70, -1.36 - size * 0.8),
        (1.12 + size * 0.55, -0.85 - size * 0.3),
        (1.16 + size * 0.8, -0.2),
        (1.02 + size * 0.45, 0.32),
        (0.7, 0.5),
        (0, 0.5),
    ]
    return curve(np.concatenate([half, mirrored(half[::-1])[1:-1]]), closed=True, steps=6)


def _afro_size(h: Hairdo) -> float:
    return h.who.chance("afro").uniform(0.30, 0.62) if h.who.woman else h.who.chance("afro").uniform(0.10, 0.36)


def afro_behind(h: Hairdo) -> None:
    h.curls([h.at(_afro_ring(h, _afro_size(h)))], 0.10, level=0.32)


def afro_front(h: Hairdo) -> None:
    size = _afro_size(h)
    inner = curve(h.frame.turned(h.hairline(0.02, 0.06, 0.02)), steps=6)
    outer = curve(h.skull(size * 0.55, size * 0.35, 0.05), steps=6)
    h.curls([h.frame.place(np.concatenate([inner, outer[::-1]]))], 0.085, level=0.41, shadow=True)


def cropped_front(h: Hairdo) -> None:
    """Short curls on top, close sides."""
    h.cap(0.02, 0.02, sides=0.16, level=0.33, texture=0.7)
    inner = curve(h.frame.turned(h.hairline(0.0, 0.02, -0.3)[1:-1]), steps=6)
    outer = curve(h.skull(0.22, 0.10, -0.45)[1:-1], steps=6)
    h.curls([h.frame.place(np.concatenate([inner, outer[::-1]]))], 0.12, level=0.44, shadow=True)


def puffs_behind(h: Hairdo) -> None:
    size = h.r.uniform(0.44, 0.58)
    h.curls([h.at(ellipse(side * 0.86, -1.42, size, size)) for side in (-1, 1)], 0.10, level=0.37)


def _way(h: Hairdo, s: float, low: float, before: bool) -> Points:
    """A rope's way (n, 2) in pixels from the head down to `low`; `s` from −1 (left) to 1 (right)."""
    side, end = (-1 if s < 0 else 1), low + h.r.uniform(-0.3, 0.2)
    out, x = abs(s), s * 1.32
    way = [(s * 0.9, -1.2), (x, -0.4), (x * 1.02, 0.5), (x * 1.04, 1.3), (x, end)]
    if before:
        x = side * (0.90 + 0.42 * out) * h.who.width
        way = [
            (side * (0.35 + 0.35 * out), -1.08 + 0.3 * out),
            (side * (0.72 + 0.28 * out), -0.84),
            (x, -0.45),
            (x + side * 0.05, 0.5),
            (x + h.r.uniform(-0.05, 0.05), 1.3),
            (x - side * 0.04, end),
        ]
    return h.at(curve(way, steps=9))


def _ropes(h: Hairdo, count: int, thick: float, low: float, before: bool) -> None:
    """Braids or locs: ropes that hang from the head, `before` the shoulders or behind them."""
    for layer in range(2):
        rings: list[Points] = []
        marks: list[Strands] = []
        for number in range(count):
            s = (number + 0.5) / count * 2 - 1 + h.r.uniform(-0.04, 0.04)
            line = _way(h, s, low, before)
            length = len(line)
            width = thick * h.unit * np.linspace(1, 0.75, length) * np.clip(np.linspace(6, 0.35, length), 0, 1)
            width = width * (1 + 0.08 * np.sin(np.arange(length) * 2.4))
            ring = ribbon(line, width)
            rings.append(ring)
            left, right = ring[:length], ring[length:][::-1]
            edge = 0.18 * thick * h.unit
            sides = np.stack([left * 0.95 + right * 0.05, left * 0.05 + right * 0.95, left * 0.55 + right * 0.45])
            marks.append(Strands(sides, np.array([-1.9, -1.9, 0.7]), np.full(3, edge)))
            # The turns of a braid: short strokes from edge to edge that dip in the middle.
            turns = np.stack([left[1:-2:2], (line[2:-1:2] + line[3::2]) / 2, right[1:-2:2]], 1)
            tones = h.chance.uniform(-1.0, -0.3, len(turns))
            marks.append(Strands(turns, tones, np.full(len(turns), 0.022 * h.unit)))
        mass = h.canvas.shape(rings, soft=0.006 * h.unit)
        if before:
            h.drop_shadow(mass, 0.3)
        level = (0.32 if layer == 0 else 0.45) - (0.0 if before else 0.08)
        paint_mass(
            h.canvas,
            mass,
            h.ramp,
            h.light,
            h.unit,
            strands=marks,
            depth=0.07,
            form=0.6,
            level=level,
            texture=h.texture,
        )


def braids_behind(h: Hairdo) -> None:
    _ropes(h, 17, 0.17, 2.2, before=False)


def braids_front(h: Hairdo) -> None:
    _ropes(h, 8, 0.15, h.r.uniform(1.5, 2.3), before=True)
    h.cap(0.08, 0.07, sides=-0.2, count=60, width=0.05, texture=1.3, level=0.38)


def locs_behind(h: Hairdo) -> None:
    _ropes(h, 13, 0.22, 1.3, before=False)


def locs_front(h: Hairdo) -> None:
    _ropes(h, 8, 0.19, h.r.uniform(0.7, 1.4), before=True)
    h.cap(0.12, 0.10, sides=-0.2, count=50, width=0.07, texture=1.3, level=0.38)
