"""The process that `scripts.sandbox.kills.mails` kills: one run, as the command does it."""

from __future__ import annotations

import os
from pathlib import Path

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import load_campaigns, load_settings
from app.services.notify.recipients import Options
from app.services.notify.run import Notifier
from scripts.sandbox.stored import CAMPAIGN


def work(environ: dict[str, str]) -> None:
    """Mails everyone about the collage 0001, until done or killed."""
    os.setsid()
    os.environ.update(environ)
    settings = load_settings(environ, dotenv=Path("/nonexistent"))
    exiftool = ExifTool()
    notifier = Notifier(settings, load_campaigns(settings.campaigns_file), Store(settings.store), exiftool)
    notifier.send(notifier.plan(CAMPAIGN, "0001", Options()))
    exiftool.close()
