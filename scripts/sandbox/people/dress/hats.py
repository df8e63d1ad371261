"""Beanies, caps, sunhats and felt hats, and the hair that shows under them."""

import numpy as np

from scripts.sandbox.people.drawing.canvas import Colour
from scripts.sandbox.people.drawing.geometry import curve, ellipse
from scripts.sandbox.people.dress.scarves import crease, solid
from scripts.sandbox.people.hair.hairdo import Hairdo
from scripts.sandbox.people.hair.long import long_front, wavy_front

STRAW: Colour = (224, 192, 134)


def _beanie_front(h: Hairdo) -> None:
    y, w = h.place.hairline + 0.14, h.who.width
    dome = [
        (-1.06 * w, -0.62),
        (-1.10 * w, -1.05),
        (-0.72, -1.58),
        (0.0, -1.78),
        (0.72, -1.58),
        (1.10 * w, -1.05),
        (1.06 * w, -0.62),
        (0.5, y - 0.1),
        (-0.5, y - 0.1),
    ]
    solid(h, h.at(curve(dome, closed=True, steps=6)), h.who.cover, level=0.45, depth=0.4)
    for s in np.linspace(-0.9, 0.9, 13):
        crease(h, [(s * 0.35, -1.72 + 0.2 * s * s), (s * 0.85, -1.35), (s * 1.08 * w, -0.75)], 0.035, 0.40)
    if h.r.random() < 0.4:
        solid(h, h.at(ellipse(0.0, -1.92, 0.28, 0.26)), h.who.cloth2, level=0.5, shadow=False)
    lower = [
        (-1.02 * w, -0.32, 0.05),
        (-0.72 * w, y + 0.18, 0.5),
        (0.0, y + 0.02, 0.86),
        (0.72 * w, y + 0.18, 0.5),
        (1.02 * w, -0.32, 0.05),
    ]
    upper = [
        (1.12 * w, -0.74, 0.0),
        (0.76 * w, y - 0.24, 0.45),
        (0.0, y - 0.38, 0.8),
        (-0.76 * w, y - 0.24, 0.45),
        (-1.12 * w, -0.74, 0.0),
    ]
    cuff = np.concatenate([curve(h.at(lower), steps=6), curve(h.at(upper), steps=6)])
    solid(h, cuff, h.who.cover, level=0.51, depth=0.16)
    for low, high in zip(curve(np.asarray(lower), steps=5), curve(np.asarray(upper)[::-1], steps=5), strict=True):
        crease(h, [tuple(low), tuple(high)], 0.03, 0.35)


def cap_front(h: Hairdo) -> None:
    y, w = h.place.hairline, h.who.width
    h.cap(0.02, 0.02, sides=0.15, level=0.33, texture=0.7)
    dome = [
        (-1.03 * w, -0.50),
        (-1.07 * w, -0.95),
        (-0.70, -1.48),
        (0.0, -1.62),
        (0.70, -1.48),
        (1.07 * w, -0.95),
        (1.03 * w, -0.50),
        (0.55, y + 0.12),
        (-0.55, y + 0.12),
    ]
    solid(h, h.at(curve(dome, closed=True, steps=6)), h.who.cover, level=0.46, depth=0.4)
    turn = 0.5 * np.sin(h.frame.yaw)
    for s in (-0.55, 0.0, 0.55):
        crease(h, [(turn * 0.4, -1.6), (s * 0.8 + turn, -1.3), (s + turn * 1.2, y - 0.05)], 0.02, 0.4)
    h.canvas.fill(h.canvas.shape(h.at(ellipse(turn * 0.3, -1.62, 0.08, 0.045))), h.light.tinted(h.who.cover, 0.5))
    badge = h.canvas.shape(
        h.frame.place(h.frame.turned(np.c_[ellipse(0, y - 0.30, 0.19, 0.15), np.full(40, 0.85)])), soft=0.008 * h.unit
    )
    h.canvas.fill(badge, h.light.tinted(h.who.cloth2, 0.75))
    brim = [
        (-0.92 * w, -0.52, 0.35),
        (-0.5, y + 0.04, 0.8),
        (0, y - 0.04, 0.9),
        (0.5, y + 0.04, 0.8),
        (0.92 * w, -0.52, 0.35),
        (0.80 * w, -0.40, 0.9),
        (0.45, -0.36, 1.25),
        (0, -0.36, 1.35),
        (-0.45, -0.36, 1.25),
        (-0.80 * w, -0.40, 0.9),
    ]
    solid(h, curve(h.at(brim), closed=True, steps=6), h.who.cover, level=0.50, depth=0.14)


