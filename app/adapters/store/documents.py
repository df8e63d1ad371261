"""JSON from files that may be damaged: by a bad disk, an editor, a copy that was cut short. Pure."""

import json
import math
from datetime import UTC, datetime
from typing import Any

MOMENT = "%Y-%m-%dT%H:%M:%SZ"
MOST = 10**12  # beyond any count, size or version; longer numbers overflow what they are passed to


def parsed(raw: bytes) -> Any:
    """The value of a JSON document. Raises ValueError for anything but JSON in UTF-8.

    Python's parser also takes UTF-16 and NaN, and answers deep nesting with RecursionError.
    """
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refused)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None


def an_object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in a document or a line; None where there is none."""
    try:
        value = parsed(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def is_count(value: object, least: int = 0) -> bool:
    """Whether this is a whole number of at least `least`. JSON's true is not one, though Python's True is."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= MOST


def is_part(value: object) -> bool:
    """Whether this is a number from 0 to 1."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1


def moment(text: object) -> datetime | None:
    """The time in a text such as `2026-11-20T06:04:05Z`; None for anything else, even a part of one."""
    try:
        found = datetime.strptime(text, MOMENT).replace(tzinfo=UTC) if isinstance(text, str) else None
    except ValueError:
        return None
    # strptime takes `2026-1-2T3:4:5Z` as well; and a time before 1970 has no seconds since then
    return found if found and found.year >= 1970 and f"{found:{MOMENT}}" == text else None


def _refused(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
