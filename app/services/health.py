"""Health checks: the store, exiftool, and decoding a picture."""

import logging
from collections.abc import Callable

from app.adapters import imaging
from app.adapters.exiftool import ExifTool
from app.adapters.store.probe import Probe
from app.core.config import Settings
from app.core.errors import CollagenError
from app.services.processor.processors import Processors

LOG = logging.getLogger(__name__)


def check(settings: Settings, probe: Probe, exiftool: ExifTool, processors: Processors) -> dict[str, str]:
    """By name of each check: "ok", or one sentence for the public. The log has the details."""

    def decoder() -> None:
        imaging.check()
        processors.check()

    checks: dict[str, Callable[[], object]] = {
        "store": probe.check,
        "exiftool": exiftool.check,
        "imagemagick": decoder,
    }
    return {name: _answer(name, run, settings) for name, run in checks.items()}


def _answer(name: str, run: Callable[[], object], settings: Settings) -> str:
    try:
        run()
    except CollagenError as error:
        LOG.warning("The health check of %s failed: %s", name, settings.without_paths(error))
        return error.public
    return "ok"
