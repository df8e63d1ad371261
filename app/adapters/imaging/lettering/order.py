"""In which order the parts of a text stand, from the left: the Unicode bidirectional algorithm (UAX #9) as far as
a line without nesting needs it. Pure.

Within a part, the shaper orders characters itself; parts are only needed because they have different fonts.
"""

import unicodedata
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Literal, NamedTuple

Direction = Literal["ltr", "rtl"]
STRONG: dict[str, Direction] = {"L": "ltr", "R": "rtl", "AL": "rtl"}
NUMBERS = ("EN", "AN")
JOINER = "\u200d"


class Part(NamedTuple):
    """A part of a text that is drawn in one font (by its number)."""

    text: str
    font: int
    direction: Direction


def base(text: str) -> Direction:
    """The direction of the whole text: that of its first letter (UAX #9, P2 and P3)."""
    return next((STRONG[kind] for one in text if (kind := unicodedata.bidirectional(one)) in STRONG), "ltr")


def parts(text: str, font_of: Callable[[str], int | None]) -> list[Part]:
    """The parts of a text from the left. `font_of`: the number of a character's font; None: it cannot be drawn."""
    whole = base(text)
    drawn = [cluster for cluster in clusters(text) if font_of(cluster[0]) is not None]
    # what is left out takes the space beside it along
    text = " ".join("".join(drawn).split())
    chosen = [(cluster, font) for cluster in clusters(text) if (font := font_of(cluster[0])) is not None]
    directions = _directions([cluster for cluster, _ in chosen], whole)
    found: list[list[Part]] = []
    for direction, group in groupby(zip(chosen, directions, strict=True), key=lambda one: one[1]):
        runs = groupby((one for one, _ in group), key=lambda one: one[1])
        made = [Part("".join(cluster for cluster, _ in run), font, direction) for font, run in runs]
        found.append(made if direction == "ltr" else made[::-1])
    return [part for group in (found if whole == "ltr" else found[::-1]) for part in group]


def clusters(text: str) -> Iterator[str]:
    """Characters with what belongs to them: accents, variation selectors, skin tones, what a joiner joins."""
    cluster = ""
    for one in text:
        belongs = unicodedata.category(one) in ("Mn", "Me", "Cf") or (
            unicodedata.category(one) == "Sk" and ord(one) > 0xFFFF
        )
        if cluster and (belongs or cluster.endswith(JOINER)):
            cluster += one
        else:
            if cluster:
                yield cluster
            cluster = one
    if cluster:
        yield cluster


def _directions(chosen: list[str], whole: Direction) -> list[Direction]:
    """Numbers follow the letter before them (W7, I1), what is neutral the letters around it, or the whole (N1, N2)."""
    known: list[Direction | None] = []
    last: Direction = whole
    for cluster in chosen:
        kind = unicodedata.bidirectional(cluster[0])
        last = STRONG.get(kind, last)
        known.append(last if kind in STRONG or kind in NUMBERS else None)
    found: list[Direction] = []
    for at, direction in enumerate(known):
        before = next((one for one in reversed(known[:at]) if one), whole)
        after = next((one for one in known[at:] if one), whole)
        found.append(direction or (before if before == after else whole))
    return found
