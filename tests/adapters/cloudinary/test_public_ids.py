"""Which public IDs are valid."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.cloudinary.public_ids import check_public_id
from app.core.errors import BadPublicId

POSSIBLE = [
    "a",
    "bs8psp5f",
    "test_prototype/bs8psp5f",
    "a/b/c",
    "my photo (1)",
    "v1.2",
    ".hidden",
    "a/.b",
    "é",
    "שלום",
    "😀",
]
POSSIBLE += [
    "a" * 255,
    "a@b.c",
    "a=b",
    "a:b",
    "a*b",
    "a|b",
    "a'b",
    'a"b',
    "v123/a",
    "-o",
    "@list",
    "~",
    "a,b",
    "$x",
    "[0]",
]


@pytest.mark.parametrize("public_id", POSSIBLE)
def test_a_public_id_that_there_can_be_is_taken(public_id: str) -> None:
    check_public_id(public_id)


IMPOSSIBLE = ["", "a" * 256, " a", "a ", "/a", "a/", "a//b", "..", "a/../b", "../a", "a..b", ".", "a/./b", "./a"]
IMPOSSIBLE += [f"a{character}b" for character in "?&#\\%<>+\0\n\r\t\x1b\x7f"]
IMPOSSIBLE += ["%2e%2e/a", "a\ud800b", "\u00a0a", "a/ ", " /a", "a/\u2003"]


@pytest.mark.parametrize("public_id", IMPOSSIBLE)
def test_one_that_there_cannot_be_or_that_the_sdk_would_change_is_refused(public_id: str) -> None:
    with pytest.raises(BadPublicId) as caught:
        check_public_id(public_id)
    assert "\n" not in str(caught.value)
    str(caught.value).encode()  # and it can be written to a log


@given(st.text(st.characters()))
def test_any_text_is_taken_or_refused(text: str) -> None:
    with contextlib.suppress(BadPublicId):
        check_public_id(text)
        assert ".." not in text
        assert text.isprintable() or not set(text) & {chr(number) for number in range(32)}
