"""The cookie of a gallery's session: whose it is, how long it lasts, and that nobody can forge one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous.encoding import base64_decode

from app.web.auth.session import LIFETIME, LONGEST, Sessions

NOW = 1_800_000_000.0
KEYS = ("a key of sixteen characters", "the one before that")
PASSWORD = "correct horse"
ID = "a-session-that-nobody-can-guess"


def test_a_session_holds_for_its_campaign_for_twelve_hours() -> None:
    sessions = Sessions(KEYS)
    cookie = sessions.cookie("sayno", PASSWORD, NOW, ID)
    assert LIFETIME == 12 * 3600
    for later, holds in ((0, True), (LIFETIME - 1, True), (LIFETIME, False), (10 * LIFETIME, False)):
        assert sessions.session(cookie, "sayno", PASSWORD, NOW + later) == (ID if holds else None)


def test_a_session_is_none_of_another_campaign_even_with_the_same_password() -> None:
    sessions = Sessions(KEYS)
    assert sessions.session(sessions.cookie("sayno", PASSWORD, NOW, ID), "other", PASSWORD, NOW) is None


def test_another_password_ends_the_sessions_and_the_old_one_does_not_bring_new_ones_back() -> None:
    sessions = Sessions(KEYS)
    before, after = (sessions.cookie("sayno", password, NOW, ID) for password in (PASSWORD, "another"))
    assert sessions.session(before, "sayno", "another", NOW) is None
    assert sessions.session(after, "sayno", PASSWORD, NOW) is None


def test_what_an_older_key_signed_holds_until_that_key_is_gone() -> None:
    cookie = Sessions(KEYS[1:]).cookie("sayno", PASSWORD, NOW, ID)
    assert Sessions(KEYS).session(cookie, "sayno", PASSWORD, NOW) == ID
    assert Sessions(KEYS[:1]).session(cookie, "sayno", PASSWORD, NOW) is None


def test_the_newest_key_signs() -> None:
    cookie = Sessions(KEYS).cookie("sayno", PASSWORD, NOW, ID)
    assert Sessions(KEYS[:1]).session(cookie, "sayno", PASSWORD, NOW) == ID


def test_the_cookie_says_the_campaign_the_end_and_the_session_and_nothing_of_the_password() -> None:
    cookie = Sessions(KEYS).cookie("sayno", PASSWORD, NOW, ID)
    assert json.loads(base64_decode(cookie.partition(".")[0])) == ["sayno", NOW + LIFETIME, ID]
    assert len(Sessions(KEYS).cookie("a" * 64, PASSWORD, NOW, ID)) < LONGEST


@given(st.text(max_size=2 * LONGEST))
def test_no_text_is_a_session(text: str) -> None:
    assert Sessions(KEYS).session(text, "sayno", PASSWORD, NOW) is None


@given(st.integers(0, 60), st.characters(codec="ascii"))
def test_a_changed_cookie_is_invalid(place: int, character: str) -> None:
    sessions = Sessions(KEYS)
    cookie = sessions.cookie("sayno", PASSWORD, NOW, ID)
    changed = cookie[:place] + character + cookie[place + 1 :]
    assert sessions.session(changed, "sayno", PASSWORD, NOW) == (ID if changed == cookie else None)


@pytest.mark.parametrize(
    "said",
    [
        *(["sayno"], ["sayno", "x"], {"sayno": 1}, None, "sayno", ["sayno", None], ["sayno", NOW + 60]),
        *(["sayno", NOW + 60, None], ["sayno", NOW + 60, ["x"]], ["sayno", NOW + 60, "x", "y"]),
    ],
)
def test_something_else_that_we_signed_is_no_session(said: object) -> None:
    sessions = Sessions(KEYS)
    cookie = str(sessions._serializer("sayno", PASSWORD).dumps(said))
    assert sessions.session(cookie, "sayno", PASSWORD, NOW) is None
