"""Cloudinary's notifications: one function for each kind, with the fields that real ones have.

`resources` is a list in some (delete) and a dict by public ID in others (move, resource_context_changed), as in the
real ones.
"""

from __future__ import annotations

from typing import Any

from scripts.sandbox.standin.answers import Addresses
from scripts.sandbox.standin.assets import Asset, iso

Payload = dict[str, Any]


def _context(source: str) -> Payload:
    by = {"source": source, "id": "standin"}
    return {"notification_context": {"triggered_at": iso(), "triggered_by": by}}


def _which(asset: Asset) -> Payload:
    return {"resource_type": asset.resource_type, "type": asset.type, "asset_id": asset.asset_id}


def moderation(asset: Asset, addresses: Addresses) -> Payload:
    """Contains neither the folder nor the context: the receiver has to look them up."""
    assert asset.moderation
    return {
        "notification_type": "moderation",
        "moderation_status": asset.moderation.status,
        "moderation_kind": asset.moderation.kind,
        "moderation_updated_at": asset.moderation.updated_at,
        "asset_id": asset.asset_id,
        "public_id": asset.public_id,
        "uploaded_at": asset.uploaded_at,
        "version": asset.version,
        "url": addresses.of(asset),
        "secure_url": addresses.of(asset),
        "etag": asset.picture.etag,
    }


def upload(upload_answer: Payload, source: str) -> Payload:
    """The Upload API's answer again; an overwrite is an upload with a new version."""
    told = {name: value for name, value in upload_answer.items() if name != "api_key"}
    return {"notification_type": "upload", "timestamp": iso(), **told, **_context(source)}


def delete(assets: list[Asset], source: str) -> Payload:
    resources = [
        _which(asset)
        | {
            "public_id": asset.public_id,
            "version": asset.version,
            "asset_folder": asset.asset_folder,
            "display_name": asset.display_name,
        }
        for asset in assets
    ]
    return {"notification_type": "delete", "resources": resources, **_context(source)}


def rename(old: str, asset: Asset, source: str) -> Payload:
    names = {"from_public_id": old, "to_public_id": asset.public_id}
    folder = {"asset_folder": asset.asset_folder, "display_name": asset.display_name}
    return {"notification_type": "rename", **_which(asset), **names, **folder, **_context(source)}


def move(before: Asset, after: Asset, source: str) -> Payload:
    folders = {"from_asset_folder": before.asset_folder, "to_asset_folder": after.asset_folder}
    resource = _which(after) | folders | {"display_name": after.display_name}
    return {"notification_type": "move", "resources": {after.public_id: resource}, **_context(source)}


def folder_rename(old: str, new: str, source: str) -> Payload:
    """Without a list of assets: the receiver has to find the photos concerned."""
    paths = {"from_path": old, "to_path": new, "status": "success"}
    return {"notification_type": "move_or_rename_asset_folder", **paths, **_context(source)}


def context_changed(before: Asset, after: Asset, source: str) -> Payload | None:
    """None if nothing differs."""
    old, new = before.context, after.context
    changes: Payload = {
        "added": [{"name": name, "value": new[name]} for name in new if name not in old],
        "removed": [{"name": name, "value": old[name]} for name in old if name not in new],
        "updated": [
            {"name": name, "previous_value": old[name], "new_value": new[name]}
            for name in new
            if name in old and old[name] != new[name]
        ],
    }
    if not any(changes.values()):
        return None
    resources = {after.public_id: _which(after) | changes}
    return {"notification_type": "resource_context_changed", "resources": resources, **_context(source)}
