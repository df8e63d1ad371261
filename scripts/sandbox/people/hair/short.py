"""Short hair: combed, cropped, shaved close, receding."""

from scripts.sandbox.people.hair.curly import cropped_front
from scripts.sandbox.people.hair.hairdo import Guide, Hairdo
from scripts.sandbox.people.hair.long import fringe


def _swept(h: Hairdo, rise: float, reach: float) -> None:
    """The top of short hair, combed from a parting to one side."""
    side, y = h.r.choice((-1, 1)), h.place.hairline
    front: Guide = [
        (-0.52, y + 0.04, 0.66),
        (-0.20, y - rise * 0.9, 0.76),
        (0.28, y - rise * 0.5, 0.78),
        (0.66, y + 0.18 + reach, 0.56),
    ]
    middle: Guide = [
        (-0.62, -1.10, 0.35),
        (-0.20, -1.38 - rise, 0.3),
        (0.38, -1.36 - rise * 0.8, 0.3),
        (0.90, -0.84, 0.2),
    ]
    back: Guide = [(-0.64, -1.28, 0.0), (-0.18, -1.50 - rise, 0.0), (0.44, -1.46 - rise, 0.0), (0.99, -0.90, 0.0)]
    ways = [[(x * side, b, z) for x, b, z in way] for way in (front, middle, back)]
    h.sheet(h.guides(*ways), count=320, shadow=True, level=0.43, depth=0.25, width=0.016)


def short_front(h: Hairdo) -> None:
    h.cap(0.05, 0.035, sides=h.r.uniform(0.05, 0.2), temple=0.04, level=0.34, texture=0.8)
    _swept(h, h.r.uniform(0.05, 0.16), h.r.uniform(-0.06, 0.04))


def quiff_front(h: Hairdo) -> None:
    h.cap(0.04, 0.03, sides=0.16, temple=0.05, level=0.32, texture=0.8)
    y, high, lean = h.place.hairline, h.r.uniform(0.22, 0.42), h.r.uniform(-0.3, 0.3)
    ways: list[Guide] = [
        [
            (s * 0.60, y + 0.08 * s * s, 0.74 - 0.14 * s * s),
            (s * 0.66 + lean * 0.3, y - 0.30, 0.80 - 0.2 * s * s),
            (s * 0.76 + lean * 0.8, -1.30 - high * 0.9 * (1 - 0.80 * s * s), 0.45),
            (s * 0.86 + lean * 0.8, -1.42 - high * (1 - 0.85 * s * s), 0.0),
        ]
        for s in (-1.0, -0.5, 0.0, 0.5, 1.0)
    ]
    h.sheet(h.guides(*ways), count=320, shadow=True, level=0.42, depth=0.3, width=0.016, feather=0.0, band=(0.4, 0.7))


def crop_front(h: Hairdo) -> None:
    if h.r.random() < 0.5:
        cropped_front(h)
        return
    h.cap(0.06, 0.04, sides=0.14, level=0.35, texture=0.8)
    fringe(h, h.place.hairline + h.r.uniform(0.10, 0.24), h.r.uniform(-0.15, 0.15))


def buzz_front(h: Hairdo) -> None:
    h.cap(
        0.025,
        0.02,
        temple=h.r.uniform(0.0, 0.12),
        sides=0.18,
        soft=0.05,
        alpha=h.r.uniform(0.6, 0.85),
        level=0.36,
        texture=0.5,
        shadow=False,
    )


def receding_front(h: Hairdo) -> None:
    """Short hair at the sides, a trace of it on top."""
    w = h.who.width
    for side in (-1, 1):
        inner: Guide = [(0.90, -0.96, 0.08), (0.84, -0.55, 0.34), (0.885, -0.22, 0.25), (0.93, 0.12, 0.16)]
        outer: Guide = [(0.92, -0.99, 0.0), (1.00, -0.66, 0.0), (1.05, -0.25, 0.0), (0.99, 0.15, 0.0)]
        ways = [[(x * w * side, y, z) for x, y, z in way] for way in (inner, outer)]
        h.sheet(
            h.guides(*ways),
            count=160,
            width=0.014,
            soft=0.06,
            level=0.42,
            depth=0.12,
            feather=0.1,
            band=None,
            alpha=0.92,
        )
    if h.r.random() < 0.7:
        h.cap(0.01, 0.0, lift=-0.30, temple=0.10, sides=-0.6, alpha=0.32, soft=0.10, shadow=False)


def pixie_front(h: Hairdo) -> None:
    h.cap(0.09, 0.06, sides=0.28, level=0.36)
    _swept(h, 0.08, h.r.uniform(0.12, 0.26))
