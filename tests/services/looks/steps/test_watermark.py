"""The text of a watermark: fields filled in, nothing dangling, and what is wrong in looks.toml is named."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store.photos.entries import Entry
from app.core.config import Campaign
from app.core.errors import SettingError
from app.services.catalogue.zodiac import sign
from app.services.looks.steps import Subject, watermark
from app.services.looks.steps.wording import filled

SAYNO = Campaign("sayno", "Say No", "sayno")
APPROVED = 1_790_000_000.0  # in 2026


def values(**entry: Any) -> dict[str, str]:
    known = Entry("a", "asset", 1, **entry) if entry else None
    return watermark.said(Subject(SAYNO, "a", 1, APPROVED, known))


def test_fields_come_from_the_campaign_and_the_catalogue() -> None:
    found = values(taken="2024:06:01 10:00:00", zodiac="Gemini", city="Montreal", region="Quebec", country="Canada")
    assert found == {"title": "Say No", "year": "2024", "zodiac": "♊", "place": "Montreal, Quebec", "name": ""}
    assert values() == {"title": "Say No", "year": "2026", "zodiac": "", "place": "", "name": ""}
    assert values(name="Ada Lovelace")["name"] == "Ada Lovelace"
    assert values(city="Monaco", country="Monaco")["place"] == "Monaco"


def test_every_sign_of_the_catalogue_has_a_symbol() -> None:
    signs = {sign(date.fromordinal(day)) for day in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())}
    assert signs == set(watermark.SIGNS)
    assert len(set(watermark.SIGNS.values())) == 12


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{title} © {year} {zodiac} · {place}", "Say No © 2026"),
        ("{place} · {title}", "Say No"),
        ("{title} – {place}, {zodiac} | {year}", "Say No | 2026"),
        ("{place}", ""),
        ("by {title} - {place}", "by Say No"),
        ("well-known {title}", "well-known Say No"),
        ("{name} · {title}", "Say No"),
        ("{title} – {name}", "Say No"),
        ("{name} © {year} {zodiac} · {place}", "© 2026"),
    ],
)
def test_a_field_without_a_value_leaves_nothing_dangling(text: str, said: str) -> None:
    assert filled(text, values()) == said


@pytest.mark.parametrize("name", ["ada@example.org", "Ada <ada@example.org>", "ada\uff20example.org", "ada\ufe6bx.org"])
def test_an_address_is_never_written_on_a_picture(name: str) -> None:
    assert values(name=name)["name"] == ""


@given(st.lists(st.sampled_from(["{title}", "{place}", "{zodiac}", "{year} {place}", "word"]), min_size=1, max_size=6))
def test_no_separator_ever_dangles_or_is_doubled(parts: list[str]) -> None:
    said = filled(" · ".join(parts), values())
    assert not re.search(r"^\s*·|·\s*$|·\s*·|  |^\s|\s$", said)
    assert said.count("Say No") == sum("{title}" in part for part in parts)


def test_options_have_defaults_and_what_is_wrong_is_named() -> None:
    assert watermark.options("here", {"text": "a"}) == {"text": "a", "corner": "bottom-right", "size": 0.035}
    for given_, named in (
        ({}, "needs a text"),
        ({"text": "{email}"}, r"unknown field \{email\}"),
        ({"text": "a" * 201}, "at most 200 characters"),
        ({"text": "a", "corner": "middle"}, "corner must be one of"),
        ({"text": "a", "size": 3}, "size must be a number"),
        ({"text": "a", "colour": "red"}, "unknown key 'colour'"),
    ):
        with pytest.raises(SettingError, match=f"^here.*{named}"):
            watermark.options("here", given_)
