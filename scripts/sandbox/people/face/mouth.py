"""Mouths, and the nostrils above them."""

from collections.abc import Callable

import numpy as np

from scripts.sandbox.people.drawing.canvas import Canvas, Colour, scaled
from scripts.sandbox.people.drawing.geometry import Frame, Points, curve, ellipse, mirrored, moved, ribbon
from scripts.sandbox.people.drawing.light import Light
from scripts.sandbox.people.face.features import features
from scripts.sandbox.people.person import Person


def paint_nostrils(canvas: Canvas, who: Person, frame: Frame) -> None:
    """Two soft, dark commas under the tip of the nose."""
    f = features(who)
    for side in (-1, 1):
        hole = ellipse(side * 0.082 * who.nose, f.nose_y + 0.005, 0.040 * who.nose, 0.016, side * -0.35, count=20)
        canvas.multiply(canvas.shape(frame.on_face(hole, 0.16), soft=0.010 * frame.unit, fine=4), (84, 44, 38), 0.8)
        wing = curve(
            [
                (side * 0.185 * who.nose, f.nose_y - 0.095),
                (side * 0.222 * who.nose, f.nose_y - 0.035),
                (side * 0.185 * who.nose, f.nose_y + 0.015),
            ],
            steps=6,
        )
        sweep = np.sin(np.linspace(0.1, np.pi - 0.3, len(wing)))
        mark = ribbon(frame.on_face(wing, 0.12), 0.026 * sweep * frame.unit)
        canvas.multiply(canvas.shape(mark, soft=0.012 * frame.unit, fine=4), (160, 100, 88), 0.5)


def _row(half: list[tuple[float, float]]) -> Points:
    """A curve from the left corner to the right one through `half`, which runs from the middle to the right."""
    right = np.asarray(half, float)
    return curve(np.concatenate([mirrored(right[::-1]), right[1:]]), steps=6)


def paint_mouth(canvas: Canvas, who: Person, frame: Frame, light: Light) -> None:
    """A closed or laughing mouth with lips in the skin's own light."""
    f = features(who)
    unit, w, y, smile, wide = frame.unit, f.mouth_w, f.mouth_y, who.smile, who.mouth_open
    corner = y - 0.012 - 0.07 * smile
    thick = 0.078 * who.lips * (1 - 0.2 * smile)
    sag = y + 0.02 * smile
    gap = 0.20 * wide
    top = _row(
        [(0, sag + 0.006), (0.16 * w / 0.3, sag - 0.006 - 0.01 * smile), (0.7 * w, (sag + corner) / 2), (w, corner)]
    )
    low = _row(
        [(0, sag + 0.006 + gap), (0.5 * w, sag + gap * 0.86), (0.82 * w, (sag + corner) / 2 + gap * 0.45), (w, corner)]
    )
    rise = sag + 0.006 - thick
    upper = _row(
        [(0, rise + 0.016), (0.075, rise), (0.6 * w, (rise + corner) / 2 + 0.004), (w + 0.008, corner - 0.004)]
    )
    fall = sag + gap + 0.006 + thick * 1.25
    lower = _row([(0, fall), (0.45 * w, fall - 0.014), (0.80 * w, (fall * 0.45 + corner * 0.55)), (w + 0.008, corner)])
    tint = _lip_colour(who)
    opaque = 0.9 if who.lipstick else (0.62 if who.woman else 0.5)

    def at(points: Points) -> Points:
        return frame.on_face(points, 0.06)

    lips = canvas.shape(at(np.concatenate([upper, lower[::-1]])), soft=0.012 * unit)
    canvas.multiply(lips, tint, opaque)
    canvas.multiply(canvas.shape(at(np.concatenate([upper, top[::-1]])), soft=0.012 * unit), (190, 140, 140), 0.45)
    if wide:
        _inside(canvas, frame, light, at, top, low, wide)
    sheen = ellipse(-0.03 * -light.side, sag + gap + thick * 0.62, 0.11, 0.020 * who.lips, count=24)
    canvas.screen(canvas.shape(at(sheen), soft=0.016 * unit), (255, 226, 216), 0.30 + 0.15 * who.make_up)
    seam = top
    sweep = 0.35 + 0.65 * np.sin(np.linspace(0, np.pi, len(seam)))
    line = ribbon(at(seam), (0.022 if not wide else 0.014) * sweep * unit)
    canvas.multiply(canvas.shape(line, soft=0.006 * unit, fine=4), (84, 34, 36), 0.85 if not wide else 0.5)
    for side in (-1, 1):
        dimple = ellipse(side * (w + 0.012), corner, 0.024, 0.018, count=16)
        canvas.multiply(canvas.shape(at(dimple), soft=0.014 * unit), (130, 72, 66), 0.55)


def _inside(
    canvas: Canvas, frame: Frame, light: Light, at: Callable[[Points], Points], top: Points, low: Points, wide: float
) -> None:
    """The dark of an open mouth, the tongue low in it, and the upper teeth."""
    unit = frame.unit
    hole = canvas.shape(at(np.concatenate([top, low[::-1]])), soft=0.006 * unit, fine=4)
    canvas.fill(hole, (70, 24, 28))
    middle = low[len(low) // 2]
    tongue = ellipse(0, middle[1] + 0.01, 0.15, 0.075 * wide + 0.01, count=24)
    canvas.fill(canvas.shape(at(tongue), soft=0.02 * unit).within(hole), light.tinted((190, 92, 92), 0.45), 0.9)
    drop = 0.085 + 0.045 * wide
    edge = top * (0.92, 1) + (0, 0)
    x = np.linspace(-1, 1, len(edge))
    edge[:, 1] += drop * (1 - 0.75 * np.abs(x) ** 3)
    teeth = canvas.shape(at(np.concatenate([top, edge[::-1]])), soft=0.007 * unit, fine=4).within(hole)
    canvas.fill(teeth, light.tinted((240, 233, 224), 0.62))
    for side in (-1, 1):  # teeth recede into the cheek's shade
        shade = ellipse(side * abs(top[-1, 0]), top[0, 1] + 0.06, 0.12, 0.14, count=20)
        canvas.multiply(canvas.shape(at(shade), soft=0.04 * unit).within(hole), (120, 70, 66), 0.75)
    lip = np.concatenate([moved(top, 0, -0.03), (moved(top, 0, 0.022))[::-1]])
    canvas.multiply(canvas.shape(at(lip), soft=0.012 * unit).within(hole), (140, 96, 92), 0.7)


def _lip_colour(who: Person) -> Colour:
    """What lips multiply the skin by."""
    if who.lipstick:
        # On dark skin the multiplied colour would vanish: paint is lighter there than skin.
        lift = 1 + 0.25 * who.darkness
        return scaled(who.lipstick, lift, 26)
    bare = (222, 138, 134) if who.darkness < 0.55 else (206, 130, 126)
    return bare
