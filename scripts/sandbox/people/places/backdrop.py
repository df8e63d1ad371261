"""The place behind a person, out of focus, and the light that reigns there."""

from random import Random
from typing import Final

import numpy as np
from PIL import Image

from scripts.sandbox.people.drawing.light import Light
from scripts.sandbox.people.person import Person
from scripts.sandbox.people.places.indoors import INDOORS
from scripts.sandbox.people.places.outdoors import OUTDOORS
from scripts.sandbox.people.places.scene import Scene

Tint = tuple[float, float, float]

# For each kind of light: the lamp's colour, what comes from above and from below, and what comes from behind.
LIGHTS: Final[dict[str, tuple[Tint, Tint, Tint, Tint]]] = {
    "day": ((0.90, 0.84, 0.76), (0.44, 0.47, 0.52), (0.24, 0.23, 0.21), (0.9, 0.95, 1.0)),
    "shade": ((0.74, 0.76, 0.78), (0.50, 0.54, 0.58), (0.26, 0.27, 0.25), (0.8, 0.95, 0.9)),
    "leaves": ((0.92, 0.86, 0.70), (0.40, 0.46, 0.38), (0.22, 0.26, 0.18), (0.95, 1.0, 0.7)),
    "gold": ((1.08, 0.80, 0.52), (0.44, 0.38, 0.40), (0.27, 0.20, 0.18), (1.0, 0.72, 0.38)),
    "warm": ((0.98, 0.82, 0.64), (0.40, 0.38, 0.36), (0.25, 0.22, 0.18), (1.0, 0.85, 0.62)),
    "window": ((0.92, 0.92, 0.92), (0.34, 0.34, 0.36), (0.24, 0.22, 0.20), (0.9, 0.95, 1.0)),
    "studio": ((0.98, 0.93, 0.88), (0.36, 0.36, 0.37), (0.24, 0.23, 0.22), (0.9, 0.9, 0.95)),
    "dusk": ((0.88, 0.70, 0.60), (0.34, 0.36, 0.52), (0.22, 0.20, 0.28), (1.0, 0.62, 0.50)),
}


def behind(who: Person, width: int, height: int) -> tuple[Image.Image, Light]:
    """The backdrop (`width` × `height` pixels) and the light of this person's place."""
    r = who.chance("place")
    scene = Scene(width, height, r, np.random.default_rng([abs(who.seed), 3]))
    kind = {**OUTDOORS, **INDOORS}[who.place](scene)
    return scene.finished(), _light(kind, scene.bright_side, who.chance("light"))


def _light(kind: str, side: float, r: Random) -> Light:
    key, above, below, rim = LIGHTS[kind]
    aside = r.uniform(0.40, 0.95) * (side or r.choice((-1, 1)))
    towards = np.array([aside, -r.uniform(0.28, 0.70), r.uniform(0.50, 0.75)])
    x, y, z = (towards / np.linalg.norm(towards)).tolist()
    strength = r.uniform(1.02, 1.16)
    red, green, blue = (strength * channel for channel in key)
    return Light((x, y, z), (red, green, blue), above, below, rim)
