"""Dates as they stand in files, and the same in UTC."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.catalogue.dates import taken
from app.services.catalogue.positions import position
from app.services.catalogue.zodiac import LAST, sign

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ZONES = ("Europe/Berlin", "Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns", "Etc/GMT+12", "Asia/Kathmandu")


def of(text: str, offset: str = "", zone: str | None = None) -> tuple[str | None, str | None]:
    found = taken({"DateTimeOriginal": text, "OffsetTimeOriginal": offset}, ZoneInfo(zone) if zone else None, NOW)
    return (f"{found.utc:%Y-%m-%dT%H:%M:%SZ}" if found.utc else None), found.flag


@pytest.mark.parametrize(
    ("text", "offset", "utc", "flag"),
    [
        ("2024:05:20 12:00:00", "+02:00", "2024-05-20T10:00:00Z", None),
        ("2024-05-20T12:00:00", "Z", "2024-05-20T12:00:00Z", None),
        ("2024:05:20 12:00:00.25", "+0200", "2024-05-20T10:00:00Z", None),
        ("2024:05:20 12:00:00+02:00", "", "2024-05-20T10:00:00Z", None),
        ("2024:05:20 12:00", "+02:00", "2024-05-20T10:00:00Z", None),
        ("2024:05:20", "+02:00", None, None),
        ("2024:05:20 12:00:00", "+25:00", None, None),
        ("2024:05:20 12:00:00", "   :  ", None, None),
        ("2024:13:01 12:00:00", "+02:00", None, "impossible"),
        ("2024:05:20 24:00:00", "+02:00", None, "impossible"),
        ("yesterday", "", None, "impossible"),
        ("    :  :     :  :  ", "", None, None),
        ("", "", None, None),
        ("9999:12:31 23:59:59", "-11:00", None, "future"),
        ("2026:11:20 12:04:00", "+00:00", "2026-11-20T12:04:00Z", None),
        ("2026:11:20 12:06:00", "+00:00", None, "future"),
        ("2026:11:21 01:59:00", "", None, None),
        ("2026:11:21 02:01:00", "", None, "future"),
    ],
)
def test_a_date_is_read_or_flagged(text: str, offset: str, utc: str | None, flag: str | None) -> None:
    assert of(text, offset) == (utc, flag)


@given(st.text(max_size=30), st.text(max_size=10), st.sampled_from((None, *ZONES)))
def test_whatever_stands_there_nothing_breaks_and_it_is_kept(text: str, offset: str, zone: str | None) -> None:
    found = taken({"DateTimeOriginal": text, "OffsetTimeOriginal": offset}, ZoneInfo(zone) if zone else None, NOW)
    assert found.text == (text.strip() if text.strip().strip(" :") else None)
    assert found.flag is None or (found.local, found.utc) == (None, None)


@given(st.datetimes(datetime(1826, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))
def test_the_time_in_utc_is_the_time_on_site_less_the_zones_offset(local: datetime, zone: str) -> None:
    local = local.replace(microsecond=0)
    found = taken({"DateTimeOriginal": f"{local:%Y:%m:%d %H:%M:%S}".rjust(19, "0")}, ZoneInfo(zone), NOW)
    if found.flag is None:
        assert found.utc is not None
        assert abs(found.utc.replace(tzinfo=None) - local) <= timedelta(hours=24)
        assert local in {
            found.utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - gap for gap in (timedelta(0), *GAPS)
        }
    else:
        assert local > NOW.replace(tzinfo=None) - timedelta(hours=14)


# hours that the zones above skip when clocks go forward, and a day that Samoa skipped
GAPS = (*(timedelta(minutes=minutes) for minutes in range(1, 121)), timedelta(days=1))


def test_every_day_has_the_sign_that_begins_and_ends_where_newspapers_say() -> None:
    assert sign(date(2024, 3, 20)) == "Pisces"
    assert sign(date(2024, 3, 21)) == "Aries"
    assert sign(date(2024, 12, 21)) == "Sagittarius"
    assert sign(date(2024, 12, 22)) == sign(date(2025, 1, 1)) == sign(date(2025, 1, 19)) == "Capricorn"
    year = [date(2024, 1, 1) + timedelta(number) for number in range(366)]
    changes = [day for before, day in itertools.pairwise(year) if sign(before) != sign(day)]
    assert [(day.month, day.day) for day in changes] == [
        *((1, 20), (2, 19), (3, 21), (4, 20), (5, 21), (6, 21), (7, 23), (8, 23), (9, 23), (10, 23), (11, 22), (12, 22))
    ]
    assert len({name for _, _, name in LAST}) == 12


@pytest.mark.parametrize(
    ("latitude", "longitude", "where"),
    [
        ("51 deg 30' 36.00\" N", "0 deg 7' 12.00\" W", (51.51, -0.12)),
        ("51.51", "0.12", None),
        ("-51.51", "+0.12", (-51.51, 0.12)),
        ("51 30 36", "0 7 12", None),
        ("90 deg 0' 1\" N", "0 deg 7' 12.00\" W", None),
        ("51 deg 60' 0\" N", "0 deg 7' 12.00\" W", None),
        ("0 deg 0' 0\" N", "0 deg 0' 0\" E", None),
        ("51 deg 30' 36.00\" E", "0 deg 7' 12.00\" W", None),
        ("nan N", "0 W", None),
    ],
)
def test_a_position_is_read_or_is_none(latitude: str, longitude: str, where: tuple[float, float] | None) -> None:
    found = position({"GPSLatitude": latitude, "GPSLongitude": longitude})
    assert found == (where if where is None else pytest.approx(where))


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=5), st.text(max_size=5))
def test_a_position_is_on_the_earth_or_none(latitude: str, longitude: str, north: str, east: str) -> None:
    tags = {"GPSLatitude": latitude, "GPSLatitudeRef": north, "GPSLongitude": longitude, "GPSLongitudeRef": east}
    found = position(tags)
    assert found is None or (abs(found[0]) <= 90 and abs(found[1]) <= 180)
