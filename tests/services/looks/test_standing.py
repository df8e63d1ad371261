"""How far a look is: read again when something has changed, and not at every click."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.services.looks.standing import SETTLED, Standings
from scripts.sandbox import stored
from tests.support.looks import Negative, look_of, put_look

GREEN = (20, 160, 40)


@pytest.fixture
def clock() -> list[float]:
    return [1000.0]


@pytest.fixture
def standings(store: Store, clock: list[float]) -> Standings:
    stored.put(store, range(2))
    return Standings(store, lambda: clock[0])


def test_every_change_is_seen_at_once(store: Store, standings: Standings, tmp_path: Path) -> None:
    look = look_of(tmp_path, Negative())
    assert standings.of("sayno", look).counts() == {"current": 0, "missing": 2, "stale": 0, "failed": 0}
    put_look(store, [stored.name(0)], GREEN, recipe=look.recipe)
    assert standings.of("sayno", look).by_state["current"] == [stored.name(0)]
    other = look_of(tmp_path, Negative(), "hole = 5")
    assert standings.of("sayno", other).by_state["stale"] == [stored.name(0)]
    stored.put(store, range(2, 3))
    assert standings.of("sayno", other).by_state["missing"] == [stored.name(1), stored.name(2)]
    store.photos.remove("sayno", stored.name(0))
    assert standings.of("sayno", look).counts() == {"current": 0, "missing": 2, "stale": 0, "failed": 0}


def test_what_has_settled_is_read_once(store: Store, standings: Standings, clock: list[float], tmp_path: Path) -> None:
    look = look_of(tmp_path, Negative())
    first = standings.of("sayno", look)
    assert standings.of("sayno", look) is not first, "timestamps may be too coarse to tell two changes apart"
    clock[0] += SETTLED
    settled = standings.of("sayno", look)
    assert standings.of("sayno", look) is settled
    put_look(store, [stored.name(1)], GREEN, recipe=look.recipe)
    assert standings.of("sayno", look) is not settled


def test_web_workers_and_commands_know_looks_without_what_makes_them() -> None:
    """No pixels and no models: the service starts as quickly as before, and takes no more memory."""
    program = (
        "import sys, app.web.app, app.services.looks.recipes, app.services.looks.work, app.cli.looks.command\n"
        "print(sorted({'numpy', 'PIL', 'onnxruntime', 'simplejpeg', 'torch'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
