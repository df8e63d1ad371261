"""Cloudinary's JSON for an asset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scripts.sandbox.standin import signatures
from scripts.sandbox.standin.assets import Asset

Answer = dict[str, Any]


@dataclass(frozen=True)
class Addresses:
    """Where this account's pictures are delivered."""

    base: str  # http://127.0.0.1:9400
    cloud: str
    secret: str = ""
    fixed_folders: bool = False

    def of(self, asset: Asset) -> str:
        """Signed if the asset is delivered only to signed URLs."""
        name = f"{quote(asset.public_id, safe='/')}.{asset.picture.format}"
        signature = f"s--{signatures.of_address(name, self.secret, 8)}--/" if asset.type != "upload" else ""
        kind = f"{asset.resource_type}/{asset.type}"
        return f"{self.base}/{self.cloud}/{kind}/{signature}v{asset.version}/{name}"


def _basics(asset: Asset, addresses: Addresses) -> Answer:
    known = {
        "asset_id": asset.asset_id,
        "public_id": asset.public_id,
        "format": asset.picture.format,
        "version": asset.version,
        "resource_type": asset.resource_type,
        "type": asset.type,
        "created_at": asset.created_at,
        "uploaded_at": asset.uploaded_at,
        "bytes": len(asset.picture.data),
        "width": asset.picture.width,
        "height": asset.picture.height,
        "asset_folder": asset.asset_folder,
        "display_name": asset.display_name,
        "url": addresses.of(asset),
        "secure_url": addresses.of(asset),
    }
    if addresses.fixed_folders:  # the folder is part of the public ID, not a property
        del known["asset_folder"], known["display_name"]
    return known


def _context(asset: Asset) -> Answer:
    """Absent, not empty, for an asset without context."""
    return {"context": {"custom": dict(asset.context)}} if asset.context else {}


def _moderation(asset: Asset) -> Answer:
    """Absent for an asset that was never moderated."""
    if not asset.moderation:
        return {}
    every = [{name: getattr(one, name) for name in ("kind", "status", "updated_at")} for one in asset.moderations]
    return {"moderation": every, "moderation_kind": every[-1]["kind"], "moderation_status": every[-1]["status"]}


def details(asset: Asset, addresses: Addresses) -> Answer:
    """`resource`, `resource_by_asset_id`, `update`: everything."""
    rest = {"etag": asset.picture.etag, "tags": list(asset.tags), "derived": []}
    return _basics(asset, addresses) | rest | _context(asset) | _moderation(asset)


def list_item(asset: Asset, addresses: Addresses, context: bool, tags: bool, moderations: bool) -> Answer:
    """One entry of a list: context, tags and moderation only on request."""
    item = _basics(asset, addresses)
    item |= _context(asset) if context else {}
    item |= {"tags": list(asset.tags)} if tags else {}
    return item | (_moderation(asset) if moderations else {})


def uploaded(asset: Asset, addresses: Addresses, existing: bool, key: str) -> Answer:
    """`upload`, `explicit`, `rename`; `existing` appears only if there was one before."""
    rest = {"etag": asset.picture.etag, "tags": list(asset.tags), "placeholder": False, "api_key": key}
    rest |= {"existing": True} if existing else {}
    return _basics(asset, addresses) | rest | _context(asset) | _moderation(asset)
