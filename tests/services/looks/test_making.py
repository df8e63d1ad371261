"""One look of one photo, and those of many: made once, made again when it has to be, and never half."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.adapters.imaging import copies
from app.adapters.imaging.looks import xmp
from app.adapters.store import Store
from app.adapters.store.photos import marks
from app.adapters.store.photos.entries import Entry, LookNote
from app.core.config import Campaign, Campaigns
from app.core.errors import LookFailed, ModelFailed, NotFound, PhotoBusy, SettingError
from app.services.looks import records
from app.services.looks.making import Making, Outcome
from app.services.looks.run import run, standing
from app.services.looks.steps import Subject
from app.services.looks.tools import Tools
from scripts.sandbox import stored
from tests.support.looks import Negative, look_of

NOW = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)
PEOPLE = 3


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store")
    made.root.initialise()
    stored.put(made, range(PEOPLE))
    return made


@pytest.fixture
def kind() -> Negative:
    return Negative()


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    made = Tools(tmp_path / "models")
    yield made
    made.close()


@pytest.fixture
def making(store: Store, tools: Tools) -> Making:
    return Making(store, Campaigns([Campaign("sayno", "Say No", "sayno")]), tools, lambda: NOW)


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    return Image.open(io.BytesIO(data))


def result(store: Store, public_id: str) -> tuple[bytes, str]:
    found = store.looks.result("sayno", "dark", public_id)
    assert found is not None
    return found


def test_a_result_shows_the_finished_photo_and_says_what_it_was_made_of(
    store: Store, kind: Negative, making: Making, tmp_path: Path
) -> None:
    look, one = look_of(tmp_path, kind), stored.name(0)
    assert making.make("sayno", look, one) == Outcome("made")
    data, ending = result(store, one)
    archive = np.asarray(opened(store.photos.archive("sayno", one)).convert("RGB"), np.int16)
    assert ending == "jpg"
    assert np.abs(np.asarray(opened(data), np.int16) + archive - 255).mean() < 3
    number = store.photos.version("sayno", one)
    assert number is not None
    assert records.of_file(data[: xmp.HEAD]) == records.Record("dark", one, look.recipe, number, {"model": "none"})
    small = store.looks.intermediate("sayno", "dark", one)
    assert opened(small).size == (300, 400)
    assert small is not None
    assert copies.find(small, len(small), 38, 50), "collages of thousands are made from it as from any other"


def test_what_is_transparent_stays_so_in_result_and_intermediate(
    store: Store, kind: Negative, making: Making, tmp_path: Path
) -> None:
    making.make("sayno", look_of(tmp_path, kind, "hole = 800"), stored.name(0))
    data, ending = result(store, stored.name(0))
    assert (ending, opened(data).mode) == ("png", "RGBA")
    alpha = np.asarray(opened(store.looks.intermediate("sayno", "dark", stored.name(0))))[:, :, 3]
    assert (alpha[:150, :150] == 0).all()
    assert (alpha[170:, 170:] == 255).all()
    assert making.make("sayno", look_of(tmp_path, kind), stored.name(0)) == Outcome("made")
    assert store.looks.kind("sayno", "dark", stored.name(0)) == "jpg", "and the PNG is gone"
    assert len(list((store.path / "sayno/looks/dark").iterdir())) == 2


def test_a_look_is_made_again_only_when_photo_or_recipe_change(
    store: Store, kind: Negative, making: Making, tmp_path: Path
) -> None:
    look, one = look_of(tmp_path, kind), stored.name(0)
    assert [making.make("sayno", look, one).word for _ in range(2)] == ["made", "current"]
    assert making.make("sayno", look_of(tmp_path, kind, "hole = 1"), one).word == "made"
    store.photos.put("sayno", one, stored.archive(5), stored.intermediate(5), stored.APPROVED, 7)
    assert making.state("sayno", look, one) == "missing", "what shows the former picture is gone"
    assert store.looks.finished("sayno", "dark") == {}
    assert making.make("sayno", look, one).word == "made"
    assert making.make("sayno", look, "nobody").word == "gone"
    with pytest.raises(NotFound):
        making.make("other", look, one)


def test_a_failure_is_noted_with_its_reason_and_not_tried_again_by_itself(
    store: Store, kind: Negative, making: Making, tmp_path: Path
) -> None:
    look, one = look_of(tmp_path, kind), stored.name(0)
    making.make("sayno", look, one)

    def fail(subject: Subject) -> None:
        raise LookFailed("Nobody is in it.")

    kind.before, changed = fail, look_of(tmp_path, kind, "hole = 1")
    assert making.make("sayno", changed, one) == Outcome("failed", "Nobody is in it.")
    assert making.make("sayno", changed, one) == Outcome("failed", "Nobody is in it.")
    assert len(kind.seen) == 2
    assert store.looks.finished("sayno", "dark") == {}, "what was made by the old recipe is gone"
    kind.before = lambda subject: None
    assert making.make("sayno", changed, one, retry=True) == Outcome("made")
    assert store.looks.failures("sayno", "dark") == {}


def test_a_photo_that_is_replaced_or_removed_meanwhile_gets_no_result_of_the_old_one(
    store: Store, kind: Negative, making: Making, tmp_path: Path
) -> None:
    look, one, two = look_of(tmp_path, kind), stored.name(0), stored.name(1)

    def replace(subject: Subject) -> None:
        if subject.public_id == one:
            store.photos.put("sayno", one, stored.archive(5), stored.intermediate(5), stored.APPROVED, 7)
        else:
            store.photos.remove("sayno", two)

    kind.before = replace
    assert [making.make("sayno", look, public_id).word for public_id in (one, two)] == ["changed", "changed"]
    assert store.looks.finished("sayno", "dark") == {}


def test_two_processes_do_not_make_the_same(store: Store, kind: Negative, making: Making, tmp_path: Path) -> None:
    look, one = look_of(tmp_path, kind), stored.name(0)
    with store.looks.lock("sayno", "dark", one, 0), pytest.raises(PhotoBusy, match="the look dark of the photo"):
        making.make("sayno", look, one)
    with store.photos.lock(one):
        pass
    assert kind.seen == []


def test_removing_a_photo_removes_its_looks_first(store: Store, kind: Negative, making: Making, tmp_path: Path) -> None:
    one, two = stored.name(0), stored.name(1)
    for name in ("dark", "darker"):
        making.make("sayno", look_of(tmp_path, kind, name=name), one)
    making.make("sayno", look_of(tmp_path, kind), two)
    assert store.photos.remove("sayno", one)
    assert [path.name.split(".")[0] for path in sorted((store.path / "sayno/looks").glob("*/*"))] == [two, two]


def test_a_run_makes_what_is_due_and_says_what_became_of_each(
    store: Store, kind: Negative, making: Making, tools: Tools, tmp_path: Path
) -> None:
    look, said = look_of(tmp_path, kind), dict[str, Outcome]()
    making.make("sayno", look, stored.name(0))

    def forget_model(subject: Subject) -> None:
        raise ModelFailed("The model had not enough memory.")

    kind.before = lambda subject: forget_model(subject) if subject.public_id == stored.name(2) else None
    found = standing(store, "sayno", look)
    assert (found.by_state["current"], found.due()) == ([stored.name(0)], [stored.name(1), stored.name(2)])
    run(making, "sayno", look, found.due(), tools, said.__setitem__)
    assert said == {
        stored.name(1): Outcome("made"),
        stored.name(2): Outcome("failed", "The model had not enough memory."),
    }
    assert kind.seen.count(stored.name(2)) == 2, "a model that failed gets a second try"
    after = standing(store, "sayno", look)
    assert (after.due(), after.due(retry=True)) == ([], [stored.name(2)])
    with pytest.raises(NotFound, match="no photo 'nobody'"):
        standing(store, "sayno", look, ["nobody"])


def test_a_photo_whose_name_looks_like_an_intermediates_is_named_and_the_others_are_made(
    store: Store, kind: Negative, making: Making, tools: Tools, tmp_path: Path
) -> None:
    look, said = look_of(tmp_path, kind), dict[str, Outcome]()
    odd = f"{stored.name(0)}.300x400"
    store.photos.put("sayno", odd, stored.archive(5), stored.intermediate(5), stored.APPROVED, 7)
    run(making, "sayno", look, standing(store, "sayno", look).due(), tools, said.__setitem__)
    assert [one for one, outcome in said.items() if outcome.word == "failed"] == [odd]
    assert "another name" in said[odd].reason
    assert len(store.looks.finished("sayno", "dark")) == PEOPLE
    assert store.photos.remove("sayno", odd)
    assert len(store.looks.finished("sayno", "dark")) == PEOPLE


def test_a_look_that_this_machine_cannot_make_is_refused_before_the_first_photo(
    store: Store, kind: Negative, making: Making, tools: Tools, tmp_path: Path
) -> None:
    kind.lack = "the weights are missing; scripts/models installs them."
    with pytest.raises(SettingError, match="dark cannot be made here: the weights are missing"):
        run(making, "sayno", look_of(tmp_path, kind), [stored.name(0)], tools, lambda one, outcome: None)
    assert kind.seen == []


def test_a_catalogue_notes_what_was_made_and_loses_it_with_the_photo(
    store: Store, kind: Negative, tools: Tools, tmp_path: Path
) -> None:
    one, two = stored.name(0), stored.name(1)
    times = iter((10.0, 12.346, 20.0, 21.0, 30.0, 31.0))
    keeps = Campaign("sayno", "Say No", "sayno", catalogue="place")
    making = Making(store, Campaigns([keeps]), tools, lambda: NOW, lambda: next(times))
    number = store.photos.version("sayno", one)
    assert number is not None
    known = Entry(one, "asset", marks.version(number), city="Berlin", name="Ada")
    store.catalogue.add("sayno", [known])
    making.make("sayno", look_of(tmp_path, kind), one)
    making.make("sayno", look_of(tmp_path, kind, name="darker"), one)
    making.make("sayno", look_of(tmp_path, kind), two)
    data, _ = result(store, one)
    note = LookNote(*opened(data).size, len(data), "2026-11-20T06:04:05Z", 2.35)
    (entry,) = store.catalogue.read("sayno").entries.values()
    assert entry.looks == {"dark": note, "darker": replace(note, bytes=entry.looks["darker"].bytes, seconds=1.0)}
    assert replace(entry, looks={}) == known, "and nothing else has changed"
    store.photos.remove("sayno", one)
    store.catalogue.remove("sayno", one)
    assert not store.catalogue.exists("sayno")


def test_without_a_catalogue_nothing_is_noted(store: Store, kind: Negative, making: Making, tmp_path: Path) -> None:
    making.make("sayno", look_of(tmp_path, kind), stored.name(0))
    assert not store.catalogue.exists("sayno")


def test_results_are_closed_to_the_web_server(store: Store, kind: Negative, making: Making, tmp_path: Path) -> None:
    making.make("sayno", look_of(tmp_path, kind), stored.name(0))
    looks, photos = ((store.path / "sayno" / room).stat().st_mode for room in ("looks", "approved"))
    assert looks == photos
