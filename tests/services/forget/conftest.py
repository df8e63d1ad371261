"""A test bench for erasure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.cloudinary import Cloudinary
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import load_campaigns, load_settings
from app.services.forget.forget import Forgetting
from app.services.processor.processor import Processor
from app.services.sources import Sources
from scripts.sandbox import mirror
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.forgetting import Bench
from tests.support.remembering import Remembering


@pytest.fixture
def bench(standin: Standin, store: Store, exiftool: ExifTool, decoder: Remembering) -> Iterator[Bench]:
    environ = environment(standin, store.root.path)
    settings = load_settings(environ, dotenv=Path("/nonexistent"))
    campaigns = load_campaigns(settings.campaigns_file)
    cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
    processor = Processor(cloudinary, store, exiftool, campaigns)
    processor._mirror.decoder = decoder
    forgetting = Forgetting(Sources(settings), store, exiftool, campaigns)
    yield Bench(standin, store, exiftool, processor, forgetting, environ)
    assert mirror.leftovers(store) == []
