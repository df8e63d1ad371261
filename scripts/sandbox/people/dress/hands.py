"""Hands: an open palm raised in greeting, or a card held up with something painted on it."""

from dataclasses import replace
from math import pi

import numpy as np

from scripts.sandbox.people.drawing.canvas import Canvas, Colour
from scripts.sandbox.people.drawing.geometry import Frame, Points, curve, ellipse, moved, ribbon
from scripts.sandbox.people.drawing.light import Light
from scripts.sandbox.people.dress.body import paint_skin
from scripts.sandbox.people.dress.wardrobe import Wardrobe
from scripts.sandbox.people.person import Person

CLOSEST = 0.78  # heads larger than this leave no room for hands in the picture
INKS: tuple[Colour, ...] = ((204, 48, 60), (40, 108, 150), (46, 124, 84), (222, 120, 40), (112, 66, 136))


def paint_hands(w: Wardrobe) -> None:
    """Paint what this person holds up, if anything."""
    if w.who.size > CLOSEST:
        return
    if w.who.gesture == "sign":
        _sign(w)
    elif w.who.gesture == "palm":
        _palm(w)


def _turned(points: Points, x: float, y: float, size: float, turn: float) -> Points:
    c, s = np.cos(turn), np.sin(turn)
    turned: Points = np.asarray(points) @ np.array([[c, s], [-s, c]]) * size + (x, y)
    return turned


def _capsule(points: list[tuple[float, float]], wide: float, tip: float) -> Points:
    """A finger: a stroke along `points` that narrows from `wide` to `tip` and ends round."""
    line = curve(points, steps=6)
    t = np.linspace(0, 1, len(line))
    end = np.sqrt(np.clip(1 - np.clip((t - 0.86) / 0.14, 0, 1) ** 2, 0.02, 1))
    return ribbon(line, (wide + (tip - wide) * t) * end)


def _palm(w: Wardrobe) -> None:
    who, unit = w.who, w.unit
    r = who.chance("palm")
    # The hand goes to the side where there is more room.
    side = 1 if who.x < 0 else -1
    x, y = side * r.uniform(1.42, 1.55), 1.55 + r.uniform(-0.15, 0.2)
    turn, size = side * r.uniform(0.02, 0.22), 0.80

    def at(points: Points) -> Points:
        return w.frame.upright(_turned(np.asarray(points) * (-side, 1), x, y, size, turn))

    sleeve = curve(
        [(-0.50, 0.95), (0.50, 0.95), (0.85, 2.2), (1.0, 4.0), (-0.4, 4.0), (-0.55, 2.2)], closed=True, steps=6
    )
    arm = np.array([(-0.33, 0.2), (0.33, 0.2), (0.36, 1.4), (-0.36, 1.4)])
    flushed = 0.30 if who.darkness < 0.5 else 0.0
    palm_skin = _palm_colour(who)
    paint_skin(w.canvas, w.canvas.shape(at(curve(arm, closed=True, steps=5))), palm_skin, w.light, unit, 0.3)
    fingers = [
        ([(-0.37, -0.10), (-0.47, -0.50), (-0.52, -0.82)], 0.21, 0.16),
        ([(-0.15, -0.22), (-0.18, -0.72), (-0.19, -1.10)], 0.23, 0.17),
        ([(0.09, -0.24), (0.10, -0.78), (0.12, -1.20)], 0.235, 0.175),
        ([(0.32, -0.18), (0.38, -0.66), (0.43, -1.04)], 0.23, 0.17),
    ]
    shapes = [_capsule(points, wide, tip) for points, wide, tip in fingers]
    thumb = _capsule([(0.26, 0.36), (0.54, 0.08), (0.76, -0.16), (0.84, -0.30)], 0.33, 0.19)
    palm = curve(
        [
            (-0.47, -0.16),
            (-0.26, -0.34),
            (0.05, -0.36),
            (0.36, -0.30),
            (0.48, -0.08),
            (0.46, 0.26),
            (0.32, 0.58),
            (-0.26, 0.60),
            (-0.46, 0.30),
        ],
        closed=True,
        steps=5,
    )
    for shape in shapes:
        paint_skin(w.canvas, w.canvas.shape(at(shape)), palm_skin, w.light, unit, 0.10, red=flushed)
    whole = w.canvas.shape([at(palm), at(thumb), *(at(shape) for shape in shapes)])
    base = w.canvas.shape([at(palm), at(thumb)], soft=0.012 * unit)
    paint_skin(w.canvas, base, palm_skin, w.light, unit, 0.22, red=flushed)
    pads: list[tuple[float, float, float, float]] = [
        (0.26, 0.28, 0.17, 0.22),
        (-0.28, 0.28, 0.13, 0.22),
        (0.0, -0.20, 0.36, 0.09),
    ]
    for px, py, rx, ry in pads:
        w.canvas.screen(
            w.canvas.shape(at(ellipse(px, py, rx, ry)), soft=0.07 * unit).within(whole), (140, 92, 80), 0.30
        )
    lines = [
        [(0.44, -0.02), (0.12, 0.02), (-0.02, 0.24), (0.02, 0.52)],
        [(0.42, -0.06), (0.08, -0.02), (-0.20, 0.10), (-0.34, 0.22)],
        [(-0.46, -0.04), (-0.12, -0.06), (0.14, -0.20), (0.20, -0.30)],
    ]
    lines += [
        [(a - 0.09, b), (a, b + 0.015), (a + 0.09, b)]
        for a, b in ((-0.46, -0.48), (-0.18, -0.60), (0.10, -0.64), (0.37, -0.56))
    ]
    marks = [ribbon(at(curve(line, steps=5)), 0.020 * unit) for line in lines]
    w.canvas.multiply(w.canvas.shape(marks, soft=0.008 * unit, fine=4).within(whole), (150, 84, 74), 0.50)
    w.cloth(_turned(sleeve * (-side, 1), x, y, size, turn), w.who.cloth, folds=0.6, depth=0.3)
    cuff = [(-0.50, 1.02), (0.0, 1.10), (0.50, 1.02)]
    seam = ribbon(at(curve(cuff, steps=5)), 0.03 * unit)
    w.canvas.multiply(w.canvas.shape(seam, soft=0.012 * unit), (110, 104, 110), 0.5)


