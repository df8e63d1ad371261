"""The Admin API: HTTP Basic authentication, an hourly limit, JSON both ways."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from werkzeug import Request
from werkzeug.routing import Rule

from scripts.sandbox.standin import answers
from scripts.sandbox.standin.assets import Asset, page
from scripts.sandbox.standin.cloud import Cloud
from scripts.sandbox.standin.errors import MissingError, NoJsonError, RefusalError
from scripts.sandbox.standin.form_fields import context_from, is_true, tags_from

DEFAULT_PAGE, LARGEST_PAGE = 10, 500


def admit(cloud: Cloud, request: Request, cloud_name: str) -> dict[str, str]:
    """Rejects unauthorised calls and counts the others; returns the rate limit headers."""
    given = request.authorization
    if given is None or given.type != "basic" or cloud_name != cloud.name or given.username not in cloud.keys:
        raise RefusalError(401, "unknown api_key")
    if given.password != cloud.keys[given.username]:
        raise RefusalError(401, "api_secret mismatch")
    cloud.setup.admit(request.method, request.path)
    return cloud.quota.take()


def ping(cloud: Cloud, request: Request) -> Any:
    return {"status": "ok"}


def usage(cloud: Cloud, request: Request) -> Any:
    assets = cloud.catalogue.oldest_first()
    size = sum(len(asset.picture.data) for asset in assets)
    most = {"image_max_size_bytes": cloud.largest}
    known = {"plan": "Free", "resources": len(assets), "storage": {"usage": size}, "derived_resources": 0}
    credits = {"usage": cloud.credits, "limit": 25.0, "used_percent": 100 * cloud.credits / 25}
    return known | {"credits": credits, "media_limits": most}


def config(cloud: Cloud, request: Request) -> Any:
    settings = {"folder_mode": "fixed" if cloud.fixed_folders else "dynamic"}
    return {"cloud_name": cloud.name} | ({"settings": settings} if is_true(request.args.get("settings")) else {})


def _the(cloud: Cloud, public_id: str, kind: str, type: str) -> Asset:
    asset = cloud.catalogue.get(public_id)
    if (asset.resource_type, asset.type) != (kind, type):
        raise MissingError(public_id)
    return asset


def resource(cloud: Cloud, request: Request, public_id: str, kind: str, type: str) -> Any:
    """Rejected ones too."""
    asset = _the(cloud, public_id, kind, type)
    more = {"media_metadata": asset.picture.metadata} if is_true(request.args.get("media_metadata")) else {}
    return answers.details(asset, cloud.addresses) | more


def resource_by_asset_id(cloud: Cloud, request: Request, asset_id: str) -> Any:
    return answers.details(cloud.catalogue.get_by_asset_id(asset_id), cloud.addresses)


def by_folder(cloud: Cloud, request: Request) -> Any:
    """The folder alone, without its subfolders. Rejected assets are silently left out, as observed with the real
    API.
    """
    if cloud.fixed_folders:  # the real API does not answer JSON there
        raise NoJsonError
    folder = request.args.get("asset_folder", "")
    return _list(cloud, request, lambda a: a.asset_folder == folder and a.status != "rejected")


def by_moderation(cloud: Cloud, request: Request, kind: str, status: str) -> Any:
    def wanted(asset: Asset) -> bool:
        return asset.resource_type == "image" and (kind, status) in {
            (one.kind, one.status) for one in asset.moderations
        }

    return _list(cloud, request, wanted)


def by_asset_ids(cloud: Cloud, request: Request) -> Any:
    asset_ids = set(request.args.getlist("asset_ids[]"))
    return _list(cloud, request, lambda a: a.asset_id in asset_ids, everything=True)


def resources(cloud: Cloud, request: Request, kind: str, type: str | None = None) -> Any:
    """All, those with a prefix, or those named (on one page)."""
    public_ids, prefix = set(request.args.getlist("public_ids[]")), request.args.get("prefix", "")

    def fits(asset: Asset) -> bool:
        return asset.resource_type == kind and type in (None, asset.type)

    if public_ids:
        return _list(cloud, request, lambda a: fits(a) and a.public_id in public_ids, everything=True)
    return _list(cloud, request, lambda a: fits(a) and a.public_id.startswith(prefix) and a.status != "rejected")


def update(cloud: Cloud, request: Request, public_id: str, kind: str, type: str) -> Any:
    """Changes only the fields named; context and tags are replaced as a whole."""
    wanted = request.get_json()
    _the(cloud, public_id, kind, type)
    if "display_name" in wanted:
        cloud.catalogue.change(public_id, display_name=wanted["display_name"])
    if "tags" in wanted:
        cloud.catalogue.change(public_id, tags=tags_from(wanted["tags"]))
    if "context" in wanted:
        cloud.set_context(public_id, context_from(wanted["context"] or ""))
    if "asset_folder" in wanted:
        cloud.move(public_id, wanted["asset_folder"] or "")
    if "moderation_status" in wanted:
        cloud.moderate(public_id, wanted["moderation_status"])
    return answers.details(cloud.catalogue.get(public_id), cloud.addresses)


def delete(cloud: Cloud, request: Request, kind: str, type: str) -> Any:
    named = {public_id: cloud.catalogue.find(public_id) for public_id in request.get_json().get("public_ids") or []}
    fit = [name for name, asset in named.items() if asset and (asset.resource_type, asset.type) == (kind, type)]
    there = dict.fromkeys(named, False) | cloud.delete(fit)
    deleted = {public_id: "deleted" if was else "not_found" for public_id, was in there.items()}
    counts = {public_id: {"original": int(was), "derived": 0} for public_id, was in there.items()}
    return {"deleted": deleted, "deleted_counts": counts, "partial": False}


def rename_folder(cloud: Cloud, request: Request, path: str) -> Any:
    new = request.get_json()["to_folder"]
    cloud.rename_folder(path, new)
    names = {"from": path, "to": new}
    return {side: {"name": folder.rsplit("/", 1)[-1], "path": folder} for side, folder in names.items()}


def _list(cloud: Cloud, request: Request, wanted: Callable[[Asset], bool], everything: bool = False) -> Any:
    """One page, newest first by default; at most 500 a page."""
    size = _number(request, "max_results", DEFAULT_PAGE)
    size = LARGEST_PAGE if everything else max(1, min(size, LARGEST_PAGE))
    ascending = request.args.get("direction", "desc") in ("asc", "1")
    assets = cloud.catalogue.oldest_first()
    found, cursor = page(assets, wanted, size, _place(request.args.get("next_cursor")), ascending)
    fields = {name: is_true(request.args.get(name)) for name in ("context", "tags", "moderations")}
    answer: dict[str, Any] = {"resources": [answers.list_item(a, cloud.addresses, **fields) for a in found]}
    return answer | ({"next_cursor": f"{cursor:032x}"} if cursor is not None else {})


def _number(request: Request, name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdecimal():
        raise RefusalError(400, f"Invalid value {text} for parameter {name}")
    return int(text)


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not re.fullmatch(r"[0-9a-f]{32}", cursor):
        raise RefusalError(400, "Invalid value for parameter next_cursor")
    return int(cursor, 16)


_AT = "/v1_1/<cloud_name>"
_KINDS, _TYPES = "image,video,raw", "upload,private,authenticated"
_ONE = f"{_AT}/resources/<any({_KINDS}):kind>/<any({_TYPES}):type>/<path:public_id>"
RULES = [
    Rule(f"{_AT}/ping", methods=["GET"], endpoint=ping),
    Rule(f"{_AT}/config", methods=["GET"], endpoint=config),
    Rule(f"{_AT}/usage", methods=["GET"], endpoint=usage),
    Rule(f"{_AT}/resources/by_asset_folder", methods=["GET"], endpoint=by_folder),
    Rule(f"{_AT}/resources/by_asset_ids", methods=["GET"], endpoint=by_asset_ids),
    Rule(f"{_AT}/resources/image/moderations/<kind>/<status>", methods=["GET"], endpoint=by_moderation),
    Rule(f"{_AT}/resources/<any({_KINDS}):kind>", methods=["GET"], endpoint=resources),
    Rule(f"{_AT}/resources/<any({_KINDS}):kind>/<any({_TYPES}):type>", methods=["GET"], endpoint=resources),
    Rule(f"{_AT}/resources/<any({_KINDS}):kind>/<any({_TYPES}):type>", methods=["DELETE"], endpoint=delete),
    Rule(_ONE, methods=["GET"], endpoint=resource),
    Rule(_ONE, methods=["POST"], endpoint=update),
    Rule(f"{_AT}/resources/<asset_id>", methods=["GET"], endpoint=resource_by_asset_id),
    Rule(f"{_AT}/folders/<path:path>", methods=["PUT"], endpoint=rename_folder),
]
