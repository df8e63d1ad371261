"""The process that looks up places. A request is a line of JSON, a list of [latitude, longitude]; so is the answer."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import IO, Any

RADIUS = 6371.0  # km, of the earth
DEGREE = RADIUS * math.pi / 180  # km, of latitude


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answers requests until there are no more."""
    # only here: the tables take 2 s and 200 MB
    import reverse_geocode
    import tzfpy

    for line in requests:
        found = [_spot(reverse_geocode.search, tzfpy.get_tz, *position) for position in json.loads(line)]
        answers.write(json.dumps(found).encode("ascii") + b"\n")
        answers.flush()


def _spot(search: Any, zone: Any, latitude: float, longitude: float) -> dict[str, object]:
    def away(place: Mapping[str, Any]) -> float:
        return _km((latitude, longitude), (place["latitude"], place["longitude"]))

    # It measures in degrees, as if all were of one length, and as if -180 and 180 were the two ends of the world. The
    # nearest place is no further than the one it finds, but may be that far to the east or west.
    place = min(search([(latitude, longitude + turn) for turn in (0, 360, -360)]), key=away)
    span = min(180.0, away(place) / (DEGREE * max(0.01, math.cos(math.radians(latitude)))))
    sides = [_turned(longitude + span * part / 4) for part in range(-4, 5)]
    place = min([place, *search([(latitude, side) for side in sides])], key=away)
    return {
        "zone": zone(longitude, latitude),
        "city": place["city"],
        "region": place.get("state") or place.get("county"),
        "country": place.get("country"),
        "country_code": place["country_code"],
        "km": away(place),
    }


def _turned(longitude: float) -> float:
    """The same longitude between -180 and 180."""
    return (longitude + 180) % 360 - 180


def _km(one: Sequence[float], other: Sequence[float]) -> float:
    """The distance on a sphere (the haversine formula)."""
    (a, b), (c, d) = (map(math.radians, place) for place in (one, other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * RADIUS * math.asin(math.sqrt(min(1.0, half)))