def _brimmed(h: Hairdo, colour: Colour, high: float, wide: float, band: Colour) -> None:
    y, w = h.place.hairline, h.who.width
    brim = h.at(ellipse(0.10 * np.sin(h.frame.yaw), y + 0.10, wide, 0.36))
    h.drop_shadow(h.canvas.shape(brim), 0.7)
    solid(h, brim, colour, level=0.40, depth=0.2, shadow=False)
    crown = [
        (-0.98 * w, y + 0.08),
        (-0.92 * w, y - 0.45),
        (-0.74, -1.40 - high),
        (-0.25, -1.50 - high),
        (0.0, -1.42 - high),
        (0.25, -1.50 - high),
        (0.74, -1.40 - high),
        (0.92 * w, y - 0.45),
        (0.98 * w, y + 0.08),
        (0.5, y + 0.22),
        (0, y + 0.26),
        (-0.5, y + 0.22),
    ]
    solid(h, h.at(curve(crown, closed=True, steps=6)), colour, level=0.48, depth=0.4, shadow=False)
    dent = h.canvas.shape(h.at(ellipse(0.0, -1.36 - high, 0.20, 0.16)), soft=0.06 * h.unit)
    h.canvas.multiply(dent, (120, 108, 112), 0.5)
    low = [(-0.985 * w, y + 0.06), (-0.5, y + 0.20), (0, y + 0.24), (0.5, y + 0.20), (0.985 * w, y + 0.06)]
    top = [(0.94 * w, y - 0.16), (0.5, y - 0.03), (0, y + 0.01), (-0.5, y - 0.03), (-0.94 * w, y - 0.16)]
    solid(
        h,
        np.concatenate([curve(h.at(low), steps=6), curve(h.at(top), steps=6)]),
        band,
        level=0.46,
        depth=0.3,
        shadow=False,
    )
    front = ellipse(0.10 * np.sin(h.frame.yaw), y + 0.10, wide, 0.36)
    half = front[(front[:, 1] > y + 0.10)]
    half = half[np.argsort(half[:, 0])]
    back = half * (1, 0) + np.stack(
        [0 * half[:, 0], y + 0.12 + 0.16 * np.sqrt(np.clip(1 - (half[:, 0] / (1.0 * w)) ** 2, 0, 1))], 1
    )
    solid(h, h.at(np.concatenate([half, back[::-1]])), colour, level=0.52, depth=0.12, shadow=False)


def sunhat_front(h: Hairdo) -> None:
    (long_front if h.r.random() < 0.5 else wavy_front)(h)
    _brimmed(h, STRAW if h.r.random() < 0.7 else h.who.cover, 0.12, 1.85, h.who.cloth)


def fedora_front(h: Hairdo) -> None:
    h.cap(0.02, 0.02, sides=0.2, level=0.33, texture=0.7)
    _brimmed(h, h.r.choice(((92, 74, 60), (60, 60, 66), STRAW, (120, 104, 88))), 0.22, 1.48, (44, 38, 40))


def beanie_with_hair(h: Hairdo) -> None:
    if h.who.woman:
        (wavy_front if h.r.random() < 0.5 else long_front)(h)
    else:
        h.cap(0.0, 0.02, sides=0.2, level=0.33, texture=0.7)
    _beanie_front(h)
