"""Cloudinary's notifications.

One about a folder that was renamed or moved names no photos: a sync of the campaigns concerned is started, and the
answer says "unchanged", for nothing is yet; where it concerns no campaign, "ignored".
"""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.services.processor.decision import Outcome
from app.services.reconcile import job
from app.web.auth.signature import signed_by_cloudinary
from app.web.http.admission import sender_is_gone
from app.web.services import services

blueprint = Blueprint("webhook", __name__)


@blueprint.post("/webhook/<source>")
@signed_by_cloudinary
def receive(source: str) -> ResponseReturnValue:
    """Answers 200 once the store is right, so that Cloudinary tries again until it is."""
    signed = int(request.headers["X-Cld-Timestamp"])  # a number, or the signature would not be right
    with services().seats.taken(sender_is_gone):
        received = services().intake.receive(request.get_data(), signed)
    if received.syncs:
        job.start(services().settings, services().store, received.syncs)
        return {"status": "unchanged", "sync": received.syncs}
    if received.summary is None:
        return {"status": "ignored"}
    answer = _told(received.summary)
    if len(received.outcomes) > 1:
        answer["photos"] = [_told(outcome) for outcome in received.outcomes]
    return answer


def _told(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = {"status": outcome.status, "public_id": outcome.public_id}
    return told | ({"error": outcome.error} if outcome.error else {})
