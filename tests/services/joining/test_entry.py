"""What somebody has typed and ticked, and what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.addresses import is_address
from app.services.joining.entry import Entry, read

KEY = "0123456789abcdef01234567"
GOOD = {"key": KEY, "show": "yes"}


@pytest.mark.parametrize(
    ("form", "required", "problems"),
    [
        ({}, False, []),
        ({}, True, ["no address"]),
        ({"email": " "}, True, ["no address"]),
        ({"email": "ann@example.org"}, True, []),
        ({"email": "ann@example.org", "mail": "yes"}, False, []),
        ({"mail": "yes"}, False, ["no address"]),
        ({"email": "ann at example.org"}, False, ["address"]),
        ({"email": "=1+1@example.org"}, False, ["address"]),
        ({"show": "no"}, False, ["show"]),
        ({"show": ""}, False, ["show"]),
        ({"more": "https://spam.example"}, False, ["trap"]),
        ({"key": ""}, False, ["key"]),
        ({"key": "../../x"}, False, ["key"]),
        ({"key": KEY.upper()}, False, ["key"]),
    ],
)
def test_what_keeps_a_photo_from_being_taken(form: dict[str, str], required: bool, problems: list[str]) -> None:
    assert read(GOOD | form).problems(required=required) == problems


def test_records_of_opens_need_the_consent_to_mails() -> None:
    assert read(GOOD | {"tracking": "yes"}).said() == {"consent": "yes", "mail": "no", "tracking": "no"}
    said = read(GOOD | {"email": "Ann <ann@Example.org>", "mail": "yes", "tracking": "yes"}).said()
    assert said == {"email": "ann@example.org", "consent": "yes", "mail": "yes", "tracking": "yes"}


@given(st.dictionaries(st.sampled_from(["key", "email", "show", "mail", "tracking", "more"]), st.text()))
def test_whatever_is_sent_only_an_address_and_yes_or_no_are_kept(form: dict[str, str]) -> None:
    said = read(form).said()
    email = said.pop("email", None)
    assert email is None or (is_address(email) and not email.startswith(("=", "+", "-", "@")))
    assert set(said.values()) <= {"yes", "no"}


def test_a_form_without_a_key_is_never_complete() -> None:
    assert Entry("").problems(required=False) == ["key", "show"]
