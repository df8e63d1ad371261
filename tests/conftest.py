"""What most tests need: one stand-in for all of them, empty for each; a new store; people."""

from __future__ import annotations

import fcntl
import functools
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from app.adapters import imaging
from app.adapters.exiftool.exiftool import ExifTool
from app.adapters.store import Store
from tests.people import portrait
from tests.remembering import Remembering
from tests.secrets import told_too_much
from tests.standin.client import Standin

# Tests that run at the same time have a temporary directory each: one that looks for what killed processes have left
# there would find what another has.
# Only the processes of pytest that run tests have one, so that names stay short enough for sockets.
if "PYTEST_XDIST_WORKER" in os.environ and "TESTS_TEMPORARY" not in os.environ:
    TEMPORARY = tempfile.TemporaryDirectory(prefix="tests-")
    os.environ["TESTS_TEMPORARY"] = os.environ["TMPDIR"] = tempfile.tempdir = TEMPORARY.name

# Sample people are drawn once in a test run: xdist's workers find what another has drawn.
if "TESTS_PEOPLE" not in os.environ:
    PEOPLE = tempfile.TemporaryDirectory(prefix="people-")
    os.environ["TESTS_PEOPLE"] = PEOPLE.name
T = TypeVar("T")

# machines differ in speed, and what is slow here is a real process that answers
settings.register_profile("suite", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


# The files that take longest begin first.
LONGEST = (
    "test_service",
    "test_reconcile",
    "_in_chromium",
    "test_operations",
    "test_kill",
    "test_hostile",
    "test_check",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(name in item.path.stem for name in LONGEST))


def once(name: str, make: Callable[[], T]) -> T:
    """What `make` returns, made once in a test run, whichever process needs it first."""
    path = Path(os.environ["TESTS_PEOPLE"]) / name
    try:
        found: T = pickle.loads(path.read_bytes())
        return found
    except FileNotFoundError:
        pass
    with path.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be making it
        if path.exists():
            return once(name, make)
        made = make()
        unfinished = path.with_name(f"{name}.{os.getpid()}")
        unfinished.write_bytes(pickle.dumps(made))
        unfinished.rename(path)
    return made


@functools.cache
def person(seed: int) -> bytes:
    """A sample person's JPEG."""
    return once(f"person-{seed}", lambda: portrait(seed))


@functools.cache
def prepared(seed: int) -> imaging.Prepared:
    """A sample person as the store keeps them."""
    return once(f"prepared-{seed}", lambda: imaging.prepare(person(seed)))


@pytest.fixture(autouse=True)
def no_secret_is_passed_on() -> Iterator[None]:
    """After each test: no process that it has started and that still runs was told a secret that it does not need."""
    yield
    assert told_too_much() == []


@pytest.fixture(scope="session")
def running_standin() -> Iterator[Standin]:
    with Standin.start(secret="s3cret-of-the-account") as running:
        yield running


@pytest.fixture
def standin(running_standin: Standin) -> Standin:
    """A local Cloudinary without photos, faults or anyone to notify."""
    running_standin.settings(notify=None, signature="sha1", retry_delays=[], at_once=8, deliver_rejected=False)
    running_standin.reset()
    return running_standin


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store with its marker, at tmp_path/store."""
    made = Store(tmp_path / "store")
    made.root.initialise()
    return made


def linked(store: Path, place: Path) -> Store:
    """A store with the same files, for tests that remove and replace them as Collagen does, and write into none."""
    shutil.copytree(store, place, copy_function=os.link)
    return Store(place)


@pytest.fixture(scope="session")
def decoder() -> Iterator[Remembering]:
    """One decoding process for all tests: it takes as long to start as a photo, and most photos are the same."""
    running = Remembering()
    yield running
    running.close()


@pytest.fixture(scope="session")
def exiftool() -> Iterator[ExifTool]:
    running = ExifTool()
    yield running
    running.close()
