"""Judging the difference between our clock and another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.adapters.cloudinary.signature import NEWEST
from app.services.doctor import clock

STATES = ("ok", "warn", "FAIL")


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_the_more_it_is_wrong_the_worse_it_is(one: float, other: float) -> None:
    small, large = sorted((one, other), key=abs)
    for judge in (clock.cloudinarys, clock.stores):
        assert STATES.index(judge(small).state) <= STATES.index(judge(large).state)


def test_it_fails_before_notifications_are_refused() -> None:
    assert [clock.cloudinarys(ahead).state for ahead in (29, 31, NEWEST - 1, NEWEST)] == ["ok", "warn", "warn", "FAIL"]
    assert clock.cloudinarys(-31).state == "warn"
    assert clock.cloudinarys(None).state == "-"


def test_it_says_which_one_is_behind() -> None:
    assert "this machine's is 400 s behind Cloudinary's" in clock.cloudinarys(400).message
    assert "this machine's is 400 s ahead of Cloudinary's" in clock.cloudinarys(-400).message
    assert "NTP" in clock.stores(-400).advice
