"""The picture in a mail, for whoever it was sent to; that it was asked for is recorded beside."""

import logging
from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue

from app.core.errors import CollageUnsound, NotFound
from app.services.collage import derivatives
from app.services.tracking.tokens import Claims
from app.web.auth.token import personal
from app.web.services import services

LOG = logging.getLogger(__name__)
blueprint = Blueprint("track", __name__, url_prefix="/track/<token>")

PICTURE = derivatives.name(1024)


@blueprint.get("/collage.jpg")
@personal("image")
def picture(claims: Claims) -> ResponseReturnValue:
    """The collage's newest revision, without those who have withdrawn. A GET is one open, a HEAD none."""
    try:
        data = services().finished.derivative(claims.campaign, claims.collage, PICTURE)
    except CollageUnsound as error:  # what can be done about it is not for whoever was sent the mail
        LOG.warning("The picture of a mail cannot be shown: %s", services().without_paths(error))
        raise NotFound("There is no picture behind this address at the moment.") from error
    if request.method == "GET":
        services().recorder.record(claims, dict(request.headers), datetime.now(UTC))
    answer: Response = make_response(data)
    answer.content_type = "image/jpeg"
    # without validators either, so that it is asked for whenever it is looked at, and the newest is seen
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # web mail shows it in a page of its own
    return answer
