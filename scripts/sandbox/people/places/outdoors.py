"""Places under the sky. Every function paints a scene and names the light that reigns there."""

from collections.abc import Callable
from math import sin
from typing import Final

from scripts.sandbox.people.places.scene import Scene, hsl


def sky(s: Scene) -> str:
    """A day's sky with soft clouds."""
    hue = s.r.uniform(196, 218)
    deep = s.r.uniform(0.45, 0.62)
    s.gradient((0, hsl(hue, 0.58, deep)), (0.65, hsl(hue - 8, 0.55, deep + 0.22)), (1, hsl(40, 0.4, 0.90)))
    for _ in range(s.r.randint(3, 6)):
        x, y = s.r.uniform(0, s.wide), s.r.uniform(0.2, 3.0)
        for _ in range(9):
            radius = s.r.uniform(0.12, 0.34)
            s.disc(
                x + s.r.uniform(-0.6, 0.6), y + s.r.uniform(-0.1, 0.1), radius, hsl(hue, 0.3, s.r.uniform(0.86, 0.97))
            )
    s.blur(0.12)
    s.mottled(0.03, 0.8, stretch=2)
    return "day"


def _foliage(
    s: Scene, hues: tuple[float, float], light: tuple[float, float], top: float, bottom: float, count: int
) -> None:
    for _ in range(count):
        x, y = s.r.uniform(-0.2, s.wide + 0.2), s.r.uniform(top, bottom)
        s.disc(x, y, s.r.uniform(0.07, 0.30), hsl(s.r.uniform(*hues), s.r.uniform(0.3, 0.6), s.r.uniform(*light)))


def park(s: Scene) -> str:
    """Trees and a lawn, sunlight between the leaves."""
    s.gradient(
        (0, hsl(90, 0.35, 0.42)), (0.55, hsl(80, 0.4, 0.55)), (0.7, hsl(86, 0.42, 0.48)), (1, hsl(92, 0.45, 0.36))
    )
    _foliage(s, (70, 130), (0.18, 0.5), -0.2, 2.2, 90)
    for _ in range(s.r.randint(1, 3)):
        x = s.r.uniform(0, s.wide)
        s.box(x, 0.6, x + s.r.uniform(0.08, 0.2), 2.6, hsl(28, 0.25, s.r.uniform(0.18, 0.3)))
    s.blur(0.10)
    s.glow(s.r.uniform(0, s.wide), s.r.uniform(0, 1), 0.9, hsl(58, 0.8, 0.75), 0.45)
    s.bokeh([hsl(s.r.uniform(55, 100), 0.7, 0.76) for _ in range(6)], 36, (0.05, 0.20), -0.1, 2.3, 0.5)
    return "leaves"


def autumn(s: Scene) -> str:
    """Yellow and red leaves."""
    s.gradient((0, hsl(34, 0.55, 0.5)), (0.6, hsl(38, 0.6, 0.6)), (1, hsl(28, 0.5, 0.32)))
    _foliage(s, (8, 52), (0.28, 0.62), -0.2, 3.2, 100)
    s.blur(0.09)
    s.glow(s.r.uniform(0, s.wide), 0.5, 1.0, hsl(46, 0.9, 0.75), 0.4)
    s.bokeh([hsl(s.r.uniform(14, 52), 0.8, 0.66) for _ in range(6)], 40, (0.05, 0.18), -0.1, 3.4, 0.55)
    return "gold"


def blossom(s: Scene) -> str:
    """Cherry trees in flower against a pale sky."""
    s.gradient((0, hsl(206, 0.5, 0.80)), (0.7, hsl(330, 0.35, 0.88)), (1, hsl(110, 0.25, 0.62)))
    _foliage(s, (328, 350), (0.74, 0.92), -0.2, 2.4, 80)
    for _ in range(4):
        x, y = s.r.uniform(0, s.wide), s.r.uniform(0, 1.4)
        s.polygon([(x, y), (x + s.r.uniform(-1, 1), y + 1.6), (x + 0.1, y + 0.1)], hsl(15, 0.2, 0.35))
    _foliage(s, (330, 352), (0.78, 0.92), -0.2, 2.2, 30)
    s.blur(0.08)
    s.bokeh([hsl(340, 0.75, 0.88), hsl(348, 0.6, 0.94), hsl(332, 0.6, 0.84)], 36, (0.05, 0.16), -0.1, 3.0, 0.6)
    return "day"


def beach(s: Scene) -> str:
    """Sea, sand and a clear sky."""
    line = s.r.uniform(1.9, 2.5)
    hue = s.r.uniform(184, 206)
    s.gradient((0, hsl(208, 0.6, 0.62)), (line / 4, hsl(198, 0.6, 0.85)), (1, hsl(198, 0.5, 0.85)))
    s.box(0, line, s.wide, 4, hsl(hue, 0.55, 0.44))
    s.box(0, line + 0.35, s.wide, 4, hsl(hue - 10, 0.5, 0.56))
    for row in range(4):
        y = line + 0.25 + 0.12 * row
        s.box(s.r.uniform(-0.5, 1), y, s.r.uniform(1.2, 3.4), y + 0.04, hsl(190, 0.4, 0.86))
    s.polygon([(0, line + 0.85), (s.wide, line + 0.6), (s.wide, 4), (0, 4)], hsl(40, 0.5, 0.80))
    s.blur(0.06)
    s.mottled(0.04, 0.5, stretch=3)
    return "day"


