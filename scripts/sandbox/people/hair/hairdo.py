"""Hair as it is painted: sheets of strands, clouds of curls, and caps that follow the skull."""

from typing import Any

import numpy as np
from PIL import Image

from scripts.sandbox.people.drawing.canvas import Patch
from scripts.sandbox.people.drawing.geometry import Points, curve, ellipse
from scripts.sandbox.people.drawing.paint import Strands, cast_shadow, paint_mass
from scripts.sandbox.people.hair.comb import Comb, Guide

__all__ = ["Guide", "Hairdo"]


class Hairdo(Comb):
    """The tools a hair style is made with, for one person in one picture."""

    def sheet(
        self,
        *groups: Points,
        count: int = 240,
        width: float = 0.020,
        band: tuple[float, float] | None = (0.16, 0.40),
        depth: float = 0.30,
        form: float = 0.5,
        level: float = 0.42,
        soft: float = 0.008,
        feather: float = 0.12,
        ragged: float = 0.0,
        extra: list[Points] | None = None,
        shades: Image.Image | None = None,
        shadow: bool = False,
        alpha: float = 1.0,
    ) -> Patch:
        """Paint sheets of strands (each a group of guides) as one mass; `extra` outlines belong to it."""
        rings = [self.ends(group, ragged) for group in groups] + (extra or [])
        patch = self.canvas.shape(rings, soft=soft * self.unit, pad=0.10 * self.unit)
        strands = [self.strands(group, count, width) for group in groups]
        loose = [self.loose(group, feather) for group in strands] if feather else []
        strands += [self.shine(group, self.many(int(count * 0.5)), *band) for group in groups] if band else []
        if shadow and self.head:
            self.drop_shadow(patch)
        paint_mass(
            self.canvas,
            patch,
            self.ramp,
            self.light,
            self.unit,
            strands=strands,
            feather=loose,
            depth=depth,
            form=form,
            level=level,
            texture=self.texture,
            shades=shades,
            alpha=alpha,
        )
        return patch

    def drop_shadow(self, patch: Patch, alpha: float = 0.62) -> None:
        """The shadow that hair or a brim casts on the face."""
        if self.head is None:
            return
        x, y = -self.light.towards[0] * 0.10, 0.10
        unit = self.unit
        cast_shadow(self.canvas, patch, self.head, x * unit, y * unit, 0.065 * unit, (120, 78, 78), alpha)

    def curls(self, rings: list[Points], size: float, *, level: float = 0.40, shadow: bool = False) -> Patch:
        """A cloud of curls: `rings` outlines (pixels) covered with small arcs, and a curly edge."""
        unit = self.unit
        bumps = []
        for ring in rings:
            lengths = np.hypot(*np.diff(ring, axis=0, append=ring[:1]).T)
            steps = max(8, int(lengths.sum() / (size * unit * 0.9)))
            places = np.interp(
                np.linspace(0, lengths.sum(), steps, endpoint=False), np.cumsum(lengths) - lengths, np.arange(len(ring))
            )
            for place in places:
                x, y = ring[int(place)] + self.chance.normal(0, size * 0.18 * unit, 2)
                radius = size * unit * self.chance.uniform(0.45, 0.85)
                bumps.append(ellipse(x, y, radius, radius * 0.9, count=12))
        patch = self.canvas.shape([*rings, *bumps], soft=0.012 * unit, pad=0.05 * unit)
        x0, y0, x1, y1 = patch.box
        count = self.many(int(1.5 * patch.mask.width * patch.mask.height / (size * unit) ** 2))
        centres = self.chance.uniform((x0, y0), (x1, y1), (count, 2))
        start = self.chance.uniform(0, 2 * np.pi, (count, 1))
        angle = start + np.linspace(0, 4.4, 9) * self.chance.choice([-1, 1], (count, 1))
        radii = size * unit * self.chance.uniform(0.25, 0.62, (count, 1)) * np.linspace(1, 0.55, 9)
        arcs = centres[:, None] + np.stack([np.cos(angle) * radii, np.sin(angle) * radii * 0.85], -1)
        tones = self.chance.normal(0, 0.9, count)
        strands = Strands(arcs, tones, self.chance.uniform(0.08, 0.24, count) * size * unit)
        if shadow:
            self.drop_shadow(patch)
        paint_mass(
            self.canvas,
            patch,
            self.ramp,
            self.light,
            unit,
            strands=[strands],
            depth=0.45,
            form=0.55,
            level=level,
            texture=0.16 - 0.05 * (sum(self.who.hair) > 380),
            smooth=0.008,
        )
        return patch

    def cap(
        self,
        rise: float,
        spread: float,
        *,
        lift: float = 0.0,
        temple: float = 0.0,
        sides: float = 0.10,
        sweep: float = 0.0,
        part: float = 0.0,
        count: int = 420,
        **how: Any,
    ) -> Patch:
        """Hair that covers the skull from the hairline back; strands run from the hairline up and outwards."""
        inner = curve(self.frame.turned(self.hairline(lift, temple, sides)), steps=6)
        outer = curve(self.skull(rise, spread, sides), steps=6)
        t = np.linspace(0, 1, 7)[:, None, None]
        middle = inner * (1 - t) + outer * t
        bow = np.sin(np.pi * t)
        middle = middle + bow * np.stack([sweep + 0 * inner[:, 0], -0.02 + 0 * inner[:, 0]], -1)
        guides = self.frame.place(np.moveaxis(middle, 0, 1))
        ring = self.frame.place(np.concatenate([inner, outer[::-1]]))
        patch = self.canvas.shape(ring, soft=how.pop("soft", 0.02) * self.unit, pad=0.06 * self.unit)
        if how.pop("shadow", True):
            self.drop_shadow(patch, 0.5)
        shine = [self.shine(guides, self.many(160), 0.42, 0.75)] if how.pop("glossy", False) else []
        strands = self.strands(guides, count, how.pop("width", 0.014))
        paint_mass(
            self.canvas,
            patch,
            self.ramp,
            self.light,
            self.unit,
            strands=[strands, *shine],
            texture=self.texture * how.pop("texture", 1.0),
            **{"depth": 0.34, "form": 0.5, "level": 0.40, **how},
        )
        return patch
