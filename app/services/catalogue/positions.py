"""Where a picture was taken, by the GPS tags in it. Pure.

As exiftool writes them (`51 deg 30' 35.51" N`), or as plain numbers, with the hemisphere in the value or in a tag of
its own (CIPA DC-008, 4.6.6).
"""

import re
from collections.abc import Mapping

NUMBER = re.compile(r"\d+(?:\.\d+)?")
NEGATIVE = ("S", "W")


def position(tags: Mapping[str, str]) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, north and east; None if the tags do not say, or cannot be right.

    0, 0 is what some programs write where they know nothing.
    """
    latitude = _degrees(tags.get("GPSLatitude", ""), tags.get("GPSLatitudeRef", ""), "NS", 90)
    longitude = _degrees(tags.get("GPSLongitude", ""), tags.get("GPSLongitudeRef", ""), "EW", 180)
    if latitude is None or longitude is None or (latitude, longitude) == (0.0, 0.0):
        return None
    return latitude, longitude


def _degrees(value: str, reference: str, letters: str, most: int) -> float | None:
    value = value.strip()
    parts = [float(part) for part in NUMBER.findall(value)]
    if not 1 <= len(parts) <= 3 or any(part >= 60 for part in parts[1:]):
        return None
    degrees = sum(part / 60**place for place, part in enumerate(parts))
    letter = value[-1].upper() if value[-1:].isalpha() else reference.strip()[:1].upper()
    if letter and letter not in letters:
        return None
    if not letter and not value.startswith(("-", "+")):
        return None  # nobody can tell which hemisphere
    negative = letter in NEGATIVE or (not letter and value.startswith("-"))
    return None if degrees > most else -degrees if negative else degrees
