"""Whether the store accepts writes is found out by writing, rarely, and without waiting for ever."""

from __future__ import annotations

import errno
import os
import threading
from typing import Any

import pytest

from app.adapters.store import Store
from app.adapters.store.disk import Disk
from app.adapters.store.probe import KEPT, Probe
from app.adapters.store.root import Root
from app.core.errors import StoreUnavailable
from tests.support.failing import Broken, Full


def probe(store: Store, disk: Disk, **more: Any) -> Probe:
    return Probe(Root(store.root.path, disk), **more)


FAILURES = [
    ("write", errno.EIO),
    ("write", errno.ENOSPC),
    ("fsync", errno.EDQUOT),
    ("fsync", errno.EIO),
    ("open", errno.EROFS),
    ("open", errno.EACCES),
    ("rename", errno.EIO),
    ("unlink", errno.EIO),
    ("stat", errno.ESTALE),
    ("lock", errno.ENOLCK),
    ("space", errno.EIO),
]


@pytest.mark.parametrize(("operation", "code"), FAILURES)
def test_every_refusal_of_the_store_is_reported(store: Store, operation: str, code: int) -> None:
    with pytest.raises(StoreUnavailable, match=os.strerror(code)):
        probe(store, Broken(operation, code)).check()


def test_a_sound_store_is_tried_every_few_seconds_at_most_and_nothing_stays_behind(store: Store) -> None:
    now = [0.0]
    disk = Broken("fsync", lambda: None)
    checked = probe(store, disk, clock=lambda: now[0])
    checked.check()
    once = disk.tried
    assert once > 0
    for _ in range(20):
        checked.check()
    assert disk.tried == once
    now[0] += KEPT + 0.1
    checked.check()
    assert disk.tried > once
    assert [path.name for path in store.root.path.iterdir() if path.name.startswith(".tmp-")] == []


def test_a_store_that_is_well_again_is_well(store: Store) -> None:
    now = [0.0]
    checked = probe(store, disk := Broken("write", errno.EIO), clock=lambda: now[0])
    with pytest.raises(StoreUnavailable):
        checked.check()
    del disk.__dict__["write"]
    with pytest.raises(StoreUnavailable):
        checked.check()
    now[0] += KEPT + 0.1
    checked.check()


def test_a_store_that_does_not_answer_keeps_nobody_waiting_and_is_asked_once(store: Store) -> None:
    end = threading.Event()
    checked = probe(store, disk := Broken("write", end.wait), patience=0.05)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match=r"has not answered for 0\.05 seconds"):
            checked.check()
    assert disk.tried == 1
    end.set()


def test_with_50_mb_left_nothing_more_is_taken_in(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match="less than 100 MB are left"):
        probe(store, Full()).check()
    with pytest.raises(StoreUnavailable, match="less than 100 MB are left"):
        Store(store.root.path, Full()).root.require_room()
