"""docs/commands.md matches the commands' own help."""

from __future__ import annotations

from scripts.commands_page import page
from scripts.sandbox.service import ROOT


def test_the_page_is_what_the_commands_say() -> None:
    written = (ROOT / "docs/commands.md").read_text("utf-8")
    assert written == page(), "renew it: .venv/bin/python -m scripts.commands_page > docs/commands.md"
