"""Which installed font draws which character; text drawn by Pillow has no fall-back of its own.

The packages that bring them, on Debian and Ubuntu: fonts-dejavu-core, fonts-symbola, fonts-noto-color-emoji.
"""

from functools import cache
from pathlib import Path

from PIL import ImageFont

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
PACKAGE = "fonts-dejavu-core"


def missing() -> str | None:
    """The package that has to be installed before any text can be drawn; None if it is."""
    return None if FILES[0].is_file() else PACKAGE


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
