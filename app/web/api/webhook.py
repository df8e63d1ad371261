"""Cloudinary's notifications.

One about a renamed or moved folder names no photos: it starts a sync of the campaigns concerned and is answered
"unchanged", or "ignored" if it concerns no campaign.
"""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.core.errors import NotFound
from app.services.processor.decision import Outcome
from app.services.reconcile import job
from app.web.auth.signature import NOT_EXPECTED, signed_by_cloudinary
from app.web.http.admission import sender_is_gone
from app.web.services import services

blueprint = Blueprint("webhook", __name__)

UPLOAD = b'"upload"'  # in a notification that a photo has come, whatever else has this word in it


@blueprint.post("/webhook/<source>")
@signed_by_cloudinary
def receive(source: str) -> ResponseReturnValue:
    """Answers 200 only once the store is right, so that Cloudinary retries until then."""
    signed = int(request.headers["X-Cld-Timestamp"])  # a number, or the signature would be wrong
    intake = services().intake
    if intake is None:
        raise NotFound(NOT_EXPECTED)
    with services().admission.admit(sender_is_gone):
        received = intake.receive(request.get_data(), signed)
    if UPLOAD in request.get_data():
        services().moderation.sent()
    if received.syncs:
        job.start(services().settings, services().store, received.syncs)
        return {"status": "unchanged", "sync": received.syncs}
    if received.summary is None:
        return {"status": "ignored"}
    answer = _described(received.summary)
    if len(received.outcomes) > 1:
        answer["photos"] = [_described(outcome) for outcome in received.outcomes]
    return answer


def _described(outcome: Outcome) -> dict[str, Any]:
    described: dict[str, Any] = {"status": outcome.status, "public_id": outcome.public_id}
    return described | ({"error": outcome.error} if outcome.error else {})
