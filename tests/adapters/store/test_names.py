"""Public IDs as file names: reversible, safe, at most 200 bytes."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.adapters.store.names import LONGEST, file_name, public_id_of
from app.core.errors import BadPublicId

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("public_id", "name"),
    [
        ("bs8psp5f", "bs8psp5f"),
        ("test_prototype/bs8psp5f", "test_prototype+bs8psp5f"),
        ("a/b/c.d-e_F", "a+b+c.d-e_F"),
        ("my photo", "my%20photo"),
        (".hidden", "%2Ehidden"),
        ("..", "%2E."),
        (".tmp-1", "%2Etmp-1"),
        ("a/.b", "a+.b"),
        ("é", "%C3%A9"),
        ("😀", "%F0%9F%98%80"),
        ("50%", "50%25"),
        ("%2F", "%252F"),
        ("a+b", "a%2Bb"),
        ("a\0b\n", "a%00b%0A"),
    ],
)
def test_a_public_id_has_this_name_and_comes_back(public_id: str, name: str) -> None:
    assert file_name(public_id) == name
    assert public_id_of(name) == public_id


@given(IDS)
@example("../../etc/passwd")
@example(".")
@example("%2e")
@example("+/+")
def test_every_name_is_safe_and_gives_its_public_id_back(public_id: str) -> None:
    try:
        name = file_name(public_id)
    except BadPublicId:
        assert len(public_id.encode()) * 3 > LONGEST
        return
    assert re.fullmatch(r"[A-Za-z0-9_%+-][A-Za-z0-9._%+-]*", name)
    assert len(name.encode()) <= LONGEST
    assert public_id_of(name) == public_id


@given(IDS, IDS)
def test_different_photos_never_share_a_name(one: str, other: str) -> None:
    if one != other and len(one.encode()) * 3 <= LONGEST and len(other.encode()) * 3 <= LONGEST:
        assert file_name(one) != file_name(other)


def test_a_name_of_200_bytes_is_taken_and_a_longer_one_refused_in_a_sentence() -> None:
    assert len(file_name("a" * 200)) == 200
    assert len(file_name("é" * 33 + "aa")) == 200
    for public_id in ("a" * 201, "é" * 33 + "aaa", "😀" * 17, "." + "a" * 198):
        with pytest.raises(BadPublicId, match=r"too long for a file name \(20[1-4] bytes, 200 at most\); give"):
            file_name(public_id)
