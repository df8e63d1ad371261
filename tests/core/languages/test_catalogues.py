"""The catalogues: every message that a public page has, in every language."""

from __future__ import annotations

import re

import pytest

from app.core.config.rules import LANGUAGES
from app.core.languages import CATALOGUES, SOURCE
from scripts.translations import catalogue, updated

OTHERS = [code for code in LANGUAGES if code != SOURCE]


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\([a-z_]+\)s|</?[a-z]+", text))


@pytest.mark.parametrize("code", OTHERS)
def test_catalogues_have_the_messages_of_templates_and_code(code: str) -> None:
    assert (CATALOGUES / f"{code}.po").read_bytes() == updated(code), "run python -m scripts.translations"


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated_with_its_placeholders(code: str) -> None:
    for message in catalogue(code):
        if not message.id:
            continue
        several = not isinstance(message.id, str)
        source = message.id if isinstance(message.id, str) else message.id[-1]
        texts = [message.string] if isinstance(message.string, str) else list(message.string or [])
        assert texts, source
        for text in texts:
            assert text, f"{code}: {source} has no translation"
            # one and two may do without their number
            missing = (
                set(placeholders(source)) - set(placeholders(text)) - ({"%(num)s", "%(count)s"} if several else set())
            )
            assert not missing, f"{code}: {text}"
            assert set(placeholders(text)) <= set(placeholders(source)), f"{code}: {text}"


def test_there_are_no_other_catalogues() -> None:
    assert sorted(path.stem for path in CATALOGUES.iterdir()) == sorted(OTHERS)


def test_french_punctuation_never_begins_a_line() -> None:
    for message in (one for one in catalogue("fr") if one.id):
        for text in [message.string] if isinstance(message.string, str) else message.string or []:
            assert not re.search(r"[ \n][:;!?»]", text), "it needs U+00A0 or U+202F before it"