def hills(s: Scene) -> str:
    """Layers of hills that fade into the distance."""
    hue = s.r.choice((150, 205, 225, 95))
    s.gradient((0, hsl(205, 0.55, 0.66)), (0.5, hsl(45, 0.55, 0.87)), (1, hsl(40, 0.4, 0.85)))
    for layer in range(5):
        base = 1.3 + 0.42 * layer
        phase, bend = s.r.uniform(0, 6), s.r.uniform(1.2, 2.6)
        ridge = [
            (x / 10, base + 0.22 * sin(phase + bend * x / 10) + 0.1 * sin(phase * 2 + 4 * x / 10))
            for x in range(-2, 34)
        ]
        s.polygon(
            [*ridge, (s.wide + 0.4, 4.2), (-0.2, 4.2)], hsl(hue - 6 * layer, 0.18 + 0.06 * layer, 0.70 - 0.10 * layer)
        )
    s.blur(0.045)
    s.mottled(0.05, 0.4)
    return "day"


def sunset(s: Scene) -> str:
    """A low sun over water or land."""
    hue = s.r.uniform(12, 30)
    s.gradient(
        (0, hsl(s.r.uniform(235, 285), 0.35, 0.42)),
        (0.32, hsl(330 + hue, 0.5, 0.62)),
        (0.56, hsl(hue + 14, 0.9, 0.68)),
        (0.64, hsl(hue + 22, 0.95, 0.76)),
        (0.66, hsl(hue, 0.4, 0.36)),
        (1, hsl(260, 0.25, 0.22)),
    )
    side = s.r.choice((-1, 1))
    x = s.wide / 2 + side * s.r.uniform(0.7, 1.3)
    for _ in range(7):
        y = s.r.uniform(0.3, 2.0)
        left = s.r.uniform(-0.5, 2)
        s.box(
            left,
            y,
            left + s.r.uniform(0.6, 1.8),
            y + 0.07,
            hsl(hue + s.r.uniform(-25, 10), 0.6, s.r.uniform(0.5, 0.75)),
        )
    s.blur(0.10)
    s.glow(x, 2.45, 0.75, hsl(46, 1, 0.78), 0.85)
    s.glow(x, 2.45, 0.2, hsl(54, 1, 0.92), 0.9)
    s.bright_side = side
    return "gold"


def dusk(s: Scene) -> str:
    """A city when its lamps are lit."""
    hue = s.r.uniform(215, 275)
    s.gradient(
        (0, hsl(hue, 0.45, 0.22)),
        (0.5, hsl(hue + 40, 0.35, 0.40)),
        (0.72, hsl(hue + 110, 0.45, 0.5)),
        (1, hsl(hue, 0.3, 0.14)),
    )
    x = -0.2
    while x < s.wide:
        broad = s.r.uniform(0.2, 0.55)
        s.box(x, s.r.uniform(0.8, 2.3), x + broad, 4, hsl(hue + s.r.uniform(-10, 20), 0.3, s.r.uniform(0.12, 0.24)))
        x += broad
    s.blur(0.05)
    warm = [hsl(s.r.choice((34, 42, 28, 50, 350, 190)), 0.85, s.r.uniform(0.58, 0.75)) for _ in range(8)]
    s.bokeh(warm, 60, (0.05, 0.17), 0.7, 3.8, 0.75)
    return "dusk"


def street(s: Scene) -> str:
    """House fronts with doors and windows in a street."""
    s.gradient((0, hsl(205, 0.4, 0.82)), (1, hsl(30, 0.1, 0.5)))
    x = -0.3
    while x < s.wide:
        broad = s.r.uniform(0.6, 1.0)
        hue, light = s.r.choice((8, 28, 42, 200, 160, 350, 48)), s.r.uniform(0.55, 0.78)
        s.box(x, s.r.uniform(-0.4, 0.7), x + broad, 3.4, hsl(hue, s.r.uniform(0.3, 0.55), light))
        for row in range(4):
            for column in range(2):
                left, top = x + broad * (0.18 + 0.42 * column), 0.45 + 0.72 * row
                s.box(left, top, left + broad * 0.24, top + 0.42, hsl(210, 0.2, s.r.choice((0.28, 0.36, 0.85))))
        x += broad + 0.02
    s.box(0, 3.3, s.wide, 4, hsl(30, 0.08, 0.55))
    s.blur(0.07)
    return "shade"


OUTDOORS: Final[dict[str, Callable[[Scene], str]]] = {
    "sky": sky,
    "park": park,
    "autumn": autumn,
    "blossom": blossom,
    "beach": beach,
    "hills": hills,
    "sunset": sunset,
    "dusk": dusk,
    "street": street,
}
