"""Curves, and the frame that carries a head's own coordinates to the picture.

Head coordinates: the head's half-width is 1, x to the picture's right, y down, z towards the camera; the
origin lies midway between the top of the skull (y = −1.38) and the chin (y = 1.36).
"""

from functools import lru_cache
from math import cos, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

BODY, RISE = 0.93, -0.04
Points = NDArray[np.float64]
"""Points of a plane, (…, n, 2), or of space, (…, n, 3)."""


def curve(points: ArrayLike, *, closed: bool = False, steps: int = 8) -> Points:
    """A Catmull-Rom curve through `points` (…, n, 2): `steps` points for every stretch between two."""
    through = np.asarray(points, float)
    made: Points = _catmull_rom(through.shape[-2], closed, steps) @ through
    return made


@lru_cache(maxsize=256)
def _catmull_rom(count: int, closed: bool, steps: int) -> NDArray[np.float64]:
    """The matrix (points out, `count`) that turns points into the curve through them."""
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    weights = 0.5 * np.hstack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3])
    stretches = count if closed else count - 1
    matrix = np.zeros((stretches * steps + (not closed), count))
    for stretch in range(stretches):
        for neighbour in range(4):
            at = stretch + neighbour - 1
            column = at % count if closed else min(max(at, 0), count - 1)
            matrix[stretch * steps : (stretch + 1) * steps, column] += weights[:, neighbour]
    if not closed:
        matrix[-1, -1] = 1
    return matrix


def ribbon(points: ArrayLike, widths: ArrayLike) -> Points:
    """The outline (2n, 2) of a stroke along `points` (n, 2) that is `widths` (n,) or one width thick."""
    line = np.asarray(points, float)
    across = np.empty_like(line)
    across[1:-1] = line[2:] - line[:-2]
    across[0], across[-1] = line[1] - line[0], line[-1] - line[-2]
    across = across[:, ::-1] * (-1.0, 1.0)
    across /= np.maximum(np.hypot(across[:, 0], across[:, 1]), 1e-9)[:, None]
    half = across * (np.broadcast_to(np.asarray(widths, float), len(line)) / 2)[:, None]
    return np.concatenate([line + half, (line - half)[::-1]])


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0, count: int = 40) -> Points:
    """The outline (count, 2) of an ellipse round (x, y), turned by `turn` radians."""
    circle = _circle(count)
    dx, dy = rx * circle[0], ry * circle[1]
    return np.stack([x + dx * cos(turn) - dy * sin(turn), y + dx * sin(turn) + dy * cos(turn)], axis=1)


@lru_cache(maxsize=32)
def _circle(count: int) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)])


def between(guides: ArrayLike, at: NDArray[np.float64]) -> Points:
    """Curves between `guides` (k, n, 2): one for each of `at` (m,), 0 the first guide and 1 the last."""
    guide = np.asarray(guides, float)
    place = np.clip(at, 0, 1) * (len(guide) - 1)
    below = np.minimum(place.astype(int), len(guide) - 2)
    part = (place - below)[:, None, None]
    made: Points = guide[below] * (1 - part) + guide[below + 1] * part
    return made


def moved(points: ArrayLike, dx: float, dy: float) -> Points:
    """`points` (…, 2) further right by `dx` and further down by `dy`."""
    made: Points = np.asarray(points, float) + np.array([dx, dy])
    return made


def mirrored(points: ArrayLike) -> Points:
    """`points` on the other side of the face."""
    flipped = np.array(points, float)
    flipped[..., 0] *= -1
    return flipped


class Frame:
    """Where a head stands in the picture, how large, and which way it is turned.

    `x`, `y` and `unit` (the head's half-width) are in pixels; `yaw` > 0 looks to the picture's right, `pitch`
    > 0 down, `roll` > 0 tilts the top of the head to the right; all in radians.
    """

    def __init__(self, x: float, y: float, unit: float, yaw: float, pitch: float, roll: float) -> None:
        self.x, self.y, self.unit = x, y, unit
        self.yaw, self.pitch, self.roll = yaw, pitch, roll
        self.matrix = unit * np.array([[cos(roll), sin(roll)], [-sin(roll), cos(roll)]])

    def turned(self, points: ArrayLike) -> Points:
        """Points of space (…, 3) after the head's turn and nod, seen flat (…, 2)."""
        p = np.asarray(points, float)
        x = p[..., 0] * cos(self.yaw) + p[..., 2] * sin(self.yaw)
        z = p[..., 2] * cos(self.yaw) - p[..., 0] * sin(self.yaw)
        y = p[..., 1] * cos(self.pitch) + z * sin(self.pitch)
        return np.stack([x, y], axis=-1)

    def facial(self, points: ArrayLike, lift: float = 0.0) -> Points:
        """Points of the face as seen from the front (…, 2), laid on its curved surface and turned."""
        p = np.asarray(points, float)
        bulge = 1 - (p[..., 0] / 1.12) ** 2 - (p[..., 1] / 1.6) ** 2
        z = 0.95 * np.sqrt(np.clip(bulge, 0, 1)) + lift
        return self.turned(np.stack([p[..., 0], p[..., 1], z], axis=-1))

    def place(self, points: ArrayLike) -> Points:
        """Flat head coordinates (…, 2) as pixels of the picture."""
        return np.asarray(points, float) @ self.matrix.T + (self.x, self.y)

    def on_face(self, points: ArrayLike, lift: float = 0.0) -> Points:
        """Points of the face as seen from the front (…, 2) as pixels of the picture."""
        return self.place(self.facial(points, lift))

    def upright(self, points: ArrayLike) -> Points:
        """Points (…, 2) of the body, which does not tilt with the head, as pixels.

        Bodies are drawn a little smaller and higher than the head's own units say: as a phone at arm's length
        sees them.
        """
        return (np.asarray(points, float) * BODY + (0, RISE)) * self.unit + (self.x, self.y)

    def of_body(self, pixels: Points) -> Points:
        """The body's units (…, 2) of places in the picture: what `upright` undoes."""
        return ((pixels - (self.x, self.y)) / self.unit - (0, RISE)) / BODY
