"""Whether everything that Collagen needs is there, and works: a picture is decoded as those that arrive are."""

import logging

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.adapters import imaging
from app.core.errors import CollagenError
from app.web.auth.access import anyone
from app.web.services import services

LOG = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@anyone
def health() -> ResponseReturnValue:
    """200 where every check is ok, else 503 with the failing ones; what exactly is wrong stands in the log."""
    said = checks()
    good = all(each == "ok" for each in said.values())
    return {"status": "ok" if good else "failing", "checks": said}, 200 if good else 503


def checks() -> dict[str, str]:
    """What each thing that Collagen needs says of itself: "ok", or one sentence."""
    said = {}
    for name, check in (
        ("store", services().probe.check),
        ("exiftool", services().exiftool.check),
        ("imagemagick", _decodes),
    ):
        try:
            check()
            said[name] = "ok"
        except CollagenError as error:
            LOG.warning("The health check of %s failed: %s", name, services().without_paths(error))
            said[name] = error.public
    return said


def _decodes() -> None:
    """Raises SettingError, PictureError, DecoderFailed."""
    imaging.check()
    services().intake.processor.check()
