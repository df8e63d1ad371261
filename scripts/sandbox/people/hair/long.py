"""Long hair: hanging, parted, with a fringe, or pulled back into a bun or a tail."""

import numpy as np

from scripts.sandbox.people.drawing.geometry import Points, ellipse
from scripts.sandbox.people.hair.hairdo import Guide, Hairdo


def hang(h: Hairdo, low: float, spread: float, wave: float = 0.0, waves: float = 2.0) -> None:
    """Hair that hangs behind the shoulders down to `low`."""
    ways: list[Guide] = []
    for s in (-1.0, -0.55, 0.0, 0.55, 1.0):
        wide = 1.0 + spread
        ways.append(
            [
                (s * 0.80, -1.30 + 0.35 * s * s),
                (s * wide * 1.12, -0.55),
                (s * wide * 1.18, 0.35),
                (s * wide * 1.16, 1.2),
                (s * wide * 1.12, low - 0.5),
                (s * wide * 1.02, low + h.r.uniform(-0.08, 0.08)),
            ]
        )
    h.sheet(h.waved(h.guides(*ways), wave, waves), count=240, level=0.27, depth=0.5, width=0.024, band=None)


def curtain(h: Hairdo, side: int, part: float, low: float, spread: float, lift: float = 0.0) -> Points:
    """One half of parted hair: from the parting over the temple and down beside the face."""
    y, w, p = h.place.hairline + lift, h.who.width, part * side
    wide = w + spread
    inner: Guide = [
        (p, y + 0.02, 0.82),
        (p + 0.32 - p * 0.3, y + 0.07, 0.76),
        (0.74 * w, y + 0.34, 0.56),
        (0.90 * w, -0.05, 0.30),
        (0.95 * w, 0.45, 0.22),
        (wide * 0.93, (0.45 + low) / 2, 0.12),
        (wide * 0.86, low, 0.10),
    ]
    middle: Guide = [
        (p, -1.16, 0.58),
        (p + 0.42 - p * 0.4, -1.14, 0.5),
        (0.90 * w, -0.76, 0.3),
        (wide * 1.00, -0.15, 0.1),
        (wide * 1.02, 0.45, 0.05),
        (wide * 1.02, (0.45 + low) / 2, 0.0),
        (wide * 0.96, low + 0.04, 0.0),
    ]
    outer: Guide = [
        (p, -1.48, 0.0),
        (p + 0.48 - p * 0.4, -1.44, 0.0),
        (0.98 * w + spread * 0.6, -1.02, 0.0),
        (wide * 1.10, -0.35, 0.0),
        (wide * 1.13, 0.42, 0.0),
        (wide * 1.13, (0.42 + low) / 2, 0.0),
        (wide * 1.04, low - 0.06, 0.0),
    ]
    return h.guides(*(([(x * side, *rest) for x, *rest in way]) for way in (inner, middle, outer)))


def curtains(h: Hairdo, low: float, spread: float, wave: float, waves: float, part: float) -> None:
    sides = [-1, 1] if h.r.random() < 0.5 else [1, -1]
    h.sheet(
        *(h.waved(curtain(h, side, part, low + h.r.uniform(-0.1, 0.1), spread), wave, waves) for side in sides),
        count=300,
        shadow=True,
        level=0.42,
        ragged=0.6,
    )


def part(h: Hairdo) -> float:
    return h.r.choice((0.0, 0.3, -0.3, 0.22, -0.22))


def long_front(h: Hairdo) -> None:
    curtains(h, h.r.uniform(1.7, 2.6), h.r.uniform(0.02, 0.10), 0.015, 1.0, part(h))


def wavy_front(h: Hairdo) -> None:
    curtains(
        h, h.r.uniform(1.5, 2.5), h.r.uniform(0.10, 0.20), h.r.uniform(0.05, 0.085), h.r.uniform(1.8, 2.6), part(h)
    )


def bob_front(h: Hairdo) -> None:
    curtains(h, h.r.uniform(0.85, 1.25), h.r.uniform(0.06, 0.16), h.r.choice((0.0, 0.04)), 1.6, part(h))


def fringe(h: Hairdo, low: float, sweep: float = 0.0) -> None:
    """Hair combed over the forehead down to `low`."""
    ways: list[Guide] = []
    for s in (-1.0, -0.5, 0.0, 0.5, 1.0):
        ways.append(
            [
                (s * 0.50, -1.38 + 0.1 * s * s, 0.30),
                (s * 0.70 + sweep * 0.3, -1.12 + 0.12 * s * s, 0.66),
                (s * 0.80 + sweep * 0.8, -0.75 + 0.10 * s * s, 0.86 - 0.22 * s * s),
                (s * 0.80 + sweep, low + 0.14 * s * s + h.r.uniform(-0.02, 0.02), 0.92 - 0.30 * s * s),
            ]
        )
    h.sheet(h.guides(*ways), count=300, shadow=True, level=0.44, depth=0.22, width=0.016)


def fringe_front(h: Hairdo) -> None:
    curtains(h, h.r.choice((1.1, 1.9, 2.2)), 0.06, 0.0, 1.0, 0.0)
    fringe(h, -0.34)


def bun_behind(h: Hairdo) -> None:
    x, y, size = h.r.uniform(-0.25, 0.25), -1.66, h.r.uniform(0.36, 0.50)
    turns = np.linspace(0, 1, 9)
    ways = [
        [(x + size * rad * np.cos(a + t * 3), y + size * rad * 0.86 * np.sin(a + t * 3)) for t in turns]
        for rad, a in zip(np.linspace(0.25, 1.0, 10), np.linspace(0, 5, 10), strict=True)
    ]
    ring = h.at(ellipse(x, y, size, size * 0.86))
    h.sheet(h.guides(*ways), count=160, extra=[ring], level=0.40, depth=0.3, feather=0.1, band=(0.5, 0.8))


def tail_behind(h: Hairdo) -> None:
    side = h.r.choice((-1, 1))
    low = h.r.uniform(1.4, 2.3)
    wave = h.r.choice((0.02, 0.06))
    inner: Guide = [(0.12, -1.22), (0.52, -1.46), (0.92, -0.95), (0.98, 0.0), (1.00, 0.9), (1.08, low)]
    outer: Guide = [(0.0, -1.40), (0.72, -1.80), (1.36, -1.25), (1.46, -0.1), (1.42, 0.9), (1.22, low + 0.1)]
    both = ([(x * side, y) for x, y in way] for way in (inner, outer))
    h.sheet(h.waved(h.guides(*both), wave, 2.0), count=130, level=0.36)


def pulled_back(h: Hairdo) -> None:
    h.cap(0.045, 0.03, sides=0.02, lift=-0.02, form=0.55, level=0.40, glossy=True)
