"""What a notification says: only hints that something about a photo may have changed. Pure.

Shapes as Cloudinary sends them: most name one asset, delete has a list of resources, move and context changes a dict by
public ID. Fields that are not used here are ignored.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.assets.public_ids import check_public_id
from app.errors import BadNotification

ONE_ASSET = ("moderation", "upload")
MANY_ASSETS = ("delete", "move", "resource_context_changed")


@dataclass(frozen=True)
class Hint:
    """Something about the photo `public_id` may have changed.

    Where the hint is an approval, `picture_url` and `version` say where its picture would be, so that it can be
    fetched while Cloudinary is asked whether that is still so.
    """

    public_id: str
    picture_url: str | None = None
    version: int | None = None


@dataclass(frozen=True)
class Notification:
    """`kind`: Cloudinary's notification_type; `status`: what it says of the moderation, else the kind.

    `folders`: those that were renamed or moved with all their photos, which the notification does not name.
    """

    kind: str
    status: str
    hints: tuple[Hint, ...]
    folders: tuple[str, ...] = ()


def parse(body: bytes) -> Notification:
    """Reads a notification. One that does not concern photos has no hints.

    Raises BadNotification or BadPublicId for what nothing can be done with.
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadNotification("The notification is not JSON.") from error
    if not isinstance(payload, dict) or not isinstance(payload.get("notification_type"), str):
        raise BadNotification("The notification has no notification_type.")
    kind = payload["notification_type"]
    hints = tuple(_hints(kind, payload))
    for hint in hints:
        check_public_id(hint.public_id)
    if not hints and kind in (*ONE_ASSET, "rename"):
        raise BadNotification(f"The {kind} notification names no image.")
    status = _moderation_status(payload) if kind == "moderation" else kind
    # it becomes part of a file name
    return Notification(
        kind, status if re.fullmatch(r"[A-Za-z0-9_]{1,32}", status) else "unknown", hints, _folders(kind, payload)
    )


def _folders(kind: str, payload: Mapping[str, Any]) -> tuple[str, ...]:
    if kind != "move_or_rename_asset_folder":
        return ()
    paths = (payload.get("from_path"), payload.get("to_path"))
    return tuple(path.strip("/") for path in paths if isinstance(path, str) and path.strip("/"))


def _hints(kind: str, payload: Mapping[str, Any]) -> Iterator[Hint]:
    if kind == "rename":
        # both: the old name is gone, the new one is there
        yield Hint(_public_id(payload, "from_public_id"))
        yield Hint(_public_id(payload, "to_public_id"))
    elif kind in ONE_ASSET:
        approval = kind == "moderation" and _moderation_status(payload) == "approved"
        url, version = payload.get("secure_url"), payload.get("version")
        known = approval and isinstance(url, str) and isinstance(version, int)
        yield Hint(_public_id(payload, "public_id"), url if known else None, version if known else None)
    elif kind in MANY_ASSETS:
        resources = payload.get("resources")
        if isinstance(resources, dict):
            resources = [{"public_id": public_id} | _as_dict(rest) for public_id, rest in resources.items()]
        if not isinstance(resources, list):
            raise BadNotification(f"The {kind} notification has no resources.")
        for resource in resources:
            if _as_dict(resource).get("resource_type", "image") == "image":
                yield Hint(_public_id(_as_dict(resource), "public_id"))


def _public_id(payload: Mapping[str, Any], key: str) -> str:
    public_id = payload.get(key)
    if not isinstance(public_id, str) or not public_id:
        raise BadNotification(f"The notification has no {key}.")
    return public_id


def _moderation_status(payload: Mapping[str, Any]) -> str:
    status = payload.get("moderation_status")
    if status is None:  # the shape of one of Cloudinary's own articles
        moderation = payload.get("moderation")
        first = moderation[0] if isinstance(moderation, list) and moderation else None
        status = _as_dict(first).get("status")
    return status if isinstance(status, str) else "unknown"


def _as_dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
