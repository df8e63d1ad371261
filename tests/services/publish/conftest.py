"""A campaign of 7 people whose first collage, 3×2, shows 6 of them, and is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.store import Store
from app.adapters.targets.directory import Directory
from app.services.publish.publish import Publisher
from app.services.publish.run import Order
from scripts.sandbox import stored
from tests.support.published import PLACE, RULES, SITE, Clock
from tests.support.stores import linked


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("published") / "store")
    store.root.initialise()
    stored.put(store, range(7), archive=stored.archive)
    stored.built(store, width=450, height=400, photos=6)
    return store.root.path


@pytest.fixture
def store(model: Path, tmp_path: Path) -> Store:
    """A copy of the store."""
    return linked(model, tmp_path / "store")


@pytest.fixture
def site(store: Store, order: Order, clock: Clock, tmp_path: Path) -> Path:
    """Where the store is published."""
    Publisher(store, clock).publish(order, Directory(tmp_path / "site"), None)
    return tmp_path / "site"


@pytest.fixture
def order() -> Order:
    return Order(RULES, None, PLACE, site=SITE)


@pytest.fixture
def clock() -> Clock:
    return Clock()
