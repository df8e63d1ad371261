"""A local SQS, shared by a process's tests; a handler of records with the real SDK, exiftool and ImageMagick."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import load_campaigns, load_settings
from app.queue.records import Handler
from app.services.intake import Intake
from scripts.sandbox.awsserver.client import AwsServer, Notification, TestQueue
from scripts.sandbox.samples import person
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin


@pytest.fixture(scope="session")
def aws() -> Iterator[AwsServer]:
    with AwsServer() as running:
        yield running


@pytest.fixture
def queue(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> TestQueue:
    """An empty queue, and an environment in which boto3 finds it. Three tries, then the dead-letter queue."""
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    return aws.queue()


class Syncs:
    """Records the syncs to start, or fails with `error`."""

    def __init__(self) -> None:
        self.started: list[tuple[str, ...]] = []
        self.error: Exception | None = None

    def __call__(self, campaigns: Sequence[str]) -> None:
        if self.error:
            raise self.error
        self.started.append(tuple(campaigns))


@pytest.fixture
def syncs() -> Syncs:
    return Syncs()


@pytest.fixture
def handler(standin: Standin, store: Store, exiftool: ExifTool, syncs: Syncs) -> Handler:
    settings = load_settings(environment(standin, store.root.path), dotenv=Path("/nonexistent"))
    campaigns = load_campaigns(settings.campaigns_file)
    return Handler(settings, Intake.of(settings, campaigns, store, exiftool), syncs)


def told(standin: Standin, **more: Any) -> Notification:
    """The last thing that the stand-in has told, signed."""
    return Notification.signed(standin.notifications()[-1]["payload"], standin.secret, **more)


def approved(standin: Standin, public_id: str = "a", folder: str = "sayno", **more: Any) -> Notification:
    """Puts an approved photo into the stand-in; what is told of it."""
    standin.upload(person(1), public_id, folder=folder, email="ann@example.org")
    standin.approve(public_id)
    return told(standin, **more)


def gone(standin: Standin, public_id: str = "gone", ago: float = 0, **more: Any) -> Notification:
    """About a photo that there is not: Cloudinary is asked, and there is nothing to do."""
    return Notification.signed(
        {"notification_type": "upload", "public_id": public_id, "existing": True},
        standin.secret,
        time.time() - ago,
        **more,
    )
