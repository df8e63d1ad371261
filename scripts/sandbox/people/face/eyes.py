"""Eyes, lashes and brows."""

import numpy as np

from scripts.sandbox.people.drawing.canvas import Canvas, Colour, Patch, scaled
from scripts.sandbox.people.drawing.geometry import Frame, Points, between, curve, ellipse, moved, ribbon
from scripts.sandbox.people.drawing.light import Light
from scripts.sandbox.people.face.features import Features, features
from scripts.sandbox.people.person import Person

# For each shape of eye: how high the upper lid and how low the lower lid lie, how far the outer corner rises,
# how far above the lid its crease is, and how dark that crease; lengths in head units.
SHAPES = {
    "almond": (0.110, 0.060, 0.022, 0.050, 0.42),
    "round": (0.128, 0.070, 0.008, 0.050, 0.40),
    "hooded": (0.098, 0.060, 0.004, 0.026, 0.50),
    "monolid": (0.090, 0.058, 0.030, 0.075, 0.10),
}
SMALL = 80  # heads of fewer pixels (half their width) have no room for an eye's finest details
LASHES: Colour = (34, 22, 20)


def paint_eyes(canvas: Canvas, who: Person, frame: Frame, light: Light) -> None:
    """Paint both eyes, their lids and their brows on a painted head."""
    place = features(who)
    gaze = who.chance("gaze")
    look = (gaze.uniform(-0.012, 0.012) - 0.05 * who.yaw, gaze.uniform(-0.006, 0.006))
    for side in (-1, 1):
        if who.closed_eyes:
            _laughing(canvas, who, frame, place, side)
        else:
            _open(canvas, who, frame, light, place, side, look)
        _brow(canvas, who, frame, light, place, side)


def _lids(who: Person, place: Features, side: int) -> tuple[Points, Points]:
    """The upper and lower lid's edge from the inner to the outer corner, in the face's plane."""
    high, low, lift, _, _ = SHAPES[who.eye_shape]
    half = 0.235 if who.woman else 0.220
    squint = 0.30 * max(0.0, who.smile - 0.3)
    old = max(0.0, who.age - 45) / 40
    high *= (1.20 if who.woman else 1.06) * (1 - 0.4 * squint) * (1 - 0.18 * old)
    low *= 1.1 - 0.9 * squint
    upper = [(-1, 0.018), (-0.62, -0.70 * high), (-0.08, -high), (0.52, -0.76 * high - lift * 0.4), (1, -lift)]
    lower = [(-1, 0.018), (-0.55, 0.70 * low), (0.1, low), (0.62, 0.62 * low - lift * 0.4), (1, -lift)]
    lids = []
    for lid in (upper, lower):
        points = curve([(x * half, y) for x, y in lid], steps=8)
        points[:, 0] = place.eye_x * side + points[:, 0] * side
        points[:, 1] += place.eye_y
        lids.append(points)
    return lids[0], lids[1]


