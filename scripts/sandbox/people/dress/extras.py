"""Glasses, earrings and freckles."""

import numpy as np
from PIL import Image, ImageChops

from scripts.sandbox.people.drawing.canvas import Canvas, Colour, Patch
from scripts.sandbox.people.drawing.geometry import Frame, Points, curve, ellipse, moved, ribbon
from scripts.sandbox.people.drawing.light import Light
from scripts.sandbox.people.drawing.paint import cast_shadow
from scripts.sandbox.people.face.features import features
from scripts.sandbox.people.person import Person

FRAMES: tuple[Colour, ...] = (
    (38, 34, 38),
    (110, 66, 40),
    (170, 134, 74),
    (150, 46, 52),
    (54, 78, 110),
    (196, 190, 184),
)
# Half the width, half the height, and how square a lens is: 2 is an ellipse, more is squarer.
LENSES = {
    "round": (0.275, 0.265, 2.0),
    "square": (0.305, 0.225, 4.0),
    "cat": (0.305, 0.205, 2.8),
    "aviator": (0.305, 0.270, 2.6),
    "sun": (0.315, 0.245, 3.2),
}


def paint_freckles(canvas: Canvas, who: Person, frame: Frame) -> None:
    """Freckles over nose and cheeks, and now and then a mole."""
    chance = np.random.default_rng([abs(who.seed), 51])
    f = features(who)
    if who.freckles:
        count = int(110 * who.freckles)
        x = chance.normal(0, 0.40, count)
        y = chance.normal(0.36 - 0.12 * np.abs(x), 0.11, count)
        size = chance.uniform(0.006, 0.0155, count)
        dots = [frame.on_face(ellipse(a, b, s, s * 0.85, count=8)) for a, b, s in zip(x, y, size, strict=True)]
        canvas.multiply(canvas.shape(dots, soft=0.003 * frame.unit, fine=3), (172, 106, 74), 0.55)
    if chance.random() < 0.18:
        side = chance.choice((-1, 1))
        spot = ellipse(side * chance.uniform(0.3, 0.6), f.mouth_y - chance.uniform(0.1, 0.35), 0.020, 0.018, count=10)
        canvas.multiply(canvas.shape(frame.on_face(spot), soft=0.004 * frame.unit), (110, 66, 54), 0.8)


def _lens(who: Person, frame: Frame, side: int, grow: float = 0.0) -> Points:
    f = features(who)
    half, high, square = LENSES[who.glasses]
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    cosine, sine = np.cos(angle), np.sin(angle)
    x = np.sign(cosine) * np.abs(cosine) ** (2 / square) * (half + grow)
    y = np.sign(sine) * np.abs(sine) ** (2 / square) * (high + grow)
    if who.glasses == "cat":
        y -= np.clip(x, 0, None) * 0.28 * (y < 0.05)
    if who.glasses == "aviator":
        x *= 1 - 0.16 * np.clip(y / high, 0, 1)
    flat = np.stack([f.eye_x * side * 1.03 + x * side, f.eye_y + 0.035 + y], 1)
    return frame.on_face(flat, 0.14)


