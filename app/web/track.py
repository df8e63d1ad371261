"""The picture in a mail, for whoever it was sent to; that it was asked for is recorded beside."""

from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue

from app.collage import derivatives
from app.tracking.tokens import Claims
from app.web.access import personal
from app.web.services import services

blueprint = Blueprint("track", __name__, url_prefix="/track/<token>")

PICTURE = derivatives.name(1024)


@blueprint.get("/collage.jpg")
@personal("image")
def picture(claims: Claims) -> ResponseReturnValue:
    """The collage's newest revision, without those who have withdrawn. A GET is one open, a HEAD none."""
    data = services().finished.derivative(claims.campaign, claims.collage, PICTURE)
    if request.method == "GET":
        services().recorder.record(claims, dict(request.headers), datetime.now(UTC))
    answer: Response = make_response(data)
    answer.content_type = "image/jpeg"
    # without validators either, so that it is asked for whenever it is looked at, and the newest is seen
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # web mail shows it in a page of its own
    return answer
