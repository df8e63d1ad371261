"""Reads what a notification states about one version of an asset, and since when that holds. Pure."""

from collections.abc import Mapping
from typing import Any

from app.adapters.cloudinary.asset import seconds
from app.core.sources import Statement


def read_statement(payload: Mapping[str, Any], status: str | None) -> Statement | None:
    """What a moderation or upload notification states, if it says which version of which asset and when.

    `status`: what it says of the moderation. None for a rejection, which is always looked up.
    """
    asset_id, version = payload.get("asset_id"), payload.get("version")
    if not isinstance(asset_id, str) or not isinstance(version, int):
        return None
    if status not in ("approved", "pending", "unmoderated"):
        return None
    context = payload.get("notification_context")
    of_upload = context.get("triggered_at") if isinstance(context, dict) else None
    moment = payload.get("moderation_updated_at") if payload["notification_type"] == "moderation" else of_upload
    try:
        at = seconds(moment) if isinstance(moment, str) else None
    except (ValueError, OverflowError):
        at = None
    return None if at is None else Statement(asset_id, version, status == "approved", at)
