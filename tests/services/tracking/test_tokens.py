"""Tokens: signed claims come back unchanged; nothing else is a token."""

from __future__ import annotations

import base64

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.errors import NotFound
from app.services.tracking.tokens import LONGEST, Claims, Tokens, links

NEW, OLD, OTHER = "the newest key, quite long", "an old key, still good", "a key of somebody else's"
TOKENS = Tokens([NEW, OLD])
CLAIMS = Claims("sayno", "0001", "supporters/ann")
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=66)


@given(words, words, words)
def test_what_is_signed_comes_back(campaign: str, collage: str, public_id: str) -> None:
    claims = Claims(campaign, collage, public_id)
    assert TOKENS.read_image(TOKENS.image(claims)) == claims
    assert TOKENS.read_unsubscribe(TOKENS.unsubscribe(claims)) == claims


@given(words)
def test_a_token_needs_no_escaping_in_an_address_and_is_short(public_id: str) -> None:
    token = TOKENS.image(Claims("c" * 64, "0001", public_id))
    assert token.isascii()
    assert not set(token) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert len(token) <= LONGEST


def test_the_same_claims_give_the_same_token() -> None:
    assert TOKENS.image(CLAIMS) == Tokens([NEW]).image(CLAIMS)


def test_a_token_for_pictures_is_none_for_unsubscribing_nor_the_other_way_round() -> None:
    with pytest.raises(NotFound):
        TOKENS.read_unsubscribe(TOKENS.image(CLAIMS))
    with pytest.raises(NotFound):
        TOKENS.read_image(TOKENS.unsubscribe(CLAIMS))


def test_a_token_says_whose_opens_may_not_be_recorded_and_the_usual_ones_stay_as_they_were() -> None:
    anonymous = Claims("sayno", "0001", "supporters/ann", individual=False)
    token = TOKENS.image(anonymous)
    assert token != TOKENS.image(CLAIMS)
    assert TOKENS.read_image(token) == anonymous
    assert TOKENS.unsubscribe(anonymous) == TOKENS.unsubscribe(CLAIMS)


def test_the_newest_key_signs_and_an_old_one_is_good_until_it_is_taken_away() -> None:
    before = Tokens([OLD]).image(CLAIMS)
    assert TOKENS.image(CLAIMS) != before
    assert TOKENS.read_image(before) == CLAIMS
    with pytest.raises(NotFound):
        Tokens([NEW]).read_image(before)
    with pytest.raises(NotFound):
        TOKENS.read_image(Tokens([OTHER]).image(CLAIMS))


@given(st.data(), st.sampled_from([CLAIMS, Claims("c" * 64, "0001", "aaaaaaaaaa" * 12)]))
def test_a_token_altered_anywhere_is_invalid(data: st.DataObject, claims: Claims) -> None:
    token = TOKENS.image(claims)
    place = data.draw(st.integers(0, len(token) - 1))
    end = data.draw(st.integers(place, len(token)))
    altered = token[:place] + data.draw(st.text(max_size=4) | st.sampled_from(list("=!. \n-_A"))) + token[end:]
    assume(altered != token)
    with pytest.raises(NotFound):
        TOKENS.read_image(altered)


def test_no_other_spelling_of_a_token_is_one() -> None:
    """The last character of a signature has two bits without meaning, and so do padding and foreign characters."""
    token = TOKENS.image(CLAIMS)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for last in set(alphabet) - {token[-1]}:
        with pytest.raises(NotFound):
            TOKENS.read_image(token[:-1] + last)
    for odd in (f"{token}=", f"{token} ", f"{token}!", token.replace(".", ".!"), f"!{token}", f"{token}\n"):
        with pytest.raises(NotFound):
            TOKENS.read_image(odd)


@given(st.text(st.characters()) | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode() + ".x"))
def test_any_text_can_be_read_and_is_no_token(text: str) -> None:
    for read in (TOKENS.read_image, TOKENS.read_unsubscribe):
        with pytest.raises(NotFound, match="This link is not valid"):
            read(text)


def test_what_is_oversized_is_not_even_looked_at() -> None:
    huge = TOKENS.image(Claims("sayno", "0001", "".join(chr(256 + 7919 * n % 5000) for n in range(400))))
    assert len(huge) > LONGEST
    with pytest.raises(NotFound):
        TOKENS.read_image(huge)


def test_the_addresses_in_a_mail_are_whole_and_hold_no_address() -> None:
    made = links("https://collagen.example.org", TOKENS, CLAIMS)
    image, unsubscribe = TOKENS.image(CLAIMS), TOKENS.unsubscribe(CLAIMS)
    assert made.image == f"https://collagen.example.org/track/{image}/collage.jpg"
    assert made.wall == f"https://collagen.example.org/track/{image}/wall"
    assert made.unsubscribe == f"https://collagen.example.org/unsubscribe/{unsubscribe}"
