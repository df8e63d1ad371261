"""Strands of hair: the ways they take from root to tip, and the lines round a skull they start and end at."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scripts.sandbox.people.drawing.canvas import Canvas, Patch
from scripts.sandbox.people.drawing.geometry import Frame, Points, between, curve
from scripts.sandbox.people.drawing.light import Light
from scripts.sandbox.people.drawing.paint import Strands
from scripts.sandbox.people.face.features import Features, features
from scripts.sandbox.people.person import Person

Guide = Sequence[tuple[float, ...]]
"""A strand's way from root to tip: (x, y) in flat head units, or (x, y, z) turned with the head."""


class Comb:
    """Ways for strands to take, for one person in one picture."""

    def __init__(self, canvas: Canvas, who: Person, frame: Frame, light: Light) -> None:
        self.canvas, self.who, self.frame, self.light = canvas, who, frame, light
        self.unit = frame.unit
        self.place: Features = features(who)
        self.r = who.chance("hair")
        self.chance = np.random.default_rng([abs(who.seed), 31])
        lightness = sum(who.hair) / 765
        self.ramp = light.ramp(who.hair, gloss=0.16 - 0.08 * lightness, warmth=0.10)
        self.texture = 0.16 + 0.11 * lightness
        self.head: Patch | None = None  # the face's patch, for shadows to fall on

    def at(self, guide: ArrayLike) -> Points:
        """A guide's points in pixels."""
        points = np.asarray(guide, float)
        return self.frame.place(self.frame.turned(points) if points.shape[-1] == 3 else points)

    def guides(self, *ways: Guide) -> Points:
        """Guides (k, n, 2) in pixels, each of as many points."""
        return np.stack([curve(self.at(way), steps=7) for way in ways])

    def waved(self, guides: Points, strength: float, waves: float) -> Points:
        """The same guides with waves that grow towards the tips."""
        t = np.linspace(0, 1, guides.shape[1])
        phase = self.r.uniform(0, 1.0)
        swing = np.sin(2 * np.pi * waves * (t - phase)) * np.clip(t * 2.2 - 0.35, 0, 1) * strength * self.unit
        bent = guides.copy()
        bent[..., 0] += swing
        return bent

    def ends(self, guides: Points, ragged: float = 0.0) -> Points:
        """The outline round a sheet of guides: its first and last, joined at roots and (`ragged`) tips."""
        roots, tips = guides[1:-1, 0], between(guides, np.linspace(0.08, 0.92, 11))[:, -1]
        along = between(guides, np.linspace(0.08, 0.92, 11))[:, -3]
        tips = tips + (tips - along) * self.chance.uniform(-ragged, ragged, (11, 1))
        return np.concatenate([guides[0], tips, guides[-1][::-1], roots[::-1]])

    def many(self, count: int) -> int:
        """`count` strands of a large picture as so many as this picture's size can show."""
        return max(12, int(count * min(1.0, 0.2 + self.unit / 220)))

    def shine(self, guides: Points, count: int, start: float = 0.16, stop: float = 0.40) -> Strands:
        """The band of light across a sheet of smooth hair: short bright pieces of strands."""
        at = np.sort(self.chance.uniform(0.04, 0.96, count))
        ragged = (
            self.chance.uniform(-0.05, 0.05, (count, 1)) + 0.10 * np.sin(at * 9 + self.r.uniform(0, 6))[:, None] * 0.4
        )
        t = np.clip(np.linspace(start, stop, 7)[None] + ragged, 0, 1) * (guides.shape[1] - 1)
        lines = between(guides, at)
        low = np.minimum(t.astype(int), guides.shape[1] - 2)
        part = (t - low)[..., None]
        rows = np.arange(count)[:, None]
        pieces = lines[rows, low] * (1 - part) + lines[rows, low + 1] * part
        return Strands(
            pieces, self.chance.uniform(0.5, 1.7, count), self.chance.uniform(0.006, 0.020, count) * self.unit
        )

    def strands(self, guides: Points, count: int, width: float, jitter: float = 0.02) -> Strands:
        """Strands between `guides`, in locks: neighbours have similar tones."""
        count = self.many(count)
        at = np.sort(self.chance.uniform(0, 1, count))
        lines = between(guides, at)
        lines = (
            lines
            + self.chance.normal(0, jitter * self.unit, (count, 1, 2)) * np.linspace(0.2, 1, lines.shape[1])[:, None]
        )
        locks = np.interp(at, np.linspace(0, 1, 14), self.chance.uniform(-1, 1, 14))
        tones = 0.6 * locks + self.chance.normal(0, 0.55, count)
        order = self.chance.permutation(count)
        widths = self.chance.uniform(0.4, 1.3, count) * width * self.unit
        return Strands(lines[order], tones[order], widths)

    def loose(self, strands: Strands, part: float) -> Strands:
        """A part of the strands, thinner and strayed: the loose hairs of an outline."""
        count = max(2, int(len(strands.lines) * part))
        stray = (
            self.chance.normal(0, 0.035 * self.unit, (count, 1, 2)) * np.linspace(0, 1, strands.lines.shape[1])[:, None]
        )
        return Strands(strands.lines[:count] + stray, strands.tones[:count], np.full(count, 0.010 * self.unit))

    def hairline(self, lift: float = 0.0, temple: float = 0.0, sides: float = 0.10) -> Points:
        """The line (n, 3) where hair begins, from the left ear over the forehead to the right one."""
        y, w = self.place.hairline + lift, self.who.width
        half = [
            (0.0, y, 0.78),
            (0.36 * w, y + 0.02 + temple * 0.4, 0.72),
            (0.64 * w, y + 0.16 - temple, 0.55),
            (0.80 * w, y + 0.42, 0.38),
            (0.90 * w, -0.12, 0.22),
            (0.93 * w, sides, 0.16),
        ]
        return np.array([(-a, b, c) for a, b, c in reversed(half)] + half[1:])

    def skull(self, rise: float, spread: float, low: float = 0.10) -> Points:
        """The outer line (n, 2) of hair round the skull, from the left to the right, `rise` above its top."""
        w = self.who.width
        half = [
            (0.0, -1.39 - rise),
            (0.50 * w, -1.31 - rise * 0.85),
            (0.88 * w + spread * 0.7, -0.98 - rise * 0.35),
            (1.00 * w + spread, -0.48),
            (1.00 * w + spread * 0.9, -0.10),
            (0.97 * w + spread * 0.4, low),
        ]
        return np.array([(-a, b) for a, b in reversed(half)] + half[1:])
