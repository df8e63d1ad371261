"""Our own interface, /standin/…: what a moderator does in the console, and what only a test can do.

Nothing here counts against the hourly limit or meets a fault: both are for the program under test.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from werkzeug import Request
from werkzeug.routing import Rule

from scripts.sandbox.standin.assets import Asset, Moderation, iso
from scripts.sandbox.standin.cloud import Cloud
from scripts.sandbox.standin.errors import RefusalError
from scripts.sandbox.standin.pictures import Picture


def description(cloud: Cloud, asset: Asset) -> dict[str, Any]:
    """Everything about an asset but its bytes."""
    known = {name: value for name, value in vars(asset).items() if name not in ("picture", "sequence")}
    known |= {"moderation": asdict(asset.moderation) if asset.moderation else None, "status": asset.status}
    known |= {"others": [asdict(one) for one in asset.others]}
    picture = {name: getattr(asset.picture, name) for name in ("format", "width", "height", "etag", "sha256")}
    return known | picture | {"bytes": len(asset.picture.data), "secure_url": cloud.addresses.of(asset)}


def state(cloud: Cloud, request: Request) -> Any:
    assets = {asset.public_id: description(cloud, asset) for asset in cloud.catalogue.oldest_first()}
    settings = {
        "notify": cloud.notifier.url,
        "signature": cloud.notifier.algorithm,
        "retry_delays": cloud.notifier.retry_delays,
        "at_once": cloud.notifier.at_once,
        "timeout": cloud.notifier.timeout,
        "deliver_rejected": cloud.deliver_rejected,
    }
    limit = {"limit": cloud.quota.limit, "used": cloud.quota.used, "ends": cloud.quota.ends}
    waiting = cloud.notifier.waiting
    made = {
        "triggers": [one.answer for one in cloud.setup.triggers.values()],
        "presets": {name: cloud.setup.preset(name) for name in cloud.setup.presets},
        "folders": sorted(cloud.setup.folders),
    }
    return {
        "assets": assets,
        "settings": settings,
        "limit": limit,
        "faults": cloud.faults.all(),
        "waiting": waiting,
        **made,
    }


def asset(cloud: Cloud, request: Request) -> Any:
    return {"asset": description(cloud, cloud.catalogue.get(request.args["public_id"]))}


def settings(cloud: Cloud, request: Request) -> Any:
    wanted = request.get_json()
    for name, attribute in {
        "notify": "url",
        "signature": "algorithm",
        "at_once": "at_once",
        "timeout": "timeout",
    }.items():
        if name in wanted:
            setattr(cloud.notifier, attribute, wanted[name])
    if "retry_delays" in wanted:
        cloud.notifier.retry_delays = tuple(wanted["retry_delays"])
    for name in ("deliver_rejected", "deliver_signed", "fixed_folders", "largest", "credits"):
        setattr(cloud, name, wanted.get(name, getattr(cloud, name)))
    cloud.setup.forbidden = wanted.get("forbidden", cloud.setup.forbidden)
    if "keys" in wanted:
        cloud.use_keys(wanted["keys"])
    cloud.ahead = wanted.get("ahead", cloud.ahead)
    return {}


def put_assets(cloud: Cloud, request: Request) -> Any:
    """A form: `assets` is a JSON list of fields, each naming the `file` part of the form with its bytes.

    A null `status` leaves the asset unmoderated. With `notify`, notifications go out for the upload and, if it is
    decided, the moderation. An existing asset gets a new version and keeps the fields that are not named.
    """
    pictures = {name: Picture.of(part.read(), part.filename or "") for name, part in request.files.items()}
    put = []
    for fields in json.loads(request.form["assets"]):
        picture, notify = pictures[fields.pop("file")], fields.pop("notify", False)
        public_id, status = fields.pop("public_id", None), fields.pop("status", "absent")
        if status != "absent":
            first = "pending" if notify and status else status
            fields["moderation"] = Moderation("manual", first, iso()) if first else None
        if "tags" in fields:
            fields["tags"] = tuple(fields["tags"])
        answer = cloud.upload(public_id, picture, source="ui", notify=notify, **fields)
        if notify and status in ("approved", "rejected"):
            cloud.moderate(answer["public_id"], status)
        put.append(description(cloud, cloud.catalogue.get(answer["public_id"])))
    return {"assets": put}


def act(cloud: Cloud, request: Request, action: str) -> Any:
    """Makes one of the account's changes, by name, with its arguments as JSON."""
    arguments = request.get_json()
    if action != "moderate":
        arguments["source"] = "ui"
    done = getattr(cloud, action)(**arguments)
    return {"asset": description(cloud, done)} if isinstance(done, Asset) else {"result": done}


def send(cloud: Cloud, request: Request) -> Any:
    """Sends any notification, as JSON (`payload`) or as text that need not be JSON (`body`); `overrides` forge."""
    wanted = request.get_json()
    payload = wanted["payload"] if wanted.get("payload") is not None else wanted["body"].encode()
    return {"notification": cloud.notifier.send(payload, **wanted.get("overrides", {}))}


def wait_idle(cloud: Cloud, request: Request) -> Any:
    return {
        "idle": cloud.notifier.wait_idle(request.get_json()["timeout"]),
        "waiting": cloud.notifier.waiting,
    }


def add_fault(cloud: Cloud, request: Request) -> Any:
    try:
        return {"fault": cloud.faults.add(**request.get_json())}
    except (TypeError, ValueError) as error:
        raise RefusalError(400, str(error)) from error


def clear_faults(cloud: Cloud, request: Request) -> Any:
    cloud.faults.clear()
    return {}


def limit(cloud: Cloud, request: Request) -> Any:
    cloud.quota.set(**request.get_json())
    return {}


def reset(cloud: Cloud, request: Request) -> Any:
    cloud.reset()
    return {}


def logged(cloud: Cloud, request: Request, log: str) -> Any:
    """One of the three logs, from entry number `since`."""
    records = {"deliveries": cloud.notifier.deliveries, "notifications": cloud.notifier.notifications}
    return {log: (records | {"calls": cloud.calls})[log][request.args.get("since", 0, int) :]}


_ACTIONS = "moderate,set_context,move,rename,delete,rename_folder"
RULES = [
    Rule("/standin/state", methods=["GET"], endpoint=state),
    Rule("/standin/asset", methods=["GET"], endpoint=asset),
    Rule("/standin/settings", methods=["POST"], endpoint=settings),
    Rule("/standin/assets", methods=["POST"], endpoint=put_assets),
    Rule(f"/standin/act/<any({_ACTIONS}):action>", methods=["POST"], endpoint=act),
    Rule("/standin/send", methods=["POST"], endpoint=send),
    Rule("/standin/wait-idle", methods=["POST"], endpoint=wait_idle),
    Rule("/standin/faults", methods=["POST"], endpoint=add_fault),
    Rule("/standin/faults", methods=["DELETE"], endpoint=clear_faults),
    Rule("/standin/limit", methods=["POST"], endpoint=limit),
    Rule("/standin/reset", methods=["POST"], endpoint=reset),
    Rule("/standin/<any(deliveries,notifications,calls):log>", methods=["GET"], endpoint=logged),
]
