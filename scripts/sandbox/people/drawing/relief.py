"""The relief of a face (brow, nose, cheeks, chin, folds) and the colours of its skin."""

from itertools import pairwise
from math import ceil, hypot

import numpy as np
from numpy.typing import NDArray

from scripts.sandbox.people.drawing.geometry import Frame, curve
from scripts.sandbox.people.drawing.light import Pixels, linear
from scripts.sandbox.people.drawing.noise import clouds
from scripts.sandbox.people.face.features import features
from scripts.sandbox.people.person import Person


class Relief:
    """A sheet of height, colour and hollows over the head's plane, made of soft bumps."""

    def __init__(self, frame: Frame, x: Pixels, y: Pixels) -> None:
        self.frame, self.x, self.y = frame, x, y
        self.height: Pixels = np.zeros((len(y), len(x)), np.float32)
        self.hollow: Pixels = np.ones((len(y), len(x)), np.float32)  # 1 open to the light, 0 not at all

    def bump(self, x: float, y: float, rx: float, ry: float, lift: float = 0.0) -> Pixels:
        """A soft bump round the face's (x, y), `rx` × `ry` large; turned with the head."""
        at_x, at_y = self.frame.facial((x, y), lift)
        across = np.exp(-0.5 * ((self.x - at_x) / rx) ** 2).astype(np.float32)
        down = np.exp(-0.5 * ((self.y - at_y) / ry) ** 2).astype(np.float32)
        return np.outer(down, across)

    def fold(self, points: list[tuple[float, float]], width: float) -> Pixels:
        """A soft line along `points` of the face."""
        # Close enough for the bumps along the line to melt into one.
        span = sum(hypot(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(points))
        steps = max(2, ceil(span / (0.5 * width * (len(points) - 1))))
        line = self.frame.facial(curve(points, steps=steps))
        total = np.zeros_like(self.height)
        for x, y in line:
            across = np.exp(-0.5 * ((self.x - x) / width) ** 2).astype(np.float32)
            down = np.exp(-0.5 * ((self.y - y) / width) ** 2).astype(np.float32)
            np.maximum(total, np.outer(down, across), out=total)
        return total


def sculpt(on: Relief, who: Person) -> None:
    """Raise brow, nose, cheeks, mouth and chin; sink the eyes."""
    f = features(who)
    h, old = on.height, max(0.0, (who.age - 38) / 40)
    smile = who.smile
    h += 0.05 * on.bump(0, f.brow_y, 0.5, 0.10)
    h += 0.05 * on.bump(0, f.hairline + 0.3, 0.4, 0.25)
    nose, base = who.nose, f.nose_y
    # The nose: a ridge that widens and rises towards its tip, then the ball of the tip and the two wings.
    along = np.clip((on.y - f.brow_y) / (base - 0.06 - f.brow_y), -0.3, 1.5)
    rise = np.clip(along, 0, 1) ** 1.3 * (1 / (1 + np.exp((on.y - base - on.frame.pitch * 0.9 + 0.03) / 0.065)))
    middle = np.float32(on.frame.facial((0.0, f.brow_y))[0]) * (1 - np.clip(along, 0, 1))
    middle = middle + np.float32(on.frame.facial((0.0, base), 0.28)[0]) * np.clip(along, 0, 1)
    spread = (0.075 + 0.055 * np.clip(along, 0, 1) ** 1.5) * nose
    h += 0.155 * rise[:, None] * np.exp(-0.5 * ((on.x[None] - middle[:, None]) / spread[:, None]) ** 2)
    h += 0.066 * on.bump(0, base - 0.075, 0.10 * nose, 0.09, 0.28)
    for side in (-1, 1):
        h += 0.060 * on.bump(side * 0.165 * nose, base - 0.035, 0.06, 0.065, 0.16)
        on.hollow *= 1 - 0.13 * on.bump(side * 0.235 * nose, base - 0.02, 0.035, 0.06, 0.1)
        h -= 0.085 * on.bump(side * f.eye_x * 0.93, f.eye_y - 0.03, 0.22, 0.13)
        h += 0.035 * on.bump(side * f.eye_x, f.eye_y + 0.01, 0.13, 0.09)
        on.hollow *= 1 - 0.20 * on.bump(side * f.eye_x * 0.82, f.eye_y - 0.09, 0.2, 0.09)
        h += (0.07 + 0.05 * smile) * on.bump(side * 0.55, 0.42 - 0.05 * smile, 0.23, 0.19)
        h -= 0.03 * on.bump(side * 0.62, 0.85, 0.2, 0.2)
        line = [(side * 0.25 * nose, base - 0.04), (side * 0.36, 0.66), (side * (f.mouth_w + 0.1), f.mouth_y)]
        fold = on.fold(line, 0.045)
        h -= (0.004 + 0.012 * smile + 0.016 * old) * fold
        on.hollow *= 1 - (0.03 + 0.07 * smile + 0.10 * old) * fold
        on.hollow *= 1 - (0.05 + 0.09 * smile) * on.bump(side * (f.mouth_w + 0.06), f.mouth_y - 0.05, 0.05, 0.07)
        if old > 0.1:
            bag = [(side * 0.22, f.eye_y + 0.15), (side * 0.4, f.eye_y + 0.21), (side * 0.58, f.eye_y + 0.14)]
            h -= 0.008 * old * on.fold(bag, 0.03)
            on.hollow *= 1 - 0.13 * old * on.fold(bag, 0.032)
    h += 0.05 * on.bump(0, f.mouth_y + 0.02, 0.30, 0.16)
    h -= 0.045 * on.bump(0, f.mouth_y + 0.19, 0.18, 0.05)
    h += 0.06 * on.bump(0, 1.18 * who.length, 0.19, 0.12)
    on.hollow *= 1 - 0.20 * on.bump(0, f.mouth_y + 0.19, 0.17, 0.045)
    on.hollow *= 1 - 0.12 * on.bump(0, base + 0.045, 0.13 * nose, 0.045, 0.1)
    h -= 0.010 * on.bump(0, f.mouth_y - 0.15, 0.035, 0.08, 0.05)
    if old > 0.15:
        for row in range(2):
            y = f.brow_y - 0.22 - 0.15 * row
            crease = on.fold([(-0.42, y + 0.03), (-0.15, y - 0.01), (0.15, y), (0.42, y + 0.03)], 0.022)
            h -= 0.006 * old * crease
            on.hollow *= 1 - 0.09 * old * crease


def complexion(who: Person, on: Relief) -> NDArray[np.float32]:
    """The skin's own colour (linear, (h, w, 3)): redder cheeks, nose and chin, slightly uneven."""
    f = features(who)
    chance = np.random.default_rng([abs(who.seed), 11])
    blush = sum(on.bump(side * 0.58, 0.43, 0.24, 0.17) for side in (-1, 1))
    red = 0.55 * blush + 0.45 * on.bump(0, f.nose_y - 0.06, 0.16, 0.12, 0.25) + 0.25 * on.bump(0, 1.2, 0.25, 0.15)
    red = red * np.float32((1 - 0.6 * who.darkness) * (0.8 + 0.7 * who.make_up))
    red += 0.10 * clouds(chance, len(on.x), len(on.y), len(on.x) / 7)
    shade = 0.035 * clouds(chance, len(on.x), len(on.y), len(on.x) / 4)
    base = linear(who.skin)
    tint = np.array([0.08, -0.26, -0.20], np.float32)
    if not who.woman:  # a shaved chin is a little greyer
        jaw = np.clip((on.y - 0.55) / 0.4, 0, 1)[:, None] * np.float32(0.10 * (1 - 0.5 * who.darkness))
    else:
        jaw = np.zeros((len(on.y), 1), np.float32)
    grey = np.array([-1.0, -0.75, -0.5], np.float32)
    left, right = (on.bump(side * f.eye_x, f.eye_y + 0.03, 0.2, 0.13) for side in (-1, 1))
    mauve = np.array([-0.10, -0.17, -0.10], np.float32)
    all_tints = red[..., None] * tint + shade[..., None] + jaw[..., None] * grey + (left + right)[..., None] * mauve
    tinted: NDArray[np.float32] = base * (1 + all_tints)
    return tinted
