"""Neck, ears and shoulders, all of skin."""

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from scripts.sandbox.people.drawing.canvas import Canvas, Patch
from scripts.sandbox.people.drawing.geometry import Frame, Points, curve, ellipse, moved, ribbon
from scripts.sandbox.people.drawing.light import Light, linear, pillow, screen
from scripts.sandbox.people.person import Person


def paint_skin(
    canvas: Canvas, patch: Patch, who: Person, light: Light, unit: float, depth: float, red: float = 0.0
) -> None:
    """Paint a patch as rounded skin; `red` (0 to 1) is how flushed it is."""
    nx, ny, nz = pillow(patch, depth * unit, max(1, round(unit / 30)))
    skin = linear(who.skin) * np.array([1, 1 - 0.22 * red, 1 - 0.2 * red], np.float32)
    lit = light.on_skin(np.broadcast_to(skin, (*nx.shape, 3)), nx, ny, nz, 0.03)
    canvas.cover(patch, Image.fromarray(screen(lit)))


def shoulders(who: Person) -> float:
    """Half the width of the shoulders, in head units."""
    return (2.05 if who.woman else 2.4) * (0.5 + 0.5 * who.width)


def paint_neck(canvas: Canvas, who: Person, frame: Frame, light: Light) -> Patch:
    """The neck and what a neckline shows of the chest, in the shadow of the chin."""
    wide = 0.54 if who.woman else 0.68
    lean = np.array([0.5 * np.sin(frame.roll), 0.0]) * -1
    half = shoulders(who)
    head = frame.of_body(frame.place((0.0, 0.55)))
    ring: list[ArrayLike] = [
        moved(head, -wide * 0.98, -0.2),
        moved(head, -wide * 0.98, 0.5),
        (-wide * 1.04 + lean[0] * 0.3, 1.62),
        (-wide * 1.35, 1.92),
        (-half * 0.58, 2.20),
        (-half * 0.8, 2.7),
        (-half * 0.8, 4.6),
        (half * 0.8, 4.6),
        (half * 0.8, 2.7),
        (half * 0.58, 2.20),
        (wide * 1.35, 1.92),
        (wide * 1.04 + lean[0] * 0.3, 1.62),
        moved(head, wide * 0.98, 0.5),
        moved(head, wide * 0.98, -0.2),
    ]
    patch = canvas.shape(frame.upright(curve(np.array(ring), closed=True, steps=6)))
    paint_skin(canvas, patch, who, light, frame.unit, 0.42)
    # The chin's shadow: this is what sets the head in front of the neck.
    drop = frame.upright(ellipse(head[0] - 0.22 * light.towards[0], head[1] + 0.72, 0.74, 0.52))
    shadow = canvas.shape(drop, soft=0.12 * frame.unit).within(patch)
    canvas.multiply(shadow, (120, 74, 76), 0.78)
    for side in (-1, 1):  # collar bones
        bone = curve([(side * 0.22, 2.30), (side * 0.7, 2.20), (side * 1.3, 2.12)], steps=6)
        mark = ribbon(frame.upright(bone), 0.06 * frame.unit * np.sin(np.linspace(0.2, np.pi - 0.2, len(bone))))
        canvas.multiply(canvas.shape(mark, soft=0.04 * frame.unit), (170, 120, 110), 0.5)
    return patch


def ear(who: Person, frame: Frame, side: int) -> tuple[Points, Points]:
    """The outline and the inner fold of the ear on one side, in flat head units."""
    n = who.length
    shape = np.array(
        [
            (0.90, 0.50),
            (0.93, 0.10),
            (0.97, -0.08),
            (1.07, -0.12),
            (1.13, -0.02),
            (1.12, 0.18),
            (1.06, 0.34),
            (1.02, 0.48),
            (0.95, 0.52),
        ]
    ) * (who.width, n)
    fold = np.array([(1.00, 0.02), (1.06, -0.06), (1.10, 0.02), (1.085, 0.18), (1.02, 0.30)]) * (who.width, n)
    # Turning away hides one ear behind the cheek; the other stays at the head's edge.
    inward = 0.24 * max(0.0, side * frame.yaw)
    places = []
    for part in (shape, fold):
        flat = curve(part, closed=part is shape, steps=6)
        flat[:, 0] = side * (flat[:, 0] * np.cos(frame.yaw) - inward) + 0.04 * np.sin(frame.yaw)
        flat[:, 1] += 0.02 - 0.15 * frame.pitch
        places.append(flat)
    return places[0], places[1]


def paint_ears(canvas: Canvas, who: Person, frame: Frame, light: Light) -> None:
    """Both ears, to be half covered by the head."""
    for side in (-1, 1):
        shape, fold = ear(who, frame, side)
        patch = canvas.shape(frame.place(shape))
        paint_skin(canvas, patch, who, light, frame.unit, 0.10, red=0.6)
        mark = ribbon(frame.place(fold), 0.045 * frame.unit)
        canvas.multiply(canvas.shape(mark, soft=0.016 * frame.unit).within(patch), (150, 84, 76), 0.7)
