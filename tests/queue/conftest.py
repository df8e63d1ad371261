"""A queue for each test; a record handler with the real SDK, exiftool and ImageMagick."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import load_campaigns, load_settings
from app.queue.records import Handler
from app.services.intake import Intake
from scripts.sandbox.awsserver.client import AwsServer, TestQueue
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.queue import Syncs


@pytest.fixture
def queue(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> TestQueue:
    """An empty queue, and an environment in which boto3 finds it. Three attempts, then the dead-letter queue."""
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    return aws.queue()


@pytest.fixture
def syncs() -> Syncs:
    return Syncs()


@pytest.fixture
def handler(standin: Standin, store: Store, exiftool: ExifTool, syncs: Syncs) -> Handler:
    settings = load_settings(environment(standin, store.root.path), dotenv=Path("/nonexistent"))
    campaigns = load_campaigns(settings.campaigns_file)
    return Handler(settings, Intake.of(settings, campaigns, store, exiftool), syncs)
