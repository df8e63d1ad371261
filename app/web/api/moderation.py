"""The admin's API for moderation: gives photos a status, and counts what waits."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.core.errors import BadParameters
from app.core.sources import Status
from app.services.moderation.board import STATUSES
from app.web.auth.admin import admin_only
from app.web.http import json_body
from app.web.services import services

blueprint = Blueprint("moderation", __name__, url_prefix="/admin/campaigns/<campaign>/moderation")

MOST = 100  # photos in one request, so that it ends before a proxy loses patience


@blueprint.post("/decisions")
@admin_only
def decide(campaign: str) -> ResponseReturnValue:
    """Gives photos a status: which have it now, why others may not, and the counts that follow."""
    given = services()
    photos, status = _wanted()
    outcome = given.moderation.outcome(given.campaign(campaign), photos, status)
    return {"done": outcome.done, "failed": outcome.failed} | _standing(campaign)


@blueprint.get("/counts")
@admin_only
def counts(campaign: str) -> ResponseReturnValue:
    """How many photos wait, are approved and are rejected."""
    return _standing(services().campaign(campaign))


def _standing(campaign: str) -> dict[str, object]:
    moderation = services().moderation
    board = moderation.board(campaign)
    return {
        "counts": board.counts,
        "more": sorted(board.more),
        "notice": board.problem or moderation.notice(campaign) or None,
    }


def _wanted() -> tuple[list[str], Status]:
    """The photos and the status in the request's JSON. Raises BadParameters."""
    found = json_body.parameters(("photos", "status"), '{"photos": ["a", "b"], "status": "approved"}')
    photos = found.get("photos")
    if not isinstance(photos, list) or not photos or not all(isinstance(one, str) for one in photos):
        raise BadParameters("photos must be a list of public IDs.")
    if len(photos) > MOST:
        raise BadParameters(f"photos may have up to {MOST} public IDs in one request, not {len(photos)}.")
    for status in STATUSES:
        if found.get("status") == status:
            return photos, status
    raise BadParameters(f"status must be one of {', '.join(STATUSES)}.")
