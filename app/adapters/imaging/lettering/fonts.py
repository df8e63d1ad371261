"""Which installed font draws which character; text drawn by Pillow has no fall-back of its own.

The packages that bring them, on Debian and Ubuntu: fonts-dejavu-core, fonts-symbola, fonts-noto-color-emoji. Pillow
lays text out with Raqm, which it brings along, and with FriBiDi, which it looks for in the system
(https://pillow.readthedocs.io/en/stable/installation/building-from-source.html#external-libraries).
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import ImageFont, features

PLACE = Path("/usr/share/fonts/truetype")
# the first that has a character draws it
FILES = (
    PLACE / "dejavu/DejaVuSans.ttf",
    PLACE / "noto/NotoColorEmoji.ttf",
    PLACE / "ancient-scripts/Symbola_hint.ttf",
)
EMOJI = 1
EMOJI_SIZE = 109  # the only one in which its bitmaps exist
NOTHING = "\U000fffff"  # a private character that no font has: it is drawn as every missing one
LAYOUT = "raqm"  # as Pillow calls it; there only if FriBiDi is


def missing(has: Callable[[str], bool | None] = features.check, font: Path = FILES[0]) -> list[str]:
    """The packages that have to be installed before any text can be drawn. `has`: whether Pillow has a part."""
    lacking = [] if font.is_file() else ["fonts-dejavu-core"]
    return lacking if has(LAYOUT) else [*lacking, "libfribidi0"]


@cache
def font(number: int, size: int) -> ImageFont.FreeTypeFont:
    """A font by its number, at a size in pixels; emoji have one size only."""
    return ImageFont.truetype(
        FILES[number], EMOJI_SIZE if number == EMOJI else size, layout_engine=ImageFont.Layout.RAQM
    )


@cache
def font_of(character: str) -> int | None:
    """The number of the font that draws a character; None if no installed one does."""
    if character.isspace():
        return 0
    return next((number for number, path in enumerate(FILES) if path.is_file() and _has(number, character)), None)


def _has(number: int, character: str) -> bool:
    box, mode = font(number, EMOJI_SIZE).getbbox(character), "RGBA" if number == EMOJI else "L"
    # shaping would draw a vowel sign that the font lacks on a circle
    one = ImageFont.truetype(FILES[number], EMOJI_SIZE, layout_engine=ImageFont.Layout.BASIC)
    return box[2] > box[0] and bytes(one.getmask(character, mode=mode)) != bytes(one.getmask(NOTHING, mode=mode))
