"""Cloudinary's notifications: verify, parse, make the store agree, file.

One about a folder that was renamed or moved names no photos: a sync of the campaigns concerned is started, and the
answer says "unchanged", for nothing is yet; where it concerns no campaign, "ignored".
"""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.assets import Notification, parse
from app.processor import Outcome
from app.reconcile import process
from app.web.access import signed_by_cloudinary
from app.web.services import services

blueprint = Blueprint("webhook", __name__)

# the one that says most stands for a notification about several photos
TELLING = ("stored", "removed", "unchanged", "ignored")


@blueprint.post("/webhook/<source>")
@signed_by_cloudinary
def receive(source: str) -> ResponseReturnValue:
    """Answers 200 once the store is right, so that Cloudinary tries again until it is."""
    body = request.get_data()
    notification = parse(body)
    if notification.folders:
        return _sync(notification, body)
    outcomes = [services().processor.process(hint) for hint in notification.hints]
    named = next(iter(outcomes), Outcome("none", "ignored"))
    for campaign in {outcome.campaign for outcome in outcomes} or {None}:
        services().store.logs.notification(campaign, datetime.now(UTC), notification.status, named.public_id, body)
    if not outcomes:
        return {"status": "ignored"}
    answer = _told(min(outcomes, key=lambda outcome: TELLING.index(outcome.status)))
    if len(outcomes) > 1:
        answer["photos"] = [_told(outcome) for outcome in outcomes]
    return answer


def _sync(notification: Notification, body: bytes) -> ResponseReturnValue:
    campaigns = process.concerned(services().campaigns.values(), notification.folders)
    for campaign in (*campaigns,) or (None,):
        services().store.logs.notification(campaign, datetime.now(UTC), notification.status, "none", body)
    if not campaigns:
        return {"status": "ignored"}
    process.start(services().settings, campaigns)
    return {"status": "unchanged", "sync": campaigns}


def _told(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = {"status": outcome.status, "public_id": outcome.public_id}
    return told | ({"error": outcome.error} if outcome.error else {})
