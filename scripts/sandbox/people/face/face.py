"""A head and its skin: the outline, and the relief of brow, nose, cheeks and chin under one light."""

import numpy as np
from PIL import Image

from scripts.sandbox.people.drawing.canvas import Canvas, Patch
from scripts.sandbox.people.drawing.geometry import Frame, Points, curve
from scripts.sandbox.people.drawing.light import Light, Pixels, screen
from scripts.sandbox.people.drawing.relief import Relief, complexion, sculpt
from scripts.sandbox.people.person import Person

LEFT, TOP, RIGHT, BOTTOM = -1.3, -1.7, 1.3, 1.75
"""The part of the head's plane that the skin's relief is computed for, in head units."""


def outline(who: Person, frame: Frame) -> Points:
    """The head's outline (n, 2) in flat head units; the chin follows the turn of the head."""
    w, n, j, c = who.width, who.length, who.jaw, who.chin
    d = 0.05 * who.mouth_open
    half = [
        (0.50 * w, -1.29, 0.0),
        (0.85 * w, -0.97, 0.0),
        (0.98 * w, -0.48, 0.0),
        (0.985 * w, 0.0, 0.05),
        (0.945 * w + j * 0.4, 0.42 * n, 0.12),
        (0.77 * w + j, 0.82 * n, 0.25),
        ((0.45 + 0.06 * c) * w + j, 1.17 * n + d, 0.42),
        ((0.18 + 0.06 * c) * w, 1.36 * n + d, 0.5),
    ]
    right = [(x, y, z) for x, y, z in half]
    left = [(-x, y, z) for x, y, z in reversed(half)]
    ring = [(0.0, -1.39, 0.0), *right, (0.0, 1.385 * n + d, 0.52), *left]
    return curve(frame.turned(ring), closed=True, steps=7)


def paint_head(canvas: Canvas, who: Person, frame: Frame, light: Light) -> Patch:
    """Paint the bare head and return its patch."""
    ring = outline(who, frame)
    patch = canvas.shape(frame.place(ring))
    fine = float(np.clip(frame.unit / 3.2, 26, 76))  # points of the relief for each head unit
    skin = _skin(who, frame, light, ring, fine)
    canvas.cover(patch, _laid(skin, frame, patch, fine))
    return patch


def _laid(skin: Image.Image, frame: Frame, patch: Patch, fine: float) -> Image.Image:
    """The relief's image (`fine` pixels a head unit) turned and scaled to where the patch is."""
    back = np.linalg.inv(frame.matrix) * fine
    origin = back @ (np.array([patch.x, patch.y]) - (frame.x, frame.y)) - np.array([LEFT, TOP]) * fine
    data = (back[0, 0], back[0, 1], origin[0], back[1, 0], back[1, 1], origin[1])
    smooth = Image.Resampling.BICUBIC if frame.unit > 110 else Image.Resampling.BILINEAR
    return skin.transform(patch.mask.size, Image.Transform.AFFINE, data, smooth)


def _skin(who: Person, frame: Frame, light: Light, ring: Points, fine: float) -> Image.Image:
    """The lit skin of the whole head's plane, without eyes and mouth."""
    x = np.arange(LEFT, RIGHT, 1 / fine, dtype=np.float32)
    y = np.arange(TOP, BOTTOM, 1 / fine, dtype=np.float32)
    nx, ny = _roundness(ring, x, y)
    relief = Relief(frame, x, y)
    sculpt(relief, who)
    down, across = np.gradient(relief.height, 1 / fine)
    nx, ny = nx - across, ny - down
    nz = np.sqrt(np.clip(1 - np.minimum(nx**2 + ny**2, 0.97), 0.06, 1))
    length = 1 / np.sqrt(nx**2 + ny**2 + nz**2)
    # The relief is computed upright; the lamp does not tilt with the head.
    turn = frame.roll
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    nx, ny, nz = (nx * c + ny * s) * length, (ny * c - nx * s) * length, nz * length
    colour = complexion(who, relief)
    lit = light.on_skin(colour, nx, ny, nz, gloss=0.055 + 0.05 * who.darkness)
    lit *= relief.hollow[..., None] ** np.array([0.8, 1.1, 1.2], np.float32)
    return Image.fromarray(screen(lit))


def _roundness(ring: Points, x: Pixels, y: Pixels) -> tuple[Pixels, Pixels]:
    """Sideways and downward slopes (len(y), len(x)) of an egg with the outline `ring`."""
    middle = (ring[:, 0].max() + ring[:, 0].min()) / 2
    sides = []
    for side in (ring[ring[:, 0] >= middle], ring[ring[:, 0] <= middle]):
        order = np.argsort(side[:, 1])
        sides.append(np.interp(y, side[order, 1], side[order, 0]))
    right, left = (np.asarray(side, np.float32)[:, None] for side in sides)
    across = np.clip((2 * x[None] - right - left) / np.maximum(right - left, 0.3), -1.15, 1.15)
    tall = np.clip((y - ring[:, 1].min()) / (ring[:, 1].max() - ring[:, 1].min()) * 2 - 1, -1.1, 1.1)
    nx = np.sign(across) * np.abs(across) ** 1.7 * np.float32(0.93)
    ny = (np.sign(tall) * np.abs(tall) ** 2.1 * np.float32(0.75))[:, None]
    return nx, ny * (1 - np.float32(0.25) * across**2)
