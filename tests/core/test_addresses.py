"""Addresses as people type them: one safe form for all spellings."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.exiftool import is_writable
from app.core.addresses import as_sent, is_address, key, may_be_same, normalise, same, spellings, stored


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ann@example.org", "ann@example.org"),
        ("Ann Smith <ann@example.org>", "ann@example.org"),
        ('"Smith, Ann" <ann@example.org>;', "ann@example.org"),
        ("ann@example.org <ann@example.org>", "ann@example.org"),
        ("<ann@example.org>", "ann@example.org"),
        ("mailto:kim@example.org", "kim@example.org"),
        ("MAILTO:kim%2Bx@example.org?subject=My%20photo", "kim+x@example.org"),
        ("<mailto:kim@example.org>", "kim@example.org"),
        ("E-Mail: kim@example.org", "kim@example.org"),
        ("dot@example.org.", "dot@example.org"),
        ("comma@example.org,", "comma@example.org"),
        ("semicolon@example.org ; ", "semicolon@example.org"),
        ("“ann@example.org”", "ann@example.org"),
        ("'ann@example.org'", "ann@example.org"),
        ("(ann@example.org)", "ann@example.org"),
        ("[ann@example.org]", "ann@example.org"),
        ("\tann@example.org\r\n", "ann@example.org"),
        ("zwsp@example.org\u200b", "zwsp@example.org"),
        ("zwsp@exam\u200bple.org", "zwsp@example.org"),
        ("zwj\u200d@example.org", "zwj@example.org"),
        ("soft@exam\u00adple.org", "soft@example.org"),
        ("\ufeffbom@example.org", "bom@example.org"),
        ("\u202aisolated@example.org\u202c", "isolated@example.org"),
        ("\u00a0nbsp@example.org\u00a0", "nbsp@example.org"),
        ("Ann@EXAMPLE.Org", "Ann@example.org"),
        ("max@müller.example", "max@xn--mller-kva.example"),
        ("max@MÜLLER.Example.", "max@xn--mller-kva.example"),
        ("max@mu\u0308ller.example", "max@xn--mller-kva.example"),
        ("max@xn--mller-kva.example", "max@xn--mller-kva.example"),
        ("s@faß.example", "s@xn--fa-hia.example"),
        ("a@نامه\u200cای.example", "a@xn--mgba3gch31f060k.example"),
        ("ａｎｎ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ann@example.org"),
        ("ann@例え。jp", "ann@xn--r8jz45g.jp"),
        ("john..doe@docomo.ne.jp", "john..doe@docomo.ne.jp"),
        ("john.doe.@docomo.ne.jp", "john.doe.@docomo.ne.jp"),
        ('"john..doe"@docomo.ne.jp', "john..doe@docomo.ne.jp"),
        ("Anna.O'Hara+x@sub.example.co.uk", "Anna.O'Hara+x@sub.example.co.uk"),
        ("a@r3---sn.example", "a@r3---sn.example"),
    ],
)
def test_every_spelling_of_an_address_has_one_form(typed: str, meant: str) -> None:
    assert normalise(typed) == stored(typed) == meant
    assert same(typed, meant)
    assert same(typed, meant.upper())


@pytest.mark.parametrize(
    "typed",
    [
        "Ann Smith",
        "john smith@example.org",  # smith@ may be somebody else
        "ann@exam ple.org",
        "ann@example",
        "ann@example.org, ben@example.org",
        "Ann <ann@example.org>, Ben <ben@example.org>",
        "ann@example.org\r\nBcc: eve@example.org",
        "ann@@example.org",
        "änn@example.org",
        "ann@" + "x" * 250 + ".org",
        "ann@exa_mple.org",
        "ann@xn--\u00fc.org",
        "mailto:ann%0d%0aBcc:eve@example.org",
        "ann@" + "ü" * 5000,
    ],
)
def test_what_leaves_a_doubt_is_unusable_and_kept_as_it_was_typed(typed: str) -> None:
    assert normalise(typed) is None
    kept = stored(typed)
    assert kept
    assert normalise(kept) is None
    assert same(typed, kept)
    assert is_writable(kept)


@pytest.mark.parametrize("typed", [None, "", "  ", "\u200b", "\ufeff\u00a0\n"])
def test_nothing_that_can_be_seen_is_nothing(typed: str | None) -> None:
    assert stored(typed) is None
    assert same(typed, None)


NASTY = st.text(
    st.sampled_from(" \r\n\t\0\x7f\u0085\u00a0\u00ad\u200b\u200c\u200d\u2028\u202e\ufeff\ud800\"'<>()[],;:@.%?=ü…。ａ")
    | st.sampled_from("abcxn-XN1")
    | st.characters()
)
TYPED = NASTY | st.emails() | st.builds("{}{}@{}.{}{}".format, NASTY, st.just("ann"), NASTY, NASTY, NASTY)


@given(TYPED)
def test_whatever_is_typed_becomes_an_address_that_is_safe_in_a_header_or_none(typed: str) -> None:
    address = normalise(typed)
    if address is not None:
        assert is_address(address)
        assert normalise(address) == address
        assert re.fullmatch(r"[!-~]+@[a-z0-9.-]+", address)
        assert not set(address) & set('<>()[],;:"\\ ')
        assert len(address) <= 254


@given(TYPED)
def test_what_is_stored_is_its_own_form_and_can_be_written_into_a_picture(typed: str) -> None:
    kept = stored(typed)
    assert kept is None or (stored(kept) == kept and is_writable(kept) and len(kept) <= 254)
    assert kept is None or not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in kept)
    assert key(typed) == key(kept or "")
    assert key(typed) in spellings(typed)


@given(st.emails())
def test_case_makes_no_other_address(typed: str) -> None:
    assert key(typed) == key(typed.upper()) == key(typed.lower())


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("ann@example.org", "ann@example.org"),
        ("john..doe@docomo.ne.jp", '"john..doe"@docomo.ne.jp'),
        ("john.@docomo.ne.jp", '"john."@docomo.ne.jp'),
    ],
)
def test_servers_get_unusual_dots_in_quotes(address: str, sent: str) -> None:
    assert as_sent(address) == sent
    assert normalise(sent) == address


def test_old_records_are_found_by_the_spelling_of_their_time() -> None:
    assert "max@müller.example" in spellings("max@xn--mller-kva.example")
    assert "mailto:kim@example.org" in spellings("mailto:Kim@example.org")
    assert "kim@example.org" in spellings("mailto:Kim@example.org")


@pytest.mark.parametrize(
    ("one", "other", "maybe"),
    [
        ("ann.smith@gmail.com", "annsmith@googlemail.com", True),
        ("ann+selfie@example.org", "Ann@example.org", True),
        ("ann.smith@example.org", "annsmith@example.org", False),
        ("ann@example.org", "ANN@example.org", False),  # that is the same one
        ("+ann@example.org", "+ben@example.org", False),
    ],
)
def test_tags_and_gmails_dots_may_hide_the_same_person(one: str, other: str, maybe: bool) -> None:
    assert may_be_same(one, other) is may_be_same(other, one) is maybe
