"""Names of places and time zones, from the process that has the tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from app.adapters.places import Places, Spot, why_not
from scripts.sandbox.waiting import wait_for


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    running = Places()
    yield running
    running.close()


def at(places: Places, latitude: float, longitude: float) -> Spot:
    found = places.find([(latitude, longitude)])
    assert found is not None
    return found[0]


def test_the_packages_are_there() -> None:
    assert why_not() is None


def test_the_nearest_place_is_found_across_the_date_line(places: Places) -> None:
    west, east = at(places, -16.78, 179.999), at(places, -16.78, -179.999)
    assert (west.city, west.zone) == (east.city, east.zone)
    assert west.km == pytest.approx(east.km, abs=1)


def test_the_nearest_place_is_nearest_in_kilometres_not_in_degrees(places: Places) -> None:
    # a degree of longitude is less than half as long here as one of latitude
    assert at(places, 64.15, -21.94).km < 3


def test_poles_and_corners_have_an_answer(places: Places) -> None:
    for latitude in (-90.0, 0.0, 90.0):
        for longitude in (-180.0, 0.0, 180.0):
            assert at(places, latitude, longitude).zone


def test_many_are_answered_in_order(places: Places) -> None:
    positions = [(52.52, 13.405), (-33.8688, 151.2093)] * 600
    found = places.find(positions)
    assert found is not None
    assert [one.country_code for one in found] == ["DE", "AU"] * 600


@pytest.mark.parametrize("does", ["raise SystemExit(1)", "print('[{]', flush=True)", "print('[{}]', flush=True)"])
def test_a_process_that_fails_is_an_unknown_place(does: str) -> None:
    places = Places([sys.executable, "-c", f"input(); {does}"])
    assert places.find([(1.0, 2.0)]) is None
    places.close()


def test_it_ends_when_it_is_idle_and_starts_again() -> None:
    places = Places(idle=0.05)
    assert at(places, 52.52, 13.405).city == "Mitte"
    wait_for(lambda: places._helper.process is None, "the process has ended")
    assert at(places, 52.52, 13.405).city == "Mitte"
    places.close()
