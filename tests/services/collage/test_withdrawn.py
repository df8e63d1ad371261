"""A withdrawal is noticed at once, at the cost of two store operations, and never missed in a stale listing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.adapters.store.disk import Disk
from app.core.errors import NotFound
from app.services.collage.withdrawn import SETTLED, Withdrawn
from tests.support.mailed import present
from tests.support.manifests import manifest


class Counting(Disk):
    """Counts listings."""

    def __init__(self) -> None:
        self.listed = 0

    def scan(self, path: Path) -> list[os.DirEntry[str]]:
        self.listed += 1
        return super().scan(path)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def publish(store: Store, *public_ids: str) -> None:
    draft = store.collages.begin("sayno")
    try:
        store.collages.publish(draft, manifest(draft.id, public_ids))
    finally:
        os.close(draft.lock)


def test_who_is_gone_is_named_in_the_order_of_the_grid(store: Store) -> None:
    present(store, "a", "b", "c")
    publish(store, "c", "a", "b")
    withdrawn = Withdrawn(store)
    assert withdrawn.of("sayno", "0001") == []
    store.photos.remove("sayno", "a")
    assert withdrawn.of("sayno", "0001") == ["a"]
    store.photos.remove("sayno", "c")
    assert withdrawn.of("sayno", "0001") == ["c", "a"]
    with pytest.raises(NotFound):
        withdrawn.of("sayno", "0002")


def test_photos_are_listed_once_the_directory_has_been_quiet_and_again_after_a_change(store: Store) -> None:
    disk, clock = Counting(), Clock()
    counted = Store(store.root.path, disk)
    present(store, "a", "b")
    publish(store, "a", "b")
    withdrawn = Withdrawn(counted, clock)
    for clock.now in (0.0, SETTLED / 2, SETTLED, SETTLED + 1, SETTLED + 2):
        assert withdrawn.of("sayno", "0001") == []
    assert disk.listed == 3  # until the stamp was older than any two changes that could share one
    store.photos.remove("sayno", "b")
    assert withdrawn.of("sayno", "0001") == ["b"]
    assert disk.listed == 4


def test_two_removals_within_one_tick_of_the_file_systems_clock_are_both_seen(store: Store) -> None:
    present(store, "a", "b", "c")
    publish(store, "a", "b", "c")
    withdrawn = Withdrawn(store, Clock())
    for _ in range(20):
        present(store, "a", "b")
        store.photos.remove("sayno", "a")
        assert withdrawn.of("sayno", "0001") == ["a"]
        store.photos.remove("sayno", "b")
        assert withdrawn.of("sayno", "0001") == ["a", "b"]
