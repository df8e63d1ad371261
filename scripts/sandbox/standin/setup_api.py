"""The part of the Admin API that sets an account up: triggers, upload presets, folders."""

from __future__ import annotations

from typing import Any

from werkzeug import Request
from werkzeug.routing import Rule

from scripts.sandbox.standin.cloud import Cloud
from scripts.sandbox.standin.errors import RefusalError


def triggers(cloud: Cloud, request: Request) -> Any:
    event = request.args.get("event_type")
    found = [one.answer for one in cloud.setup.triggers.values() if event in (None, one.event_type)]
    return {"triggers": found, "total": len(found)}


def create_trigger(cloud: Cloud, request: Request) -> Any:
    wanted = request.get_json()
    if not wanted.get("uri") or not wanted.get("event_type"):
        raise RefusalError(400, "Missing required parameter - uri and event_type")
    return cloud.setup.add_trigger(wanted).answer


def update_trigger(cloud: Cloud, request: Request, trigger_id: str) -> Any:
    cloud.setup.change_trigger(trigger_id, request.get_json())
    return {"message": "Trigger updated"}


def delete_trigger(cloud: Cloud, request: Request, trigger_id: str) -> Any:
    del cloud.setup.triggers[cloud.setup.trigger(trigger_id).id]
    return {"message": "Trigger deleted"}


def presets(cloud: Cloud, request: Request) -> Any:
    """All on one page."""
    return {"presets": [cloud.setup.preset(name) for name in sorted(cloud.setup.presets)]}


def preset(cloud: Cloud, request: Request, name: str) -> Any:
    return cloud.setup.preset(name)


def create_preset(cloud: Cloud, request: Request) -> Any:
    wanted = request.get_json()
    name = wanted.get("name") or "generated"
    if name in cloud.setup.presets:
        raise RefusalError(409, f"Upload preset {name} already exists")
    cloud.setup.put_preset(name, wanted)
    return {"message": "created", "name": name}


def update_preset(cloud: Cloud, request: Request, name: str) -> Any:
    cloud.setup.preset(name)
    cloud.setup.put_preset(name, request.get_json())
    return {"message": "updated"}


def delete_preset(cloud: Cloud, request: Request, name: str) -> Any:
    cloud.setup.preset(name)
    del cloud.setup.presets[name]
    return {"message": "deleted"}


def root_folders(cloud: Cloud, request: Request) -> Any:
    return _folders(cloud, "")


def subfolders(cloud: Cloud, request: Request, path: str) -> Any:
    if path not in cloud.setup.folders:
        raise RefusalError(404, f"Can't find folder with path {path}")
    return _folders(cloud, path)


def create_folder(cloud: Cloud, request: Request, path: str) -> Any:
    cloud.setup.add_folder(path)
    return {"success": True, "path": path, "name": path.rpartition("/")[2]}


def delete_folder(cloud: Cloud, request: Request, path: str) -> Any:
    if path not in cloud.setup.folders:
        raise RefusalError(404, f"Can't find folder with path {path}")
    cloud.setup.folders.discard(path)
    return {"deleted": [path]}


def _folders(cloud: Cloud, parent: str) -> Any:
    found = cloud.setup.inside(parent)
    return {"folders": found, "next_cursor": None, "total_count": len(found)}


_AT = "/v1_1/<cloud_name>"
RULES = [
    Rule(f"{_AT}/triggers", methods=["GET"], endpoint=triggers),
    Rule(f"{_AT}/triggers", methods=["POST"], endpoint=create_trigger),
    Rule(f"{_AT}/triggers/<trigger_id>", methods=["PUT"], endpoint=update_trigger),
    Rule(f"{_AT}/triggers/<trigger_id>", methods=["DELETE"], endpoint=delete_trigger),
    Rule(f"{_AT}/upload_presets", methods=["GET"], endpoint=presets),
    Rule(f"{_AT}/upload_presets", methods=["POST"], endpoint=create_preset),
    Rule(f"{_AT}/upload_presets/<name>", methods=["GET"], endpoint=preset),
    Rule(f"{_AT}/upload_presets/<name>", methods=["PUT"], endpoint=update_preset),
    Rule(f"{_AT}/upload_presets/<name>", methods=["DELETE"], endpoint=delete_preset),
    Rule(f"{_AT}/folders", methods=["GET"], endpoint=root_folders),
    Rule(f"{_AT}/folders/<path:path>", methods=["GET"], endpoint=subfolders),
    Rule(f"{_AT}/folders/<path:path>", methods=["POST"], endpoint=create_folder),
    Rule(f"{_AT}/folders/<path:path>", methods=["DELETE"], endpoint=delete_folder),
]
