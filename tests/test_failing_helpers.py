"""A decoder or exiftool that is stopped, killed, missing or talking nonsense removes nothing, whatever is going on."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.adapters.cloudinary import Cloudinary
from app.adapters.exiftool import ExifTool
from app.adapters.imaging import Decoder
from app.adapters.store import Store
from app.core.config import load_campaigns, load_settings
from app.core.errors import CollagenError, Retryable
from app.core.sources import Hint
from app.services.check.run import run as check
from app.services.processor.processor import Processor
from app.services.reconcile import Sync, Watch
from scripts.sandbox.samples import person
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.remembering import Remembering

TROUBLES = {
    "stopped": ["sh", "-c", "kill -STOP $$"],
    "killed": ["sh", "-c", "kill -9 $$"],
    "cannot start": ["/nonexistent"],
    "nonsense": [sys.executable, "-c", "import sys\nwhile sys.stdin.read(1): print('nonsense {', flush=True)"],
}
PATIENCE = 0.3  # seconds to wait for a stopped process
PEOPLE = 2


@pytest.fixture
def held(standin: Standin, store: Store, exiftool: ExifTool, decoder: Remembering) -> Store:
    """Two photos that are approved and stored."""
    for number in range(PEOPLE):
        standin.upload(person(1), f"p{number}", folder="sayno", email=f"p{number}@example.org", notify=False)
        standin.approve(f"p{number}", notify=False)
    processor = made(standin, store, exiftool, decoder)
    for number in range(PEOPLE):
        assert processor.process(Hint(f"p{number}")).status == "stored"
    return store


def parts(standin: Standin, store: Store) -> tuple[Cloudinary, Any]:
    settings = load_settings(environment(standin, store.root.path), dotenv=Path("/nonexistent"))
    cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
    return cloudinary, load_campaigns(settings.campaigns_file)


def made(standin: Standin, store: Store, exiftool: ExifTool, decoder: Decoder) -> Processor:
    cloudinary, campaigns = parts(standin, store)
    processor = Processor(cloudinary, store, exiftool, campaigns)
    processor._mirror.decoder = decoder
    return processor


def files(store: Store) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for room in ("approved", "thumbnails")
        for path in (store.root.path / "sayno" / room).iterdir()
    }


def arrival(standin: Standin, store: Store, exiftool: ExifTool, decoder: Decoder) -> None:
    """A new photo, and a new version of one that is held."""
    standin.upload(person(2), "new", folder="sayno", email="new@example.org", notify=False)
    standin.approve("new", notify=False)
    standin.overwrite("p0", person(3), status="approved", notify=False)
    processor = made(standin, store, exiftool, decoder)
    for public_id in ("new", "p0"):
        with pytest.raises(Retryable):
            processor.process(Hint(public_id))
    assert store.photos.holders("new") == {}


def address(standin: Standin, store: Store, exiftool: ExifTool, decoder: Decoder) -> None:
    """A corrected address, which needs no decoder."""
    standin.set_email("p1", "corrected@example.org", notify=False)
    with contextlib.suppress(Retryable):
        made(standin, store, exiftool, decoder).process(Hint("p1"))


def sync(standin: Standin, store: Store, exiftool: ExifTool, decoder: Decoder) -> None:
    """A sync that finds a new version, a corrected address and a photo without its intermediate."""
    standin.overwrite("p0", person(3), status="approved", notify=False)
    standin.set_email("p1", "corrected@example.org", notify=False)
    cloudinary, campaigns = parts(standin, store)
    syncing = Sync(cloudinary, store, exiftool, campaigns, Watch())
    syncing._processor._mirror.decoder = decoder
    with contextlib.suppress(CollagenError):
        syncing.run("sayno", sure=True)


def whole_check(standin: Standin, store: Store, exiftool: ExifTool, decoder: Decoder) -> None:
    with contextlib.suppress(CollagenError):
        check(store, exiftool, repair=True)


SITUATIONS: dict[str, Callable[[Standin, Store, ExifTool, Decoder], None]] = {
    "arrival": arrival,
    "address change": address,
    "sync": sync,
    "check": whole_check,
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("helper", ["decoder", "exiftool"])
def test_nothing_is_removed(
    standin: Standin, held: Store, exiftool: ExifTool, decoder: Remembering, helper: str, trouble: str, situation: str
) -> None:
    before = files(held)
    with contextlib.ExitStack() as stack:
        broken_decoder = stack.enter_context(contextlib.closing(Decoder(TROUBLES[trouble], PATIENCE)))
        broken_exiftool = stack.enter_context(contextlib.closing(ExifTool(TROUBLES[trouble], PATIENCE)))
        tools = (exiftool, broken_decoder) if helper == "decoder" else (broken_exiftool, decoder)
        SITUATIONS[situation](standin, held, *tools)
    after = files(held)
    assert before.keys() <= after.keys()
    for path, data in before.items():
        assert after[path] == data or (helper, path.endswith("p1.jpg")) == ("decoder", True), path
