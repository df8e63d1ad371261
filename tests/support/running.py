"""One service for all tests of a module, for each with an empty store: gunicorn takes seconds to start."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.store import Store
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for


@pytest.fixture(scope="module")
def running(
    request: pytest.FixtureRequest, running_standin: Standin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Store]]:
    """One service with `WORKERS` of the module, for all of its tests, and the service's store."""
    store = Store(tmp_path_factory.mktemp("service") / "store")
    store.root.initialise()
    with Service(environment(running_standin, store.root.path), workers=request.module.WORKERS) as service:
        yield service, store


@pytest.fixture
def store(running: tuple[Service, Store]) -> Iterator[Store]:
    """The store of the running service, with nothing but its marker for each test."""
    yield running[1]
    wait_for(lambda: _emptied(running[1].root.path), "the service wrote nothing more into the store")


@pytest.fixture
def service(running: tuple[Service, Store], standin: Standin, store: Store) -> Iterator[Service]:
    """The running service, which the stand-in notifies."""
    standin.notify(running[0].webhook)
    yield running[0]
    standin.notify(None)


def _emptied(path: Path) -> bool:
    """Removes all directories; says whether that succeeded: the service may still be writing what a test left."""
    for directory in path.iterdir():
        if directory.is_dir():
            shutil.rmtree(directory, ignore_errors=True)
    return not any(directory.is_dir() for directory in path.iterdir())
