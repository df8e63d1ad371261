"""Which notifications about a photo need a lookup, and which are covered by an earlier one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import limits
from app.services.processor.coalescing import KEPT, MARGIN, Lookups, read

TIMES = st.integers(1_700_000_000, 1_700_000_100)


def test_a_first_notification_asks_and_at_once() -> None:
    assert not Lookups().covers("a", 1_700_000_000)
    assert Lookups().pause("a", 1_700_000_000) == 0


def test_a_notification_signed_before_the_last_lookup_is_covered() -> None:
    lookups = Lookups().at("a", 1_700_000_010.0)
    assert lookups.covers("a", 1_700_000_008)
    # too close: signed times are whole seconds, and clocks differ a little
    assert not lookups.covers("a", 1_700_000_009)
    assert not lookups.covers("b", 1_700_000_000)


def test_the_third_question_in_a_row_waits_and_later_ones_do_not() -> None:
    lookups = Lookups().at("a", 100.1).at("a", 100.3)
    assert lookups.pause("a", 100) == limits.BURST_SECONDS
    assert lookups.pause("b", 100) == 0
    assert lookups.pause("a", 160) == 0


@given(signed=st.lists(TIMES, min_size=1, max_size=30), photo=st.sampled_from(["a", "ü/b c"]))
def test_nothing_is_taken_for_known_that_was_signed_after_every_question(signed: list[int], photo: str) -> None:
    lookups = Lookups()
    for when in signed:
        lookups = read(lookups.at(photo, when).written())
    for later in range(max(signed) - 1, max(signed) + 10):
        assert not lookups.covers(photo, later)
    assert lookups.covers(photo, int(max(signed) - MARGIN))


def test_only_so_many_photos_are_remembered_and_none_by_name() -> None:
    lookups = Lookups()
    for number in range(KEPT + 5):
        lookups = lookups.at(f"somebody/{number}", 100.0)
    assert len(lookups.times) == KEPT
    assert not lookups.covers("somebody/0", 90)
    assert lookups.covers(f"somebody/{KEPT + 4}", 90)
    assert b"somebody" not in lookups.written()


NO_NOTE = [b"", b"{", b"null", b"[]", b"3", b'{"x": 3}', b'{"x": [null]}', b'{"x": ["y"]}', b"\xff", b"[" * 100_000]
NO_TIME = [b'{"x": [Infinity]}', b'{"x": [1e999]}', b'{"x": [NaN]}']


@pytest.mark.parametrize("damaged", [*NO_NOTE, *NO_TIME])
def test_nothing_is_known_from_a_damaged_note(damaged: bytes) -> None:
    assert read(damaged) == Lookups()


def test_what_is_cut_off_anywhere_only_asks_more() -> None:
    written = Lookups().at("a", 1_700_000_010.0).at("b", 1_700_000_020.0).written()
    for length in range(len(written)):
        assert read(written[:length]) == Lookups()
    assert json.loads(written)
