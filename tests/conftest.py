"""Fixtures for most tests: one local Cloudinary, emptied for each; a new store; the tiers.

`--quick` leaves out every test that can start a process or prepare a whole photo, `--thorough` adds those that go
through all cases, and more of Hypothesis's examples; see tests/support/tiers.py. Tests marked `styles` run a diffusion
model; without torch they are left out, and the last line says so.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.services.media.media import Media
from scripts.sandbox import samples
from scripts.sandbox.awsserver.client import AwsServer
from scripts.sandbox.standin.client import Standin
from tests.support.buckets import Bucket, media_at
from tests.support.remembering import Remembering
from tests.support.secrets import told_too_much
from tests.support.tiers import further_cases, is_quick

# Each of xdist's workers has its own temporary directory, or a test that looks for files of killed processes would
# find those of another worker. The controller has none, which keeps names short enough for sockets.
if "PYTEST_XDIST_WORKER" in os.environ and "TESTS_TEMPORARY" not in os.environ:
    TEMPORARY = tempfile.TemporaryDirectory(prefix="tests-")
    os.environ["TESTS_TEMPORARY"] = os.environ["TMPDIR"] = tempfile.tempdir = TEMPORARY.name

samples.share()  # xdist's workers share what one of them has drawn

# Machines differ in speed, and most of the time is spent waiting for real processes.
for profile, examples in (("suite", 15), ("thorough", 60)):
    settings.register_profile(
        profile, deadline=None, max_examples=examples, suppress_health_check=[HealthCheck.too_slow]
    )


# The slowest files begin first.
LONGEST = (
    "test_service",
    "test_reconcile",
    "_in_chromium",
    "test_operations",
    "test_kill",
    "test_hostile",
    "test_check",
    "test_catalogue",
    "test_prototype",
    "test_folder",
    "test_make",
    "test_run",
    "test_job",
    "test_forget",
    "test_wall",
    "test_painting",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="also all cases of what other tests show by a few")
    parser.addoption("--quick", action="store_true", help="only tests that start no server, browser or other process")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.getoption("--thorough") else "suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(name in item.path.stem for name in LONGEST))
    if not config.getoption("--thorough"):
        rare = {item for item in items if item.get_closest_marker("thorough")}
        rare |= further_cases([item for item in items if item not in rare])
        config.hook.pytest_deselected(items=list(rare))
        items[:] = [item for item in items if item not in rare]
    if config.getoption("--quick"):
        slow = {item for item in items if item.get_closest_marker("styles") or not is_quick(item)}
        config.hook.pytest_deselected(items=list(slow))
        items[:] = [item for item in items if item not in slow]
    if importlib.util.find_spec("torch") is None:
        painted = {item for item in items if item.get_closest_marker("styles")}
        config.hook.pytest_deselected(items=list(painted))
        items[:] = [item for item in items if item not in painted]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if importlib.util.find_spec("torch") is None and not config.getoption("--quick"):
        terminalreporter.line("Left out, because torch is not installed: the tests of styles (scripts/test --styles).")


def pytest_collection_finish() -> None:
    gc.freeze()  # or each search for garbage would go through thousands of tests, which stay to the end


@pytest.fixture(autouse=True)
def no_secret_is_passed_on() -> Iterator[None]:
    """After each test: none of the processes it started that still run has a secret it does not need."""
    yield
    assert told_too_much() == []


@pytest.fixture(scope="session")
def running_standin() -> Iterator[Standin]:
    with Standin.start(secret="s3cret-of-the-account") as running:
        yield running


@pytest.fixture
def standin(running_standin: Standin) -> Standin:
    """The local Cloudinary, without photos, faults or a webhook."""
    running_standin.settings(notify=None, signature="sha1", retry_delays=[], at_once=8, deliver_rejected=False)
    running_standin.reset()
    return running_standin


@pytest.fixture(scope="session")
def aws() -> Iterator[AwsServer]:
    """Local queues and buckets."""
    with AwsServer() as running:
        yield running


@pytest.fixture
def bucket(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket, and an environment in which boto3 may use it."""
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    return Bucket.at(aws)


@pytest.fixture
def media(bucket: Bucket, store: Store) -> Media:
    """Pictures in that bucket."""
    return media_at(bucket.url, store)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store with its marker, at tmp_path/store."""
    made = Store(tmp_path / "store")
    made.root.initialise()
    return made


@pytest.fixture(scope="session")
def decoder() -> Iterator[Remembering]:
    """One decoding process for all tests: it is as slow to start as a photo, and most photos are the same."""
    running = Remembering()
    yield running
    running.end()


@pytest.fixture(scope="session")
def exiftool() -> Iterator[ExifTool]:
    running = ExifTool()
    yield running
    running.close()
