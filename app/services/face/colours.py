"""A brand's colour as the accents of light and dark pages, with enough contrast to read. Pure.

Contrast as WCAG 2 defines it: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

import colorsys
from dataclasses import dataclass

READABLE = 4.5  # WCAG's least contrast of text
# the ground furthest from each text colour's own, from page.css: --sunken
LIGHT, DARK = "#f0eeea", "#262624"
WHITE, INK = "#ffffff", "#141413"
STEPS = 200  # from the brand's lightness to black or white
STRONGER = 30  # steps from a link to the same link under the pointer
Colour = tuple[float, float, float]  # red, green, blue, 0 to 1


@dataclass(frozen=True)
class Accent:
    """Values of page.css's properties, `#rrggbb`."""

    accent: str
    strong: str
    soft: str
    on_accent: str


def accents(colour: str) -> tuple[Accent, Accent]:
    """For light pages and for dark ones: the brand's hue, dark or light enough to read on every ground."""
    return _accent(colour, LIGHT, -1), _accent(colour, DARK, 1)


def properties(colour: str | None) -> str:
    """CSS: the brand's colour in place of ours, for light pages and dark ones; "" without one."""
    if colour is None:
        return ""
    light, dark = accents(colour)
    band = f"--band: {colour}; --on-band: {ink_on(colour)};"
    return (
        f":root {{ {band} {_declared(light)} }}\n@media (prefers-color-scheme: dark)"
        f" {{ :root {{ {_declared(dark)} }} }}\n"
    )


def ink_on(colour: str) -> str:
    """White or ink, whichever is easier to read on a surface of this colour."""
    return max((WHITE, INK), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """1 (the same) to 21 (black and white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _declared(accent: Accent) -> str:
    return (
        f"--accent: {accent.accent}; --accent-strong: {accent.strong}; --accent-soft: {accent.soft};"
        f" --on-accent: {accent.on_accent};"
    )


def _accent(colour: str, ground: str, direction: int) -> Accent:
    hue, light, saturation = colorsys.rgb_to_hls(*_parts(colour))
    soft = _written(colorsys.hls_to_rgb(hue, 0.93 if direction < 0 else 0.16, min(saturation, 0.35)))
    end = 0.0 if direction < 0 else 1.0

    def shade(step: float) -> str:
        return _written(colorsys.hls_to_rgb(hue, light + (end - light) * step / STEPS, saturation))

    grounds = (ground, soft)
    step = next(step for step in range(STEPS + 1) if all(contrast(shade(step), one) >= READABLE for one in grounds))
    accent = shade(step)
    return Accent(accent, shade(min(STEPS, step + STRONGER)), soft, ink_on(accent))


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: str) -> Colour:
    red, green, blue = bytes.fromhex(colour[1:])
    return red / 255, green / 255, blue / 255


def _written(colour: Colour) -> str:
    return "#" + bytes(round(part * 255) for part in colour).hex()
