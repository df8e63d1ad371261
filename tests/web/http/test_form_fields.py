"""Numbers from forms and JSON: the reason for a refusal is the right one."""

from __future__ import annotations

import pytest

from app.core.errors import BadParameters
from app.web.http.form_fields import check_number, parse_number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("abc", "width must be a whole number in digits, from 16 to 16384, not 'abc'."),
        ("1e9", "width must be a whole number in digits, from 16 to 16384, not '1e9'."),
        ("4.5", "width must be a whole number in digits, from 16 to 16384, not '4.5'."),
        ("٤٠٩٦", "width must be a whole number in digits, from 16 to 16384, not '٤٠٩٦'."),
        ("0", "width must be from 16 to 16384, not 0."),
        ("-1", "width must be from 16 to 16384, not -1."),
        ("1000000000", "width must be from 16 to 16384, not 1000000000."),
        ("9" * 5000, f"width must be from 16 to 16384, not {'9' * 40}…."),
    ],
)
def test_a_number_is_refused_with_its_field_its_bounds_and_what_was_sent(text: str, said: str) -> None:
    with pytest.raises(BadParameters) as refused:
        parse_number("width", text, 16, 16384)
    assert refused.value.public == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "photos must be at least 1, not 0."),
        (-1, "photos must be at least 1, not -1."),
        ("3", "photos must be a whole number, at least 1, not '3'."),
        (True, "photos must be a whole number, at least 1, not True."),
        (1.5, "photos must be a whole number, at least 1, not 1.5."),
        (None, "photos must be a whole number, at least 1, not None."),
        (-(10**4000), "photos must be at least 1, not a number of over 100 digits."),
    ],
)
def test_json_is_refused_with_its_field_its_bounds_and_what_was_sent(value: object, said: str) -> None:
    with pytest.raises(BadParameters) as refused:
        check_number("photos", value, 1)
    assert refused.value.public == said


def test_spaces_and_signs_are_read_and_a_large_number_without_an_upper_bound_is_one() -> None:
    assert parse_number("photos", " +12 ", 1) == 12
    assert parse_number("photos", "1" + 50 * "0", 1) == 10**50
    assert check_number("photos", 10**4000, 1) == 10**4000
