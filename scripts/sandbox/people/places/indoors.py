"""Walls and rooms. Every function paints a scene and names the light that reigns there."""

from collections.abc import Callable
from typing import Final

import numpy as np

from scripts.sandbox.people.places.scene import Scene, hsl

STUDIO_HUES: Final = (8, 24, 42, 48, 150, 172, 196, 214, 262, 330, 348, 96)


def studio(s: Scene) -> str:
    """A sheet of coloured paper, lit from one side."""
    hue, saturation = s.r.choice(STUDIO_HUES), s.r.choice((0.15, 0.35, 0.55, 0.62))
    light = s.r.uniform(0.48, 0.74)
    s.gradient((0, hsl(hue, saturation, light)), (1, hsl(hue + 6, saturation, light - 0.14)))
    side = s.r.choice((-1, 1))
    s.glow(s.wide / 2 - side * 0.5, 1.6, 1.0, hsl(hue - 8, 0.7, 0.86), 0.5)
    s.mottled(0.012, 0.5)
    s.bright_side = side
    return "studio"


def wall(s: Scene) -> str:
    """Uneven plaster with daylight falling across it."""
    hue, saturation = s.r.choice((28, 36, 205, 160, 12, 48, 300)), s.r.uniform(0.12, 0.5)
    light = s.r.uniform(0.55, 0.80)
    s.gradient((0, hsl(hue, saturation, light)), (1, hsl(hue, saturation, light - 0.10)))
    if s.r.random() < 0.5:
        s.box(0, s.r.uniform(2.1, 2.6), s.wide, 4, hsl(hue + s.r.choice((0, 150)), saturation + 0.1, light - 0.22))
    s.mottled(0.05, 0.9)
    s.mottled(0.035, 0.15)
    side = s.r.choice((-1, 1))
    x = np.linspace(0, s.wide, s.width)[None]
    y = np.linspace(0, s.tall, s.height)[:, None]
    if s.r.random() < 0.6:  # the shadow of a window's bars
        slant = (x * side + y * 0.45) % 1.05
        bars = 0.80 + 0.20 / (1 + np.exp((np.abs(slant - 0.52) - 0.36) * 30))
        s.lit(bars.astype(np.float32))
    s.lit((1.0 + 0.10 * side * (x / s.wide - 0.5) * 2 + 0 * y).astype(np.float32))
    s.bright_side = side
    return "warm"


def brick(s: Scene) -> str:
    """A brick wall close behind."""
    hue, saturation, light = s.r.choice(
        ((14, 0.42, 0.46), (8, 0.36, 0.38), (24, 0.25, 0.66), (210, 0.06, 0.80), (30, 0.1, 0.35))
    )
    mortar = hsl(30, 0.12, 0.78 if light < 0.6 else 0.62)
    s.gradient((0, mortar), (1, mortar))
    high = s.r.uniform(0.15, 0.20)
    for row in range(int(s.tall / high) + 2):
        x = -0.45 * (row % 2) * 0.5 - s.r.uniform(0, 0.05) - 0.1
        while x < s.wide:
            colour = hsl(hue + s.r.uniform(-6, 8), saturation * s.r.uniform(0.7, 1.2), light + s.r.uniform(-0.07, 0.07))
            s.box(x + 0.012, row * high + 0.012, x + 0.43, (row + 1) * high - 0.012, colour)
            x += 0.45
    s.blur(0.012)
    s.mottled(0.06, 0.3)
    s.mottled(0.05, 0.06)
    side = s.r.choice((-1, 1))
    fall = np.linspace(1 - 0.16 * side, 1 + 0.16 * side, s.width, dtype=np.float32)
    s.lit(np.repeat(fall[None], s.height, axis=0))
    s.bright_side = side
    return "day"


def _plant(s: Scene, x: float, y: float) -> None:
    s.polygon(
        [(x - 0.16, y), (x + 0.16, y), (x + 0.12, y + 0.35), (x - 0.12, y + 0.35)],
        hsl(s.r.choice((18, 40, 200)), 0.4, 0.6),
    )
    for _ in range(16):
        dx, up = s.r.uniform(-0.5, 0.5), s.r.uniform(0.25, 0.85)
        leaf = [(x, y), (x + dx * 0.5 - 0.06, y - up * 0.6), (x + dx, y - up), (x + dx * 0.6 + 0.06, y - up * 0.45)]
        s.polygon(leaf, hsl(s.r.uniform(95, 150), 0.4, s.r.uniform(0.22, 0.46)))


