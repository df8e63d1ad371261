"""Light: one lamp or sun with a direction and a colour, and the softer light from everywhere else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from scripts.sandbox.people.drawing.canvas import Colour, Patch

WARMTH = (1.16, 1.0, 0.90)  # shadows on skin are never grey: light comes back out of it warmer
Pixels = NDArray[np.float32]


def linear(colour: Colour | NDArray[np.float32]) -> Pixels:
    """Light (0 to 1) of a colour of the screen (0 to 255). A square is close enough to sRGB's curve."""
    share: Pixels = np.asarray(colour, np.float32) / np.float32(255)
    return share**2


def screen(light: Pixels) -> NDArray[np.uint8]:
    """Colours of the screen of light (…, 3); what is too bright rolls off softly instead of clipping."""
    rolled = np.where(light > 0.7, 0.7 + 0.3 * (1 - np.exp((0.7 - light) / 0.3)), light)
    made: NDArray[np.uint8] = (255 * np.sqrt(np.clip(rolled, 0, 1))).astype(np.uint8)
    return made


@dataclass(frozen=True)
class Light:
    """Where light comes from and what colour it has; colours are multipliers of red, green and blue."""

    towards: tuple[float, float, float]  # unit vector to the lamp: x right, y down, z to the camera
    key: tuple[float, float, float]
    above: tuple[float, float, float]  # what comes from the sky or the ceiling …
    below: tuple[float, float, float]  # … and from the ground
    rim: tuple[float, float, float]  # what comes from behind, and draws the edges

    @property
    def side(self) -> float:
        """1 where the light comes from the picture's right, −1 from the left."""
        return 1.0 if self.towards[0] >= 0 else -1.0

    def facing(self, nx: Pixels, ny: Pixels, nz: Pixels) -> Pixels:
        """How much a surface with these normals faces the lamp, −1 to 1."""
        x, y, z = self.towards
        facing: Pixels = nx * np.float32(x) + ny * np.float32(y) + nz * np.float32(z)
        return facing

    def on_skin(self, skin: Pixels, nx: Pixels, ny: Pixels, nz: Pixels, gloss: float) -> Pixels:
        """Light (…, 3) that skin of colour `skin` (linear, (…, 3)) sends to the camera.

        Light wanders through skin and comes out red a little beyond where it no longer shines: red therefore
        wraps further round than green and blue.
        """
        facing = self.facing(nx, ny, nz)
        up = 0.5 - 0.5 * ny
        half = np.array(self.towards) + np.array([0, 0, 1])
        half /= np.linalg.norm(half)
        shine = np.clip(nx * np.float32(half[0]) + ny * np.float32(half[1]) + nz * np.float32(half[2]), 0, 1)
        shine = np.float32(gloss) * (shine**22 * np.float32(0.6) + shine**6 * np.float32(0.22))
        out = np.empty((*nx.shape, 3), np.float32)
        for channel, wrap in enumerate((0.54, 0.40, 0.35)):
            lit = np.clip((facing + np.float32(wrap)) / np.float32(1 + wrap), 0, 1)
            lit *= np.sqrt(lit)
            ambient = self.below[channel] + (self.above[channel] - self.below[channel]) * up
            out[..., channel] = skin[..., channel] * (ambient * WARMTH[channel] + np.float32(self.key[channel]) * lit)
            out[..., channel] += shine * np.float32(self.key[channel])
        return out

    def ramp(self, colour: Colour, gloss: float = 0.12, warmth: float = 0.0) -> NDArray[np.uint8]:
        """256 colours (256, 3) of a cloth or hair of `colour`: from turned away to facing the lamp."""
        v = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
        base = linear(colour)
        ambient = 0.5 * (np.array(self.above, np.float32) + np.array(self.below, np.float32)) * (0.35 + 0.65 * v)
        key = np.array(self.key, np.float32) * np.clip(v * 1.25 - 0.12, 0, None) ** 1.4
        tint = 1 + np.array((warmth, warmth * 0.35, -warmth * 0.4), np.float32) * v
        shine = gloss * np.clip((v - 0.55) / 0.45, 0, 1) ** 2 * np.array(self.key, np.float32)
        return screen(base * tint * (ambient + key) + shine)

    def tinted(self, colour: Colour, level: float = 0.8) -> Colour:
        """A colour as it looks here where `level` of the lamp's light falls on it."""
        ambient = 0.5 * (np.array(self.above, np.float32) + np.array(self.below, np.float32))
        red, green, blue = screen(linear(colour) * (ambient + np.array(self.key, np.float32) * level)).tolist()
        return (red, green, blue)


def pillow(patch: Patch, depth: float, step: int) -> tuple[Pixels, Pixels, Pixels]:
    """Normals (three arrays, a `step`-th of the patch's size) as if the patch were a cushion.

    `depth` (pixels) is how far from its edge the cushion still rises.
    """
    size = (max(2, round(patch.mask.width / step)), max(2, round(patch.mask.height / step)))
    small = patch.mask.resize(size, Image.Resampling.BOX)
    near = np.asarray(small.filter(ImageFilter.GaussianBlur(depth / step * 0.45)), np.float32)
    far = np.asarray(small.filter(ImageFilter.GaussianBlur(depth / step)), np.float32)
    rise = (near + far) * np.float32(depth / step / 255 * 1.25)
    down, across = np.gradient(rise)
    length = 1 / np.sqrt(across**2 + down**2 + 1)
    return -across * length, -down * length, length
