"""The table about the form for photos: what it may say, and errors that name the key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.core.config import Campaign, JoinForm, load_campaigns
from app.core.errors import SettingError


def loaded(tmp_path: Path, text: str) -> Campaign:
    path = tmp_path / "campaigns.toml"
    path.write_text(f"[a]\n{text}\n")
    return load_campaigns(path)["a"]


def test_without_the_table_an_address_is_optional_and_the_words_are_ours(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").form == JoinForm("optional", None, None, None, None)


def test_the_table_is_read(tmp_path: Path) -> None:
    text = (
        '[a.form]\nuntil = 2026-12-31\naddress = "required"\nshow = " Show me. "\nmail = "Write."\ntracking = "Note."'
    )
    form = loaded(tmp_path, text).form
    assert form == JoinForm("required", date(2026, 12, 31), "Show me.", "Write.", "Note.")
    assert not form.is_over(date(2026, 12, 31))
    assert form.is_over(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("form = true", r"\[a\] form must be a table"),
        (
            "form.since = 1",
            r"\[a\] form has an unknown key 'since'; known keys are address, mail, show, tracking, until",
        ),
        ('form.address = "none"', r"\[a\] form\.address must be one of optional, required, not 'none'"),
        ('form.until = "soon"', r"\[a\] form\.until must be a date such as 2026-12-31"),
        ("form.until = 2026-12-31T00:00:00", r"\[a\] form\.until must be a date"),
        ('form.show = " "', r"\[a\] form\.show must be text, and not empty"),
        (f'form.mail = "{"x" * 1001}"', r"\[a\] form\.mail has over 1000 characters"),
    ],
)
def test_a_wrong_value_is_refused_by_name(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        loaded(tmp_path, text)
