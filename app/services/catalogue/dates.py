"""When a picture was taken, by the tags in it. Pure.

EXIF's date is the camera's local time (CIPA DC-008, 4.6.5.3); where that was, its offset tag says, or the time zone of
the place. The GPS tags hold the time of the satellites, which is UTC.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

Flag = Literal["impossible", "future"]

DATE = re.compile(r"(\d{4})[:-](\d{2})[:-](\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)? *(.*)")
OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?")
FURTHEST = timedelta(hours=14)  # of a local time from UTC: Kiritimati's
EARLIEST = 1826  # the year of the first photograph that is left
LENIENCE = timedelta(minutes=5)  # by which a camera's clock may be ahead


@dataclass(frozen=True, slots=True)
class Taken:
    """`text`, `offset`: as they stand in the file. `local`: the date on site, without a zone; `utc`: the same in UTC.

    `flag`: why both are missing although there is a date: it does not exist, or has not come yet.
    """

    text: str | None = None
    offset: str | None = None
    local: datetime | None = None
    utc: datetime | None = None
    flag: Flag | None = None


def taken(tags: Mapping[str, str], zone: ZoneInfo | None, now: datetime) -> Taken:
    """When a picture was taken. `zone`: that of the place, if that is known; `now`: UTC.

    Of two local times that are the same, because clocks were set back, the one nearer to the satellites' time counts,
    or the first.
    """
    satellites = _satellites(tags)
    text, offset = _written(tags)
    if text is None:
        return _by_satellites(tags, satellites, zone, now)
    local, dated, rest = _parsed(text)
    offset = offset or rest or None
    if local is None or local.year < EARLIEST:
        return Taken(text, offset, flag="impossible")
    if local.replace(tzinfo=UTC) > now + FURTHEST:  # wherever that was
        return Taken(text, offset, flag="future")
    fixed = _offset(offset)
    utc = None
    if dated and fixed is not None:
        utc = local.replace(tzinfo=fixed)
    elif dated and zone is not None:
        both = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
        utc = min(both, key=lambda one: abs(one.astimezone(UTC) - (satellites or both[0].astimezone(UTC))))
    elif dated and satellites is not None and abs(local.replace(tzinfo=UTC) - satellites) <= FURTHEST:
        utc = satellites
    if utc is not None and utc > now + LENIENCE:
        return Taken(text, offset, flag="future")
    return Taken(text, offset, local, utc.astimezone(UTC) if utc else None)


def _written(tags: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The date and its offset. Blanks stand for what is not known."""
    for date, offset in (("DateTimeOriginal", "OffsetTimeOriginal"), ("CreateDate", "OffsetTimeDigitized")):
        text, zone = (tags.get(name, "").strip() for name in (date, offset))
        if text.strip(" :"):
            return text, zone if zone.strip(" :") else None
    return None, None


def _by_satellites(tags: Mapping[str, str], satellites: datetime | None, zone: ZoneInfo | None, now: datetime) -> Taken:
    if satellites is None:
        return Taken()
    text = f"{tags['GPSDateStamp'].strip()} {tags['GPSTimeStamp'].strip()}"
    if satellites > now + LENIENCE:
        return Taken(text, "Z", flag="future")
    local = satellites.astimezone(zone).replace(tzinfo=None) if zone is not None else None
    return Taken(text, "Z", local, satellites)


def _parsed(text: str) -> tuple[datetime | None, bool, str]:
    """The local time (None: there is no such date), whether it has a time of day, and what follows."""
    found = DATE.fullmatch(text)
    if found is None:
        return None, False, ""
    *numbers, rest = found.groups()
    try:
        return datetime(*(int(number or 0) for number in numbers)), numbers[3] is not None, rest  # type: ignore[arg-type]
    except ValueError:
        return None, False, ""


def _offset(text: str | None) -> timezone | None:
    if text == "Z":
        return UTC
    found = OFFSET.fullmatch(text or "")
    if found is None:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-size if found[1] == "-" else size) if size <= FURTHEST else None


def _satellites(tags: Mapping[str, str]) -> datetime | None:
    date, time = DATE.fullmatch(tags.get("GPSDateStamp", "").strip()), TIME.match(tags.get("GPSTimeStamp", "").strip())
    if date is None or time is None:
        return None
    try:
        hour, minute, second = map(int, time.groups())
        return datetime(int(date[1]), int(date[2]), int(date[3]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
