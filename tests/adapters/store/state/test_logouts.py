"""Sessions that were ended early."""

from __future__ import annotations

import os
import time

import pytest

from app.adapters.store import Store
from app.adapters.store.root import MARKER
from app.adapters.store.state.logouts import KEPT, LOGOUTS
from app.core.errors import StoreUnavailable


def test_a_session_has_ended_for_everyone_once_that_is_noted(store: Store) -> None:
    assert not store.logouts.has("one")
    store.logouts.add("one")
    store.logouts.add("one")
    assert store.logouts.has("one")
    assert Store(store.root.path).logouts.has("one")
    assert not store.logouts.has("another")


def test_what_is_noted_is_removed_when_the_session_would_be_over_anyway(store: Store) -> None:
    store.logouts.add("old")
    (old,) = (store.root.path / LOGOUTS).iterdir()
    then = time.time() - KEPT - 60
    os.utime(old, (then, then))
    store.logouts.add("new")
    assert len(list((store.root.path / LOGOUTS).iterdir())) == 1
    assert store.logouts.has("new")


def test_out_of_reach_nobody_can_tell_who_has_logged_out(store: Store) -> None:
    (store.root.path / MARKER).unlink()
    with pytest.raises(StoreUnavailable):
        store.logouts.has("one")
    with pytest.raises(StoreUnavailable):
        store.logouts.add("one")
    assert not (store.root.path / LOGOUTS).exists()
