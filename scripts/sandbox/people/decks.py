"""What people are dealt: tones of skin, colours of hair and eyes, styles, clothes and places."""

from collections.abc import Sequence
from random import Random
from typing import Final, TypeVar

from scripts.sandbox.people.drawing.canvas import Colour

Card = TypeVar("Card")

SKINS: Final[tuple[Colour, ...]] = (
    (246, 212, 190),
    (243, 203, 176),
    (238, 196, 164),
    (232, 186, 150),
    (222, 174, 134),
    (228, 184, 144),
    (214, 168, 126),
    (204, 154, 112),
    (190, 140, 100),
    (174, 124, 88),
    (158, 110, 78),
    (140, 96, 70),
    (120, 82, 62),
    (100, 68, 54),
)
"""From the fairest to the darkest."""

HAIR: Final[dict[str, Colour]] = {
    "black": (34, 28, 30),
    "soft black": (48, 38, 36),
    "espresso": (66, 44, 34),
    "brown": (98, 64, 42),
    "chestnut": (124, 72, 44),
    "auburn": (146, 70, 38),
    "copper": (188, 96, 44),
    "dark blond": (162, 124, 78),
    "blond": (212, 172, 110),
    "platinum": (232, 214, 176),
    "grey": (150, 148, 148),
    "silver": (206, 206, 208),
    "pink": (222, 118, 150),
    "teal": (54, 142, 148),
    "violet": (124, 88, 160),
    "henna": (150, 44, 34),
}
DARK_HAIR: Final = ("black",) * 4 + ("soft black",) * 3 + ("espresso",) * 3 + ("brown",)
FAIR_HAIR: Final = (
    *("soft black", "espresso", "espresso", "brown", "brown", "chestnut", "chestnut", "auburn", "copper"),
    *("dark blond", "dark blond", "blond", "blond", "platinum"),
)
EYES: Final[dict[str, Colour]] = {
    "dark brown": (62, 38, 26),
    "brown": (96, 60, 34),
    "hazel": (128, 96, 48),
    "green": (92, 122, 76),
    "blue": (84, 128, 166),
    "grey": (118, 134, 144),
}

# One card for each woman and man in a hand of forty: the commoner the style, the more cards.
LOOKS: Final = (
    *(("f", style) for style in ("long", "long", "wavy", "wavy", "curly", "curly", "bob", "bob", "fringe")),
    *(("f", style) for style in ("bun", "bun", "ponytail", "ponytail", "pixie", "afro", "braids", "hijab")),
    *(("f", style) for style in ("hijab", "headwrap", "beanie", "sunhat", "cropped", "buns")),
    *(("m", style) for style in ("short", "short", "short", "quiff", "quiff", "buzz", "bald", "bald")),
    *(("m", style) for style in ("afro", "crop", "crop", "receding", "cap", "cap", "beanie", "turban")),
    *(("m", style) for style in ("mane", "topknot", "locs", "fedora", "receding")),
)
TOPS: Final = (
    *("tee", "tee", "tee", "stripes", "stripes", "shirt", "shirt", "plaid", "hoodie", "hoodie", "knit", "knit"),
    *("turtleneck", "blazer", "blazer", "vneck", "vneck", "denim", "dots", "jacket", "floral", "dungarees"),
)
CLOTHES: Final[tuple[Colour, ...]] = (
    (236, 232, 224),
    (40, 44, 54),
    (196, 60, 52),
    (222, 148, 52),
    (240, 204, 96),
    (64, 116, 88),
    (46, 92, 140),
    (116, 164, 196),
    (120, 80, 132),
    (214, 128, 136),
    (124, 92, 70),
    (90, 98, 104),
    (34, 116, 122),
    (168, 188, 150),
    (148, 42, 66),
    (226, 196, 168),
)
PLACES: Final = (
    *("sky", "park", "park", "brick", "room", "room", "studio", "studio", "dusk", "beach", "hills", "wall"),
    *("books", "sunset", "autumn", "cafe", "studio", "street", "blossom", "mural"),
)


def dealt(seed: int, name: str, deck: Sequence[Card]) -> Card:
    """The card of `deck` for this seed: as many consecutive seeds as there are cards get each card exactly once.

    A collage of neighbouring seeds is therefore never all beards or all brick walls.
    """
    hand, place = divmod(seed, len(deck))
    order = list(range(len(deck)))
    Random(f"{name}/{hand}").shuffle(order)
    return deck[order[place]]