def room(s: Scene) -> str:
    """A room at home: a window on one side, a picture or a plant on the other."""
    hue = s.r.choice((36, 28, 200, 150, 20, 330))
    s.gradient((0, hsl(hue, 0.25, 0.78)), (0.8, hsl(hue, 0.25, 0.66)), (1, hsl(hue, 0.25, 0.56)))
    side = s.r.choice((-1, 1))
    left = s.wide - 1.15 if side > 0 else 0.0
    s.box(left, 0.2, left + 1.15, 2.5, (248, 246, 240))
    s.box(left + 0.08, 0.28, left + 1.07, 2.42, hsl(205, 0.5, 0.88))
    for _ in range(12):
        s.disc(left + s.r.uniform(0.2, 0.95), s.r.uniform(1.6, 2.3), 0.12, hsl(s.r.uniform(80, 120), 0.35, 0.66))
    s.box(left, 2.34, left + 1.15, 2.5, (240, 236, 228))
    s.box(left + 0.55, 0.28, left + 0.61, 2.42, (246, 244, 238))
    s.box(left, 1.2, left + 1.15, 1.26, (246, 244, 238))
    inner = left - 0.28 if side > 0 else left + 1.13
    s.polygon([(inner, 0), (inner + 0.3, 0), (inner + 0.24, 4), (inner + 0.05, 4)], hsl(s.r.uniform(0, 360), 0.3, 0.72))
    other = 0.55 if side > 0 else s.wide - 0.55
    if s.r.random() < 0.5:
        s.box(other - 0.36, 0.5, other + 0.36, 1.5, hsl(30, 0.3, 0.3))
        s.box(other - 0.29, 0.57, other + 0.29, 1.43, hsl(s.r.uniform(0, 360), 0.35, 0.75))
        s.disc(other, 1.05, 0.17, hsl(s.r.uniform(0, 360), 0.5, 0.55))
    else:
        _plant(s, other, 2.3)
    s.box(0, 3.0, s.wide, 4, hsl(s.r.choice((210, 20, 350, 150)), 0.25, 0.45))
    s.blur(0.07)
    s.glow(left + 0.57, 1.3, 0.8, (255, 250, 240), 0.55)
    s.bright_side = side
    return "window"


def books(s: Scene) -> str:
    """Shelves of books."""
    wood = hsl(26, 0.4, s.r.uniform(0.24, 0.42))
    s.gradient((0, hsl(26, 0.35, 0.16)), (1, hsl(26, 0.35, 0.12)))
    for shelf in range(6):
        floor = 0.66 * (shelf + 1)
        x = -0.05
        while x < s.wide:
            broad, high = s.r.uniform(0.06, 0.13), s.r.uniform(0.38, 0.54)
            if s.r.random() < 0.07:
                x += 0.2
                continue
            s.box(
                x,
                floor - high,
                x + broad - 0.008,
                floor,
                hsl(s.r.choice((4, 20, 40, 150, 205, 220, 350)), s.r.uniform(0.2, 0.55), s.r.uniform(0.25, 0.72)),
            )
            x += broad
        s.box(0, floor, s.wide, floor + 0.08, wood)
    s.blur(0.035)
    s.glow(s.r.uniform(0.3, 2.7), 0.6, 1.0, hsl(36, 0.9, 0.7), 0.35)
    return "warm"


def cafe(s: Scene) -> str:
    """A café in the evening: lamps, bottles, a counter."""
    hue = s.r.choice((18, 30, 165, 345))
    s.gradient((0, hsl(hue, 0.3, 0.22)), (0.6, hsl(hue, 0.32, 0.32)), (1, hsl(hue, 0.3, 0.16)))
    for row in range(2):
        for _ in range(14):
            x = s.r.uniform(0, s.wide)
            s.box(
                x,
                1.35 + row * 0.6,
                x + 0.09,
                1.75 + row * 0.6,
                hsl(s.r.choice((30, 45, 120, 190, 5)), 0.5, s.r.uniform(0.3, 0.62)),
            )
        s.box(0, 1.75 + row * 0.6, s.wide, 1.8 + row * 0.6, hsl(26, 0.4, 0.45))
    s.box(0, 3.0, s.wide, 4, hsl(24, 0.35, 0.28))
    s.blur(0.06)
    for lamp in range(3):
        x = 0.45 + 1.05 * lamp + s.r.uniform(-0.15, 0.15)
        s.glow(x, s.r.uniform(0.45, 0.8), 0.42, hsl(38, 1, 0.75), 0.75)
        s.glow(x, 0.6, 0.10, hsl(48, 1, 0.92), 0.95)
    s.bokeh([hsl(36, 0.9, 0.68), hsl(44, 0.9, 0.74), hsl(20, 0.8, 0.6)], 26, (0.05, 0.14), 0.3, 3.0, 0.55)
    return "warm"


def mural(s: Scene) -> str:
    """A wall painted with large shapes in a few colours that suit each other."""
    hue = s.r.uniform(0, 360)
    palette = [
        hsl(hue + turn, s.r.uniform(0.4, 0.65), light)
        for turn, light in ((0, 0.72), (30, 0.55), (180, 0.6), (200, 0.42), (60, 0.8))
    ]
    s.gradient((0, palette[0]), (1, palette[0]))
    for colour in palette[1:] * 2:
        x, y, radius = s.r.uniform(0, s.wide), s.r.uniform(0, s.tall), s.r.uniform(0.4, 0.95)
        if s.r.random() < 0.6:
            s.disc(x, y, radius, colour)
        else:
            s.polygon([(x - radius, y + radius), (x, y - radius), (x + radius * 1.2, y + radius * 0.7)], colour)
    s.blur(0.03)
    s.mottled(0.04, 0.2)
    return "day"


INDOORS: Final[dict[str, Callable[[Scene], str]]] = {
    "studio": studio,
    "wall": wall,
    "brick": brick,
    "room": room,
    "books": books,
    "cafe": cafe,
    "mural": mural,
}
