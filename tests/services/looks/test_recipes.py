"""looks.toml: what is wrong is named, and the hash of a recipe changes with the picture only."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import NotFound, SettingError
from app.services.looks.recipes import Looks, load_looks
from tests.support.looks import Negative

KINDS = {"negative": Negative(), "other": Negative("other")}
GOOD = '[dark]\ntitle = "Dark"\n[[dark.steps]]\nstep = "negative"\nhole = 3\n'


def looks(tmp_path: Path, text: str) -> Looks:
    path = tmp_path / "looks.toml"
    path.write_text(text)
    return load_looks(path, KINDS)


def test_a_look_has_a_title_and_steps_with_all_options(tmp_path: Path) -> None:
    found = looks(tmp_path, GOOD + '[[dark.steps]]\nstep = "other"\n[plain]\n[[plain.steps]]\nstep = "negative"\n')
    dark = found.require("dark")
    assert (dark.title, [(one.kind.NAME, one.options) for one in dark.steps]) == (
        "Dark",
        [("negative", {"hole": 3}), ("other", {"hole": 0})],
    )
    assert found["plain"].title == "plain"


def test_without_the_file_there_are_no_looks_unless_somebody_asks_for_one(tmp_path: Path) -> None:
    assert len(load_looks(tmp_path / "none.toml")) == 0
    with pytest.raises(SettingError, match=r"COLLAGEN_LOOKS.*does not exist"):
        load_looks(tmp_path / "none.toml", required=True)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[dark", "cannot be read"),
        ("dark = 1", r"\[dark\] must be a table"),
        ("[Dark]\n", r"\[Dark\] is not a look's name"),
        ("[dark]\n", "needs at least one step"),
        ("[dark]\nsteps = []\n", "needs at least one step"),
        ("[dark]\nsteps = [1]\n", "step 1 must be a table"),
        (GOOD.replace('"negative"', '"nothing"'), "step must be one of negative, other, not 'nothing'"),
        (GOOD.replace("hole", "whole"), r"step 1 \(negative\) has an unknown key 'whole'"),
        (GOOD.replace("title", "tittle"), r"\[dark\] has an unknown key 'tittle'"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingError, match=f"looks.toml.*{named}"):
        looks(tmp_path, text)


def test_an_unknown_look_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no look 'bright' in looks.toml; it has dark\."):
        looks(tmp_path, GOOD).require("bright")


def test_the_hash_changes_with_the_picture_and_with_nothing_else(tmp_path: Path) -> None:
    def recipe(text: str) -> str:
        return looks(tmp_path, text)["dark"].recipe

    same = recipe(GOOD)
    assert recipe(GOOD.replace('"Dark"', '"Night"')) == same
    others = [GOOD.replace("3", "4"), GOOD.replace("negative", "other"), GOOD + '[[dark.steps]]\nstep = "other"\n']
    assert len({same, *map(recipe, others)}) == 4
    KINDS["negative"].REVISION = 2
    try:
        assert recipe(GOOD) != same
    finally:
        KINDS["negative"].REVISION = 1
