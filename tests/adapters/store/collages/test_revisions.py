"""Rebuilding a collage under its number: wherever the swap is interrupted, the old one or the new one is there."""

from __future__ import annotations

import json
import os

import pytest

from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.core.errors import NotFound
from tests.support.manifests import manifest


def finish(store: Store, draft: Draft, revision: int) -> None:
    (draft.directory / "collage.png").write_text(f"revision {revision}")
    store.collages.publish(draft, manifest(revision=revision))
    os.close(draft.lock)


@pytest.fixture
def finished(store: Store) -> Store:
    finish(store, store.collages.begin("sayno"), 1)
    return store


def revision(store: Store) -> int:
    number: int = store.collages.manifest("sayno", "0001").revision
    assert store.collages.file("sayno", "0001", "collage.png").read_text() == f"revision {number}"
    return number


def names(store: Store) -> set[str]:
    return {path.name for path in (store.root.path / "sayno/collages").iterdir() if path.is_dir()}


def test_a_revision_takes_the_place_of_the_old_one(finished: Store) -> None:
    finish(finished, finished.collages.begin("sayno", revise="0001"), 2)
    assert (revision(finished), names(finished), finished.collages.ids("sayno")) == (2, {"0001"}, ["0001"])


def test_a_revision_that_dies_before_it_is_complete_leaves_the_old_one(finished: Store) -> None:
    draft = finished.collages.begin("sayno", revise="0001")
    (draft.directory / "collage.png").write_text("half")
    os.close(draft.lock)
    finished.collages.settle("sayno", 1)
    assert (revision(finished), names(finished)) == (1, {"0001"})


@pytest.mark.parametrize("complete", [True, False])
def test_a_swap_that_was_cut_off_between_its_renames_is_finished(finished: Store, complete: bool) -> None:
    draft = finished.collages.begin("sayno", revise="0001")
    (draft.directory / "collage.png").write_text("revision 2")
    if complete:
        (draft.directory / "manifest.json").write_text(json.dumps(manifest(revision=2)))
    top = draft.directory.parent
    (top / "0001").rename(top / ".old-0001")
    os.close(draft.lock)
    with pytest.raises(NotFound):
        revision(finished)
    finished.collages.settle("sayno", 1)
    assert (revision(finished), names(finished)) == (2 if complete else 1, {"0001"})


def test_what_was_replaced_is_removed_even_where_the_swap_died_before(finished: Store) -> None:
    top = finished.root.path / "sayno/collages"
    (top / ".old-0001").mkdir()
    (top / ".old-0001/collage.png").write_text("revision 0")
    finish(finished, finished.collages.begin("sayno"), 2)
    assert names(finished) == {"0001", "0002"}


def test_a_number_is_not_given_away_while_its_collage_is_being_swapped(finished: Store) -> None:
    top = finished.root.path / "sayno/collages"
    (top / "0001").rename(top / ".old-0001")
    draft = finished.collages.begin("sayno")
    os.close(draft.lock)
    assert (draft.id, revision(finished)) == ("0002", 1)


def test_a_withdrawn_collage_does_not_exist_and_its_number_is_not_given_away(finished: Store) -> None:
    draft = finished.collages.begin("sayno", revise="0001")
    finished.collages.withdraw(draft)
    os.close(draft.lock)
    assert finished.collages.ids("sayno") == []
    assert list((finished.root.path / "sayno/collages/0001").iterdir()) == []
    again = finished.collages.begin("sayno")
    os.close(again.lock)
    assert again.id == "0002"
