"""The process that `scripts.sandbox.kills.photos` kills: does what Collagen's processes do, over and over."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
from pathlib import Path

from app.adapters.cloudinary import Cloudinary
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import load_campaigns, load_settings
from app.core.errors import CollagenError
from app.core.sources import Hint
from app.services.collage import job as building
from app.services.collage.plan import Parameters
from app.services.processor.processor import Processor
from app.services.reconcile import Sync, Watch

PHOTOS = 40
FOLDERS = ("sayno", "sayno", "other", "test_prototype", "holidays")


def work(environ: dict[str, str], seed: int) -> None:
    """Does what Collagen's processes do, until killed."""
    os.setsid()
    os.environ.update(environ)
    tempfile.tempdir = environ["TMPDIR"]
    chance = random.Random(seed)
    settings = load_settings(environ, dotenv=Path("/nonexistent"))
    campaigns, store, exiftool = load_campaigns(settings.campaigns_file), Store(settings.store), ExifTool()
    cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
    processor = Processor(cloudinary, store, exiftool, campaigns)
    sync = Sync(cloudinary, store, exiftool, campaigns, Watch())
    while True:
        with contextlib.suppress(CollagenError):
            what = chance.random()
            if what < 0.8:
                processor.process(Hint(f"p/{chance.randrange(PHOTOS)}"))
            elif what < 0.9:
                sync.run(chance.choice(FOLDERS[:-1]))  # holidays are no campaign
            else:
                building.start(store, "sayno", Parameters(width=600, height=400)).wait()
