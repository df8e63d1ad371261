"""The picture in a mail; each fetch is recorded as an open."""

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
    except CollageUnsound as error:  # the recipient cannot do anything about it
        LOG.warning("The picture of a mail cannot be shown: %s", services().without_paths(error))
        raise NotFound("This picture cannot be shown at the moment.") from error
    if request.method == "GET":
        services().recorder.record(claims, dict(request.headers), datetime.now(UTC))
    answer: Response = make_response(data)
    answer.content_type = "image/jpeg"
    # and no validators: every view fetches the newest picture
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # web mail embeds it in its own pages
    return answer
