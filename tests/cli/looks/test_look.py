"""The command `look`, and the process that the dashboard starts to do the same: with a real recipe."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.store import Store
from app.core.config import load_settings
from app.services.looks import work
from app.services.looks.recipes import load_looks
from scripts.sandbox import stored
from scripts.sandbox.waiting import wait_for
from tests.support.command import run

LOOKS = """
[card]
title = "A card"
[[card.steps]]
step = "watermark"
text = "{title} {year}"
[alone]
[[alone.steps]]
step = "cutout"
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    store = Store(tmp_path / "store")
    store.root.initialise()
    stored.put(store, range(3))
    for name, text in (("campaigns.toml", '[sayno]\ntitle = "Say No"\n'), ("looks.toml", LOOKS)):
        (tmp_path / name).write_text(text)
    return {
        "COLLAGEN_STORE": str(store.path),
        "COLLAGEN_CAMPAIGNS": str(tmp_path / "campaigns.toml"),
        "COLLAGEN_LOOKS": str(tmp_path / "looks.toml"),
        "COLLAGEN_MODELS": str(tmp_path / "models"),
    }


def test_what_is_due_is_made_once(environ: dict[str, str]) -> None:
    def said(*arguments: str) -> str:
        answer = run("look", "sayno", "card", *arguments, environ=environ, bare=True)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    store = Store(Path(environ["COLLAGEN_STORE"]))
    assert said("--dry-run") == "card would be made of 3 photos; 0 have it"
    assert store.looks.names("sayno") == []
    assert said("--limit", "1") == "card: 1 photo made, 0 had it already"
    assert said(stored.name(2)) == "card: 1 photo made, 0 had it already"
    assert said() == "card: 1 photo made, 2 had it already"
    assert said() == "card: 0 photos made, 3 had it already"
    answer = run("check", "sayno", environ=environ, bare=True)
    assert "/looks/" not in answer.stdout


def test_what_cannot_be_done_is_one_line(environ: dict[str, str]) -> None:
    for arguments, named in (
        (("sayno", "alone"), "u2net.onnx is not there; scripts/setup --looks and scripts/models install"),
        (("sayno", "dark"), "no look 'dark' in looks.toml; it has card, alone."),
        (("nobody", "card"), "no campaign 'nobody'"),
        (("sayno", "card", "nobody"), "no photo 'nobody'"),
    ):
        answer = run("look", *arguments, environ=environ, bare=True)
        assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
        assert named in answer.stderr


def test_results_are_exported_once(environ: dict[str, str], tmp_path: Path) -> None:
    cards = tmp_path / "cards"

    def said(*arguments: str) -> str:
        answer = run("look", "sayno", "card", *arguments, environ=environ, bare=True)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    said("--limit", "2")
    assert said("--export", str(cards)) == (
        f"card: 2 files written to {cards}, 0 there already; 1 photo has no current result"
    )
    assert sorted(path.name for path in cards.glob("*.jpg")) == ["sayno_0001.jpg", "sayno_0002.jpg"]
    said()
    assert said("--export", str(cards)) == f"card: 1 file written to {cards}, 2 there already"
    answer = run("look", "sayno", "card", "--export", str(cards), "--limit", "1", environ=environ, bare=True)
    assert (answer.returncode, "leave out --limit" in answer.stderr) == (2, True)


def test_the_dashboard_starts_a_process_that_makes_what_is_due(environ: dict[str, str]) -> None:
    settings, store = load_settings(environ, Path("/nonexistent")), Store(Path(environ["COLLAGEN_STORE"]))
    look = load_looks(settings.looks_file)["card"]
    assert work.begin(settings, store, "sayno", look) == work.Begun(3)
    wait_for(lambda: len(store.looks.finished("sayno", "card")) == 3, "every photo has its card")
    assert work.begin(settings, store, "sayno", look) == work.Begun(0)
