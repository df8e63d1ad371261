"""The tools clothes are made with: cut, cloth, folds and seams."""

import numpy as np
from PIL import Image

from scripts.sandbox.people.drawing.canvas import Canvas, Colour, Patch
from scripts.sandbox.people.drawing.geometry import Frame, Points, curve, mirrored, moved, ribbon
from scripts.sandbox.people.drawing.light import Light
from scripts.sandbox.people.drawing.noise import clouds
from scripts.sandbox.people.drawing.paint import Strands, cast_shadow, paint_mass
from scripts.sandbox.people.dress.body import shoulders
from scripts.sandbox.people.person import Person

# How wide a neckline is, how high it begins, and how deep it is in the middle, in head units.
NECKLINES = {
    "tee": (0.74, 1.94, 2.26),
    "vneck": (0.74, 1.92, 2.86),
    "shirt": (0.64, 1.80, 2.46),
    "turtleneck": (0.62, 1.36, 1.52),
    "hoodie": (0.78, 1.86, 2.30),
    "blazer": (0.66, 1.84, 3.5),
}
DENIM: Colour = (84, 112, 150)


class Wardrobe:
    """The tools clothes are made with, for one person in one picture."""

    def __init__(self, canvas: Canvas, who: Person, frame: Frame, light: Light, neck: Patch) -> None:
        self.canvas, self.who, self.frame, self.light, self.neck = canvas, who, frame, light, neck
        self.unit = frame.unit
        self.r = who.chance("clothes")
        self.chance = np.random.default_rng([abs(who.seed), 41])
        self.half = shoulders(who)

    def torso(self, cut: str) -> Points:
        """The outline (n, 2), in head units, of a garment with this cut's neckline."""
        wide, high, deep = NECKLINES[cut]
        if self.who.woman:
            wide -= 0.06
        h = self.half
        right = curve([(wide, high), (h * 0.62, 2.10), (h * 0.93, 2.34), (h + 0.10, 2.95), (h + 0.30, 5.0)], steps=7)
        if cut in ("vneck", "shirt", "blazer"):
            dip = curve([(-wide, high), (-wide * 0.62, high + (deep - high) * 0.5), (0, deep)], steps=6)
            dip = np.concatenate([dip, mirrored(dip[::-1])])
        else:
            down = [(-wide, high), (-wide * 0.72, high + (deep - high) * 0.72), (0, deep)]
            dip = curve(np.concatenate([down, mirrored(down[::-1])[1:]]), steps=6)
        return np.concatenate([right, mirrored(right[::-1]), dip])

    def cloth(
        self, ring: Points, colour: Colour, *, folds: float = 1.0, depth: float = 0.4, level: float = 0.46
    ) -> Patch:
        """Paint cloth of one colour within `ring` (head units)."""
        patch = self.canvas.shape(self.frame.upright(ring), soft=0.004 * self.unit)
        self.recolour(patch, colour, folds=folds, depth=depth, level=level)
        return patch

    def recolour(
        self,
        patch: Patch,
        colour: Colour,
        *,
        within: Patch | None = None,
        folds: float = 1.0,
        depth: float = 0.4,
        level: float = 0.46,
    ) -> None:
        """Paint `patch` as cloth; with `within`, only that part of it (a stripe has its garment's folds)."""
        width, height = max(2, patch.mask.width // 6), max(2, patch.mask.height // 6)
        chance = np.random.default_rng([abs(self.who.seed), 43])
        lumps = clouds(chance, width, height, self.unit / 6 * 0.55, octaves=2)
        shades = Image.fromarray(np.clip(128 + 7 * folds * lumps, 0, 255).astype(np.uint8))
        paint_mass(
            self.canvas,
            patch,
            self.light.ramp(colour, gloss=0.03),
            self.light,
            self.unit,
            strands=[self._folds()] if folds else [],
            depth=depth,
            form=0.46,
            level=level,
            texture=0.15 * folds,
            smooth=0.045,
            shades=shades,
            window=within,
        )

    def _folds(self) -> Strands:
        """Creases that fall from the shoulders and gather under the arms."""
        chance = np.random.default_rng([abs(self.who.seed), 44])
        lines, tones = [], []
        for side in (-1, 1):
            arm = self.half - 0.42
            lines.append(
                curve(
                    [
                        (side * arm, 4.9),
                        (side * (arm + 0.02), 3.9),
                        (side * (arm + 0.1), 3.2),
                        (side * (arm + 0.28), 2.9),
                    ],
                    steps=5,
                )
            )
            tones.append(-1.7)
            lines.append(lines[-1] + (0.07 * side, 0))
            tones.append(0.9)
            for _ in range(4):
                x, y = side * chance.uniform(0.5, arm), chance.uniform(2.7, 3.2)
                bend = chance.uniform(-0.15, 0.3) * side
                fold = curve([(x, y), (x - bend, y + 0.45), (x - bend * 1.4, y + 0.95), (x - bend, y + 1.5)], steps=5)
                lines += [fold, moved(fold, 0.05 * self.light.side, 0)]
                tones += [-1.1, 0.8]
        return Strands(self.frame.upright(np.stack(lines)), np.array(tones), np.full(len(lines), 0.05 * self.unit))

    def line(
        self,
        points: list[tuple[float, float]],
        width: float,
        colour: Colour,
        alpha: float,
        soft: float = 0.012,
        within: Patch | None = None,
    ) -> None:
        """A seam or a crease along points in head units."""
        mark = ribbon(self.frame.upright(curve(points, steps=6)), width * self.unit)
        shape = self.canvas.shape(mark, soft=soft * self.unit)
        self.canvas.multiply(shape.within(within) if within else shape, colour, alpha)

    def shade_neck(self, garment: Patch) -> None:
        """The small shadow a garment's edge throws on the skin."""
        cast_shadow(
            self.canvas,
            garment,
            self.neck,
            -0.03 * self.light.side * self.unit,
            -0.05 * self.unit,
            0.05 * self.unit,
            (130, 90, 90),
            0.6,
        )
