"""Reads notifications: hints that something about a photo may have changed. Pure.

As Cloudinary sends them, most name one asset, delete has a list of resources, move and context changes a dict by public
ID. Unused fields are ignored.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.adapters.cloudinary.asset import TYPES, moderation_status
from app.adapters.cloudinary.public_ids import check_public_id
from app.adapters.cloudinary.statements import read_statement
from app.core.errors import BadNotification
from app.core.sources import Hint

ONE_ASSET = ("moderation", "upload")
# The usual cause of a wrong body (https://cloudinary.com/documentation/admin_api_triggers.md)
TEMPLATE = (
    "If its trigger has a payload_template, which replaces Cloudinary's own body, remove that from the trigger"
    " (python -m app connect --apply does)."
)
MANY_ASSETS = ("delete", "move", "resource_context_changed")
FOLDER = "move_or_rename_asset_folder"
EVENTS = (*ONE_ASSET, "rename", *MANY_ASSETS, FOLDER)  # all that concern photos
OF_DYNAMIC_FOLDERS = ("move", FOLDER)  # accounts with fixed folders have neither


@dataclass(frozen=True)
class Notification:
    """`kind`: Cloudinary's notification_type; `status`: what it says of the moderation, else the kind.

    `folders`: those renamed or moved with all their photos, which the notification does not name.
    """

    kind: str
    status: str
    hints: tuple[Hint, ...]
    folders: tuple[str, ...] = ()


def parse(body: bytes, signed: int | None = None) -> Notification:
    """Reads a notification. `signed` as in `Hint`. One that does not concern photos has no hints.

    Raises BadNotification or BadPublicId for one that is unusable.
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _templated("The notification is not JSON.") from error
    if not isinstance(payload, dict) or not isinstance(payload.get("notification_type"), str):
        raise _templated("The notification has no notification_type.")
    kind = payload["notification_type"]
    hints = tuple(replace(hint, signed=signed) for hint in _hints(kind, payload))
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
    if kind != FOLDER:
        return ()
    paths = (payload.get("from_path"), payload.get("to_path"))
    return tuple(path.strip("/") for path in paths if isinstance(path, str) and path.strip("/"))


def _hints(kind: str, payload: Mapping[str, Any]) -> Iterator[Hint]:
    if kind == "rename":
        # both: the old name is gone, the new one exists
        type, folder = _delivery_type(payload), _text(payload, "asset_folder")
        yield Hint(_public_id(payload, "from_public_id"), type=type, brings=False, folder=folder)
        yield Hint(_public_id(payload, "to_public_id"), type=type, folder=folder)
    elif kind in ONE_ASSET:
        yield _one(kind, payload)
    elif kind in MANY_ASSETS:
        resources = payload.get("resources")
        if isinstance(resources, dict):
            resources = [{"public_id": public_id} | _as_dict(rest) for public_id, rest in resources.items()]
        if not isinstance(resources, list):
            raise _templated(f"The {kind} notification has no resources.")
        for resource in map(_as_dict, resources):
            if resource.get("resource_type", "image") == "image":
                yield Hint(
                    _public_id(resource, "public_id"),
                    type=_delivery_type(resource),
                    brings=kind == "move",
                    folder=_text(resource, "to_asset_folder" if kind == "move" else "asset_folder"),
                )


def _one(kind: str, payload: Mapping[str, Any]) -> Hint:
    """The hint in a moderation or an upload."""
    url, version = _text(payload, "secure_url"), payload.get("version")
    resource_type = _text(payload, "resource_type") or _of_url(url, 1) or "image"
    status = _moderation_status(payload) if kind == "moderation" else _of_all_moderations(payload)
    if kind == "upload" and status is None and not payload.get("existing"):
        status = "unmoderated"  # a new asset, not submitted for moderation
    known = kind == "moderation" and status == "approved" and url is not None and isinstance(version, int)
    return Hint(
        _public_id(payload, "public_id"),
        url if known else None,
        version if known else None,
        type=_delivery_type(payload),
        kind=resource_type,
        brings=status not in ("rejected", "pending", "unmoderated"),
        folder=_text(payload, "asset_folder"),
        statement=read_statement(payload, status),
    )


def _of_all_moderations(payload: Mapping[str, Any]) -> str | None:
    listed = payload.get("moderation")
    entries = [entry for entry in listed if _text(_as_dict(entry), "status")] if isinstance(listed, list) else []
    return moderation_status({"moderation": entries, "moderation_status": _text(payload, "moderation_status")})


def _delivery_type(payload: Mapping[str, Any]) -> str:
    found = _text(payload, "type") or _of_url(_text(payload, "secure_url"), 2)
    return found if found in TYPES else "upload"


def _of_url(url: str | None, part: int) -> str | None:
    """The kind (1) or the delivery type (2) of the asset at a delivery URL."""
    found = re.search(r"/(image|video|raw)/([a-z_]+)/", url or "")
    return found[part] if found else None


def _text(payload: Mapping[str, Any], key: str) -> str | None:
    value = payload.get(key)
    return value if isinstance(value, str) else None


def _public_id(payload: Mapping[str, Any], key: str) -> str:
    public_id = payload.get(key)
    if not isinstance(public_id, str) or not public_id:
        raise _templated(f"The notification has no {key}.")
    return public_id


def _moderation_status(payload: Mapping[str, Any]) -> str:
    status = payload.get("moderation_status")
    if status is None:  # the shape in one of Cloudinary's own articles
        moderation = payload.get("moderation")
        first = moderation[0] if isinstance(moderation, list) and moderation else None
        status = _as_dict(first).get("status")
    return status if isinstance(status, str) else "unknown"


def _templated(what: str) -> BadNotification:
    error = BadNotification(f"{what} {TEMPLATE}")
    error.by_trigger = True
    return error


def _as_dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
