"""docs/settings.md lists exactly the settings of .env.example and the keys of a campaign."""

from __future__ import annotations

import re
from dataclasses import fields

from app.core.config import Campaign
from scripts.sandbox.service import ROOT

TEXT = (ROOT / "docs/settings.md").read_text("utf-8")


def first_column(section: str) -> list[str]:
    """The names in the first column of a section's table."""
    part = TEXT.split(f"\n## {section}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", part, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_every_setting_is_listed_once() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    assert sorted(first_column("Settings")) == sorted(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))


def test_every_key_of_a_campaign_is_listed_once_and_explained_in_the_file() -> None:
    keys = {key.name for key in fields(Campaign)} - {"name"}
    assert sorted(first_column("Campaigns")) == sorted(keys)
    comments = (ROOT / "campaigns.toml").read_text("utf-8")
    assert set(re.findall(r"^#   ([a-z_]+)\b", comments, re.MULTILINE)) == keys