def _palm_colour(who: Person) -> Person:
    """The same person with the lighter skin of a palm."""
    pale, mix = (226, 170, 138), 0.55 * who.darkness
    red, green, blue = (round(a + (b - a) * mix) for a, b in zip(who.skin, pale, strict=True))
    return replace(who, skin=(red, green, blue))


def _heart(size: float) -> Points:
    t = np.linspace(0, 2 * pi, 48, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return np.stack([x, y], 1) / 16 * size


def _drawing(kind: str) -> tuple[list[Points], list[Points]]:
    """Filled outlines and strokes of a small painting round (0, 0)."""
    if kind == "heart":
        return [_heart(0.36)], []
    if kind == "hearts":
        return [moved(_heart(0.27), -0.30, 0.05), moved(_heart(0.20), 0.25, -0.10), moved(_heart(0.13), 0.46, 0.22)], []
    if kind == "star":
        angle = np.arange(10) * pi / 5 - pi / 2
        radius = np.where(np.arange(10) % 2, 0.17, 0.40)
        return [np.stack([np.cos(angle) * radius, np.sin(angle) * radius], 1)], []
    if kind == "sun":
        rays = [
            np.array([(np.cos(a) * 0.27, np.sin(a) * 0.27), (np.cos(a) * 0.42, np.sin(a) * 0.42)])
            for a in np.arange(12) * pi / 6
        ]
        return [ellipse(0, 0, 0.19, 0.19)], rays
    face = np.concatenate([ellipse(0, 0, 0.38, 0.38), ellipse(0, 0, 0.38, 0.38)[:1]])
    grin = curve([(-0.20, 0.08), (-0.11, 0.19), (0.0, 0.23), (0.11, 0.19), (0.20, 0.08)], steps=5)
    return [ellipse(-0.13, -0.10, 0.045, 0.06), ellipse(0.13, -0.10, 0.045, 0.06)], [face, grin]


def _sign(w: Wardrobe) -> None:
    canvas: Canvas = w.canvas
    frame: Frame = w.frame
    light: Light = w.light
    r, unit = w.who.chance("sign"), w.unit
    bottom = float(frame.of_body(np.array([0.0, canvas.height]))[1])
    x, y = r.uniform(-0.25, 0.25), min(3.1, bottom - 0.66)
    turn = r.uniform(-0.10, 0.10)

    def at(points: Points) -> Points:
        return frame.upright(_turned(np.asarray(points), x, y, 1.0, turn))

    wide, high = 0.92, 0.62
    card = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)])
    shadow = canvas.shape(at(moved(card, -0.10 * light.side, 0.10)), soft=0.10 * unit)
    canvas.multiply(shadow, (96, 88, 98), 0.7)
    board: Colour = r.choice(((248, 244, 234), (248, 244, 234), (212, 176, 128), (250, 226, 150), (246, 212, 208)))
    patch = canvas.shape(at(card))
    w.recolour(patch, board, folds=0.0, depth=0.04, level=0.56)
    fills, strokes = _drawing(r.choice(("heart", "heart", "hearts", "star", "sun", "smile")))
    ink = light.tinted(r.choice(INKS), 0.9)
    rings = [at(ring) for ring in fills] + [ribbon(at(line), 0.055 * unit) for line in strokes]
    for ring in rings:  # one at a time: strokes cross without leaving holes
        canvas.fill(canvas.shape(ring, soft=0.006 * unit), ink, 0.92)
    for side in (-1, 1):
        thumb = _capsule(
            [
                (side * (wide + 0.30), high + 0.10),
                (side * (wide + 0.02), high - 0.16),
                (side * (wide - 0.26), high - 0.28),
            ],
            0.30,
            0.20,
        )
        under = canvas.shape(at(moved(thumb, -0.03 * light.side, 0.05)), soft=0.04 * unit).within(patch)
        canvas.multiply(under, (120, 96, 96), 0.7)
        paint_skin(canvas, canvas.shape(at(thumb)), w.who, light, unit, 0.12, red=0.2)
        nail = ellipse(side * (wide - 0.17), high - 0.27, 0.085, 0.06, side * 0.45)
        canvas.screen(canvas.shape(at(nail), soft=0.008 * unit), (150, 110, 106), 0.4)
