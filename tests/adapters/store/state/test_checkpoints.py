"""How far a notification of many photos was handled, for its next delivery."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.adapters.store.state.checkpoints import KEPT, UNFINISHED


def notes(store: Store) -> list[Path]:
    directory = store.root.path / UNFINISHED
    return sorted(directory.iterdir()) if directory.exists() else []


def test_what_is_done_is_known_to_the_next_delivery_of_the_same_notification_only(store: Store) -> None:
    assert store.checkpoints.done(b"one", ["a", "b"]) == {}
    store.checkpoints.note(b"one", {"a": "sayno", "b": None})
    assert store.checkpoints.done(b"one", ["a", "b", "c"]) == {"a": "sayno", "b": None}
    assert store.checkpoints.done(b"another", ["a", "b"]) == {}
    store.checkpoints.end(b"one")
    assert store.checkpoints.done(b"one", ["a", "b"]) == {}
    assert notes(store) == []


def test_a_note_names_nobody(store: Store) -> None:
    store.checkpoints.note(b"ann@example.org", {"ann/selfie": "sayno"})
    (path,) = notes(store)
    assert b"ann" not in path.read_bytes()
    assert "ann" not in path.name


def test_what_nobody_has_come_back_for_is_removed(store: Store) -> None:
    store.checkpoints.note(b"old", {"a": None})
    (old,) = notes(store)
    before = time.time() - KEPT - 60
    os.utime(old, (before, before))
    store.checkpoints.note(b"new", {"a": None})
    assert len(notes(store)) == 1
    assert store.checkpoints.done(b"old", ["a"]) == {}


@pytest.mark.parametrize("damaged", [b"", b"{", b"null", b"[]", b"3", b"[" * 100_000, b"\xff"])
def test_a_damaged_note_causes_nothing(store: Store, damaged: bytes) -> None:
    store.checkpoints.note(b"one", {"a": "sayno"})
    notes(store)[0].write_bytes(damaged)
    assert store.checkpoints.done(b"one", ["a"]) == {}


def test_a_campaign_without_a_valid_name_counts_as_none(store: Store) -> None:
    store.checkpoints.note(b"one", {"a": "sayno"})
    path = notes(store)[0]
    path.write_text(json.dumps(dict.fromkeys(json.loads(path.read_text()), 3)))
    assert store.checkpoints.done(b"one", ["a"]) == {"a": None}
