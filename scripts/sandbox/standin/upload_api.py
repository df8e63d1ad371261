"""The Upload API: signed form posts. It is not rate limited."""

from __future__ import annotations

import base64
import time
from typing import Any

from werkzeug import Request
from werkzeug.routing import Rule

from scripts.sandbox.standin import answers, signatures
from scripts.sandbox.standin.assets import Moderation, iso
from scripts.sandbox.standin.cloud import Cloud
from scripts.sandbox.standin.errors import RefusalError
from scripts.sandbox.standin.form_fields import context_from, is_true, public_id_from, tags_from
from scripts.sandbox.standin.pictures import Picture

OLDEST_TIMESTAMP = 3600


def admit(cloud: Cloud, request: Request, cloud_name: str) -> dict[str, str]:
    """Rejects calls that are not signed with our secret, or were signed more than an hour ago."""
    form, bulk = request.form, request.path.endswith("/context")
    if cloud_name != cloud.name or form.get("api_key") != cloud.key:
        raise RefusalError(401, f"Unknown API key {form.get('api_key', '')}")
    if not signatures.upload_is_signed(form, cloud.secret, bulk):
        text = signatures.text_of_upload(form, 2, bulk)
        raise RefusalError(401, f"Invalid Signature {form.get('signature')}. String to sign - '{text}'.")
    if not form.get("timestamp", "").isdecimal() or int(form["timestamp"]) < time.time() - OLDEST_TIMESTAMP:
        raise RefusalError(400, f"Stale request - reported time is {form.get('timestamp')}")
    return {}


def upload(cloud: Cloud, request: Request) -> Any:
    """Adds an asset or a new version; with `overwrite` off, an existing one is returned as `existing`."""
    form, preset = request.form, _preset(cloud, request)
    public_id = public_id_from(form["public_id"]) if form.get("public_id") else None
    if public_id and cloud.fixed_folders and preset.get("folder"):
        public_id = f"{preset['folder']}/{public_id}"
    if public_id and not is_true(form.get("overwrite", preset.get("overwrite", "true"))):
        asset = cloud.catalogue.find(public_id)
        if asset:
            return answers.uploaded(asset, cloud.addresses, True, cloud.key)
    data, filename = _file(request)
    if not data:
        raise RefusalError(400, "Empty file")
    if len(data) > cloud.largest:
        size = f"Got {len(data)}. Maximum is {cloud.largest}."
        raise RefusalError(400, f"File size too large. {size} Upgrade your plan to enjoy higher limits.")
    picture = Picture.of(data, filename)
    formats = form["allowed_formats"].split(",") if "allowed_formats" in form else preset.get("allowed_formats")
    if formats and picture.format not in formats:
        raise RefusalError(400, f"Image file format {picture.format} not allowed")
    fields = _of_preset(preset) | _fields(request)
    if cloud.fixed_folders:  # where neither exists
        fields = {name: value for name, value in fields.items() if name not in ("asset_folder", "display_name")}
    # The vendor's upload replaces the previous asset with its context, tags and moderation.
    fields = {"context": {}, "tags": (), "moderation": None} | fields
    answer = cloud.upload(public_id, picture, **fields)
    return answer | {"original_filename": filename.rsplit(".", 1)[0]}


def destroy(cloud: Cloud, request: Request) -> Any:
    """Always 200: not finding it is no error here."""
    public_id = request.form.get("public_id", "")
    return {"result": "ok" if cloud.delete([public_id])[public_id] else "not found"}


def rename(cloud: Cloud, request: Request) -> Any:
    form = request.form
    new = public_id_from(form.get("to_public_id", ""))
    return cloud.rename(form.get("from_public_id", ""), new, is_true(form.get("overwrite")))


def explicit(cloud: Cloud, request: Request) -> Any:
    """Changes an existing asset; like `update`, but without a limit."""
    public_id, fields = request.form.get("public_id", ""), _fields(request)
    cloud.catalogue.get(public_id)
    if "context" in fields:
        cloud.set_context(public_id, fields.pop("context"))
    if "asset_folder" in fields:
        cloud.move(public_id, fields.pop("asset_folder"))
    _, asset = cloud.catalogue.change(public_id, **fields)
    return answers.uploaded(asset, cloud.addresses, True, cloud.key)


def context(cloud: Cloud, request: Request) -> Any:
    """Adds to the context of many assets, or removes all of it; unknown ones are skipped."""
    form = request.form
    changed = []
    for public_id in form.getlist("public_ids[]"):
        asset = cloud.catalogue.find(public_id)
        if asset:
            added = asset.context | context_from(form.get("context", ""))
            cloud.set_context(public_id, {} if form.get("command") == "remove_all" else added)
            changed.append(public_id)
    return {"public_ids": changed}


def _fields(request: Request) -> dict[str, Any]:
    """The fields that the call sets besides the asset's bytes; others are left out."""
    form = request.form
    fields: dict[str, Any] = {name: form[name] for name in ("asset_folder", "display_name") if name in form}
    if "context" in form:
        fields["context"] = context_from(form["context"])
    if "tags" in form:
        fields["tags"] = tags_from(form["tags"])
    if "moderation" in form:
        fields["moderation"] = Moderation(form["moderation"], "pending", iso())
    return fields


def _preset(cloud: Cloud, request: Request) -> dict[str, Any]:
    """The settings of the preset that the call names; {} if it names none. Pictures are not transformed here."""
    name = request.form.get("upload_preset")
    if name and name not in cloud.setup.presets:
        raise RefusalError(400, "Upload preset not found")
    settings: dict[str, Any] = cloud.setup.preset(name)["settings"] if name else {}
    return settings


def _of_preset(settings: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: settings[name] for name in ("asset_folder", "display_name") if name in settings}
    if "moderation" in settings:
        fields["moderation"] = Moderation(settings["moderation"], "pending", iso())
    return fields


def _file(request: Request) -> tuple[bytes, str]:
    """The bytes and the name they came with: a file part, or a data URI in a plain field."""
    part = request.files.get("file")
    if part is not None:
        return part.read(), part.filename or "file"
    text = request.form.get("file", "")
    if text.startswith("data:") and ";base64," in text:
        return base64.b64decode(text.split(";base64,", 1)[1]), "file"
    raise RefusalError(400, "Missing required parameter - file" if not text else "The stand-in fetches no addresses")


_AT = "/v1_1/<cloud_name>/image"
RULES = [
    Rule(f"{_AT}/{action.__name__}", methods=["POST"], endpoint=action)
    for action in (upload, destroy, rename, explicit, context)
]