def _open(
    canvas: Canvas,
    who: Person,
    frame: Frame,
    light: Light,
    place: Features,
    side: int,
    look: tuple[float, float],
) -> None:
    upper, lower = _lids(who, place, side)
    unit = frame.unit
    almond = frame.on_face(np.concatenate([upper, lower[::-1]]))
    opening = canvas.shape(almond, soft=0.008 * unit, fine=4)
    canvas.fill(opening, light.tinted((232, 224, 220), 0.52))
    middle = np.array([place.eye_x * side + look[0], place.eye_y - 0.026 + look[1]])
    radius = 0.124

    def disc(dx: float, dy: float, r: float, squash: float = 1.0) -> Points:
        return frame.on_face(ellipse(middle[0] + dx, middle[1] + dy, r, r * squash, count=28))

    def within(points: Points, soft: float) -> Patch:
        return canvas.shape(points, soft=soft * unit, fine=4).within(opening)

    dark = scaled(who.eyes, 0.38)
    glow = scaled(who.eyes, 1.35, 14)
    canvas.fill(within(disc(0, 0, radius), 0.007), light.tinted(dark, 0.7))
    canvas.fill(within(disc(0, 0.006, radius * 0.84), 0.014), light.tinted(who.eyes, 0.85))
    canvas.fill(within(disc(-0.02 * light.side, 0.045, radius * 0.52, 0.75), 0.022), light.tinted(glow, 0.95), 0.8)
    canvas.fill(within(disc(0, 0, radius * 0.45), 0.006), (14, 9, 10))
    # The upper lid and its lashes shade the eyeball, which seats it under the lid.
    shadow = np.concatenate([moved(upper, 0, -0.03), (moved(upper, 0, 0.038))[::-1]])
    canvas.multiply(within(frame.on_face(shadow), 0.018), (96, 74, 78), 0.85)
    spark = disc(0.040 * light.side, -0.044, 0.030)
    canvas.fill(canvas.shape(spark, soft=0.004 * unit, fine=4), (255, 252, 246), 0.95)
    _lid_lines(canvas, who, frame, upper, lower, side)
    if unit < SMALL:
        return
    canvas.fill(canvas.shape(disc(-0.04 * light.side, 0.045, 0.013), soft=0.004 * unit, fine=4), (240, 240, 240), 0.5)
    corner = frame.on_face(ellipse(upper[0, 0] + 0.012 * side, upper[0, 1], 0.018, 0.012))
    canvas.multiply(canvas.shape(corner, soft=0.005 * unit), (214, 140, 130), 0.6)
    below = ribbon(frame.on_face(moved(lower[1:-1], 0, 0.022)), 0.020 * unit)
    canvas.screen(canvas.shape(below, soft=0.010 * unit, fine=4), (120, 92, 84), 0.22)


def _lid_lines(canvas: Canvas, who: Person, frame: Frame, upper: Points, lower: Points, side: int) -> None:
    unit = frame.unit
    _, _, _, crease, darkness = SHAPES[who.eye_shape]
    count = len(upper)
    taper = np.linspace(0.25, 1.0, count) * np.minimum(1, np.linspace(6, 0.9, count))
    thick = (0.030 + 0.022 * who.make_up) if who.woman else 0.026
    line = upper.copy()
    if who.woman:
        line[-4:, 0] += side * np.linspace(0, 0.035, 4)
        line[-4:, 1] -= np.linspace(0, 0.030 + 0.015 * who.make_up, 4)
    lash = ribbon(frame.on_face(line - (0, 0.006)), thick * taper * unit)
    if who.make_up > 0.35:
        shade = np.concatenate([moved(upper, 0, -crease * 1.5), upper[::-1]])
        colour = who.chance("eye shadow").choice(((150, 90, 90), (120, 84, 110), (110, 90, 76), (150, 104, 80)))
        canvas.multiply(canvas.shape(frame.on_face(shade), soft=0.03 * unit), colour, 0.42 * who.make_up)
    fold = upper[2:] * (1.0, 1.0) + (0, -crease)
    fold[:, 1] -= crease * 0.35 * np.sin(np.linspace(0.3, np.pi, len(fold)))
    sweep = np.sin(np.linspace(0.15, np.pi - 0.25, len(fold)))
    canvas.multiply(
        canvas.shape(ribbon(frame.on_face(fold), 0.026 * sweep * unit), soft=0.010 * unit, fine=4),
        (112, 66, 58),
        darkness * 1.3,
    )
    canvas.fill(canvas.shape(lash, soft=0.005 * unit, fine=4), LASHES, 0.92)
    under = ribbon(frame.on_face(lower[3:]), 0.014 * unit)
    canvas.multiply(canvas.shape(under, soft=0.006 * unit, fine=4), (120, 76, 66), 0.5 + 0.3 * who.make_up)