def paint_glasses(canvas: Canvas, who: Person, frame: Frame, light: Light, head: Patch) -> None:
    """Glasses on the nose, with their shadow and a reflection in each lens."""
    if not who.glasses:
        return
    r, unit, f = who.chance("glasses"), frame.unit, features(who)
    colour = light.tinted(r.choice(FRAMES[2:3] + FRAMES[5:] if who.glasses == "aviator" else FRAMES), 0.6)
    thick = 0.026 if who.glasses == "aviator" else r.uniform(0.034, 0.056)
    rings, lenses = [], []
    for side in (-1, 1):
        outer, inner = _lens(who, frame, side, thick / 2), _lens(who, frame, side, -thick / 2)
        rings.append(np.concatenate([outer, outer[:1], inner[:1], inner[::-1]]))
        lenses.append(inner)
    bridge = [(-0.15, f.eye_y - 0.015), (0, f.eye_y - 0.055), (0.15, f.eye_y - 0.015)]
    rings.append(ribbon(frame.on_face(curve(bridge, steps=6), 0.17), thick * 0.9 * unit))
    for side in (-1, 1):
        arm = [(side * (f.eye_x + 0.29), f.eye_y - 0.04, 0.80), (side * 0.96 * who.width, f.eye_y - 0.05, 0.15)]
        rings.append(ribbon(frame.place(frame.turned(arm)), thick * 0.85 * unit))
    shape = canvas.shape(rings, soft=0.004 * unit, fine=3)
    cast_shadow(canvas, shape, head, -light.towards[0] * 0.05 * unit, 0.06 * unit, 0.025 * unit, (110, 74, 74), 0.75)
    glass = canvas.shape(lenses, soft=0.004 * unit)
    if who.glasses == "sun":
        canvas.fill(glass, r.choice(((30, 26, 30), (46, 32, 26), (24, 34, 44))), 0.94)
        top = Patch(
            ImageChops.multiply(
                glass.mask,
                Image.linear_gradient("L").transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(glass.mask.size),
            ),
            glass.x,
            glass.y,
        )
        canvas.screen(top, (120, 128, 150), 0.35)
    for side in (-1, 1):
        x, y = f.eye_x * side - 0.10 * light.side, f.eye_y - 0.02
        streak = np.array([(x - 0.05, y + 0.16), (x + 0.07, y - 0.20), (x + 0.15, y - 0.20), (x + 0.03, y + 0.16)])
        shine = canvas.shape(frame.on_face(streak, 0.14), soft=0.015 * unit).within(glass)
        canvas.screen(shine, (255, 255, 255), 0.30 if who.glasses == "sun" else 0.16)
    canvas.fill(shape, colour, 0.96)
    sheen = [ribbon(_lens(who, frame, side, thick * 0.1)[26:44], thick * 0.28 * unit) for side in (-1, 1)]
    canvas.screen(canvas.shape(sheen, soft=0.008 * unit), (255, 246, 236), 0.35)


def paint_earrings(canvas: Canvas, who: Person, frame: Frame, light: Light) -> None:
    """A stud, hoop or drop on each lobe that the turn of the head leaves in sight."""
    if not who.earrings:
        return
    unit, r = frame.unit, who.chance("earrings")
    metal = light.tinted(r.choice(((226, 184, 92), (226, 184, 92), (216, 218, 224))), 0.95)
    stone: Colour = r.choice(((190, 52, 66), (46, 132, 142), (236, 232, 222), (60, 84, 160), (226, 184, 92)))
    for side in (-1, 1):
        if side * frame.yaw > 0.16:
            continue
        x = side * 1.045 * who.width * float(np.cos(frame.yaw)) + 0.04 * float(np.sin(frame.yaw))
        lobe = frame.place((x, 0.50 * who.length - 0.15 * frame.pitch))
        if who.earrings == "hoop":
            wide = r.choice((0.10, 0.16)) * unit
            ring = ellipse(lobe[0], lobe[1] + wide, wide * 0.72, wide)
            inner = ellipse(lobe[0], lobe[1] + wide, wide * 0.72 - 0.026 * unit, wide - 0.026 * unit)
            canvas.fill(canvas.shape(np.concatenate([ring, ring[:1], inner[:1], inner[::-1]]), fine=4), metal)
        elif who.earrings == "drop":
            line = ribbon(np.array([lobe, moved(lobe, 0, 0.12 * unit)]), 0.016 * unit)
            canvas.fill(canvas.shape(line, fine=4), metal)
            _bead(canvas, light, moved(lobe, 0, 0.19 * unit), 0.062 * unit, stone)
        else:
            _bead(canvas, light, lobe, 0.036 * unit, r.choice(((226, 184, 92), (240, 238, 232))))


def _bead(canvas: Canvas, light: Light, at: Points, radius: float, colour: Colour) -> None:
    canvas.fill(canvas.shape(ellipse(at[0], at[1], radius, radius * 1.1, count=20), fine=4), light.tinted(colour, 0.6))
    glint = ellipse(at[0] + radius * 0.3 * light.side, at[1] - radius * 0.35, radius * 0.36, radius * 0.36, count=12)
    canvas.screen(canvas.shape(glint, soft=radius * 0.15, fine=4), (255, 250, 240), 0.85)
