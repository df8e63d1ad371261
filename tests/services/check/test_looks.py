"""A check of looks: what is out of date, damaged or without a photo is named, and repaired by removing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.adapters.store.photos.looks import INTERMEDIATE
from app.core.config import Campaign, Campaigns
from app.services.check.looks import look_findings
from app.services.looks.making import Making
from app.services.looks.recipes import Look
from app.services.looks.tools import Tools
from scripts.sandbox import stored
from tests.support.looks import Negative, look_of

ONE, TWO = stored.name(0), stored.name(1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store")
    made.root.initialise()
    stored.put(made, range(2))
    return made


@pytest.fixture
def looks(store: Store, tmp_path: Path) -> dict[str, Look]:
    look = look_of(tmp_path, Negative())
    making = Making(
        store, Campaigns([Campaign("sayno", "Say No", "sayno")]), Tools(tmp_path), lambda: datetime.now(UTC)
    )
    for public_id in (ONE, TWO):
        assert making.make("sayno", look, public_id).word == "made"
    return {"dark": look}


def problems(store: Store, looks: Mapping[str, Look] | None, *, repair: bool = False) -> list[str]:
    return [finding.problem for finding in look_findings(store, "sayno", looks, repair=repair)]


def test_looks_that_are_right_are_no_findings(store: Store, looks: dict[str, Look]) -> None:
    assert problems(store, looks) == problems(store, None) == []


def test_a_former_recipe_is_found_and_repaired_by_removing_the_result(
    store: Store, looks: dict[str, Look], tmp_path: Path
) -> None:
    changed = {"dark": look_of(tmp_path, Negative(), "hole = 1")}
    assert problems(store, changed) == ["was made by a former recipe"] * 2
    (finding, _) = look_findings(store, "sayno", changed, repair=False)
    assert finding.advice == "python -m app look sayno dark makes it anew"
    assert problems(store, changed, repair=True) == ["was made by a former recipe"] * 2
    assert problems(store, changed) == []
    assert store.looks.finished("sayno", "dark") == {}


def test_a_look_that_is_no_longer_in_the_file_is_named_and_stays(store: Store, looks: dict[str, Look]) -> None:
    assert problems(store, {}, repair=True) == ["is a look that looks.toml does not have"]
    assert len(store.looks.finished("sayno", "dark")) == 2


def test_every_kind_of_damage_is_found(store: Store, looks: dict[str, Look]) -> None:
    def path(ending: str) -> Path:
        return store.looks.path("sayno", "dark", ONE, ending)

    whole, small = path(".jpg").read_bytes(), path(INTERMEDIATE).read_bytes()
    other = store.looks.path("sayno", "dark", TWO, ".jpg").read_bytes()
    found = []
    for data in (whole[:-1], whole[:2] + whole[500:], other):
        path(".jpg").write_bytes(data)
        found += problems(store, looks)
    path(".jpg").write_bytes(whole)
    path(INTERMEDIATE).write_bytes(small[:-9])
    found += problems(store, looks)
    path(INTERMEDIATE).unlink()
    found += problems(store, looks)
    assert found == [
        "is cut short, or its intermediate is",
        "does not say what it was made of",
        "was made of another photo",
        "is cut short, or its intermediate is",
        "has no intermediate",
    ]
    assert problems(store, looks, repair=True) == ["has no intermediate"]
    assert problems(store, looks) == []
    assert store.photos.public_ids("sayno") == {ONE, TWO}


def test_looks_of_photos_that_are_gone_are_found(store: Store, looks: dict[str, Look]) -> None:
    store.photos.archive_path("sayno", ONE).unlink()
    assert problems(store, looks, repair=True) == ["belongs to a photo that is gone"]
    assert list(store.looks.finished("sayno", "dark")) == [TWO]