def _laughing(canvas: Canvas, who: Person, frame: Frame, place: Features, side: int) -> None:
    """An eye shut by laughing: one arc, and small creases at its outer end."""
    x = np.array([-0.20, -0.11, 0.0, 0.11, 0.20])
    arc = np.stack([place.eye_x * side + x * side, place.eye_y + 0.03 - 0.085 * (1 - (x / 0.2) ** 2)], axis=1)
    line = curve(arc, steps=6)
    lid = np.concatenate([moved(line, 0, -0.07), line[::-1]])
    canvas.multiply(canvas.shape(frame.on_face(lid), soft=0.03 * frame.unit), (196, 140, 126), 0.45)
    sweep = 0.3 + 0.7 * np.sin(np.linspace(0.2, np.pi - 0.2, len(line)))
    stroke = ribbon(frame.on_face(line), (0.036 + 0.016 * who.make_up) * sweep * frame.unit)
    canvas.fill(canvas.shape(stroke, soft=0.006 * frame.unit, fine=4), LASHES, 0.9)
    for rise in (-0.03, 0.03):
        start = arc[-1] + (0.03 * side, rise * 0.4)
        crease = curve([start, moved(start, 0.05 * side, rise * 0.5), moved(start, 0.10 * side, rise)], steps=4)
        mark = ribbon(frame.on_face(crease), 0.014 * frame.unit)
        canvas.multiply(canvas.shape(mark, soft=0.007 * frame.unit, fine=4), (150, 96, 84), 0.5)


def _brow(canvas: Canvas, who: Person, frame: Frame, light: Light, place: Features, side: int) -> None:
    """A brow of single hairs that lie along it, dense in the middle and thin at its end."""
    r = who.chance("brow")
    arch, drop = r.uniform(0.015, 0.055), r.uniform(0.0, 0.05)
    raised = r.choice((0.0, 0.0, 0.02, 0.035)) + 0.015 * who.smile
    x = np.array([0.17, 0.30, 0.45, 0.58, 0.68]) * (place.eye_x / 0.405)
    y = place.brow_y - raised + np.array([0.035, -0.005, -arch, -arch * 0.4 + drop * 0.5, 0.05 + drop])
    spine = curve(np.stack([x * side, y], axis=1), steps=8)
    t = np.linspace(0, 1, len(spine))
    thick = 0.088 * who.brows * np.minimum(1, 0.55 + 2.2 * t) * np.minimum(1, 1.9 * (1.06 - t))
    dark = scaled(who.hair, 0.62, 6)
    if sum(who.hair) > 480 and who.age < 50:
        dark = scaled(who.hair, 0.55)
    if who.style in ("hijab", "turban", "headwrap") or (max(who.hair) - min(who.hair) > 110 and who.darkness > 0.3):
        dark = (44, 32, 30)
    colour = light.tinted(dark, 0.75)
    bed = ribbon(frame.on_face(spine), thick * 0.86 * frame.unit)
    canvas.fill(canvas.shape(bed, soft=0.020 * frame.unit), colour, 0.66)
    chance = np.random.default_rng([abs(who.seed), 21])
    edges = np.stack([spine - np.stack([0 * t, thick / 2], 1), spine + np.stack([0 * t, thick / 2], 1)])
    count = 30 if frame.unit > SMALL else 12
    hairs = []
    starts = chance.uniform(0, 0.86, count)
    rows = between(edges, chance.uniform(0.05, 0.95, count))
    for start, row in zip(starts, rows, strict=True):
        first = int(start * (len(row) - 1))
        piece = row[first : first + 6].copy()
        piece[:, 1] += np.linspace(0.012, -0.020, len(piece)) * (1 - start)
        if len(piece) > 2:
            hairs.append(ribbon(frame.on_face(piece), np.linspace(0.013, 0.004, len(piece)) * frame.unit))
    canvas.fill(canvas.shape(hairs, soft=0.003 * frame.unit, fine=3), colour, 0.8)
