"""The step `watermark`: a line of text in a corner, with the campaign's title, year, place, zodiac sign, and a name."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.core.addresses import may_hold_address
from app.core.config import values
from app.core.errors import SettingError
from app.services.looks.steps import wording

if TYPE_CHECKING:
    from app.services.looks.steps import Picture, Subject
    from app.services.looks.tools import Tools

NAME = "watermark"
REVISION = 2
CORNERS = ("bottom-right", "bottom-left", "top-right", "top-left")
SIZE = 0.035  # of the picture's shorter side: the height of the letters
SIZES = values.number(0.01, 0.2, ": of the picture's shorter side.")
LONGEST = 200  # characters
CONSTANTS = {"contrast of the letters, at least": 4.5, "longest text, characters": LONGEST}
FIELDS = ("title", "year", "zodiac", "place", "name")
SIGNS = {
    **{"Aries": "♈", "Taurus": "♉", "Gemini": "♊", "Cancer": "♋", "Leo": "♌", "Virgo": "♍", "Libra": "♎"},
    **{"Scorpio": "♏", "Sagittarius": "♐", "Capricorn": "♑", "Aquarius": "♒", "Pisces": "♓"},
}


def options(where: str, given: Mapping[str, object]) -> dict[str, Any]:
    """`text`, `corner`, `size` (of the picture's shorter side)."""
    checks: dict[str, values.Check] = {"text": _text, "corner": values.one_of(CORNERS), "size": SIZES}
    found = values.table(where, given, checks, ".")
    if "text" not in found:
        raise SettingError(f'{where} needs a text, such as "{{title}} {{year}} · {{place}}".')
    return {"corner": CORNERS[0], "size": SIZE} | found


def missing(options: Mapping[str, Any], tools: "Tools") -> str | None:
    from app.adapters.imaging.lettering import fonts

    lacking = fonts.missing()
    return f"text cannot be written here; install {' and '.join(lacking)}." if lacking else None


def apply(picture: "Picture", options: Mapping[str, Any], subject: "Subject", tools: "Tools") -> "Picture":
    from app.adapters.imaging.lettering import written

    text = wording.filled(options["text"], said(subject))
    return picture.with_pixels(written(picture.pixels, text, options["corner"], options["size"]))


def said(subject: "Subject") -> dict[str, str]:
    """The values of all fields. The year is that in which the photo was taken, if that is known, else approved."""
    entry = subject.entry
    place = ", ".join(dict.fromkeys(filter(None, (entry.city, entry.region or entry.country)))) if entry else ""
    known = entry.taken_at or entry.taken if entry else None
    year = known[:4] if known else f"{datetime.fromtimestamp(subject.approved_at, UTC).year}"
    sign = SIGNS.get(entry.zodiac, "") if entry and entry.zodiac else ""
    name = entry.name or "" if entry else ""
    if may_hold_address(name):  # the catalogue keeps none; its file can be edited
        name = ""
    return {"title": subject.campaign.title, "year": year, "zodiac": sign, "place": place, "name": name}


def _text(where: str, given: object) -> str:
    text = values.text(where, given)
    unknown = [name for name in wording.fields(text) if name not in FIELDS]
    if unknown:
        raise SettingError(f"{where} has an unknown field {{{unknown[0][:40]}}}; known fields are {', '.join(FIELDS)}.")
    if len(text) > LONGEST or "\n" in text:
        raise SettingError(f"{where} must be one line of at most {LONGEST} characters.")
    return text
