"""How the account is set up: triggers, upload presets, folders, and what the key may not do. Thread-safe."""

from __future__ import annotations

import json
import re
import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from scripts.sandbox.standin.assets import iso
from scripts.sandbox.standin.errors import RefusalError

SCHEMES = ("default", "legacy_hmac", "eddsa_v2")
MOST_ADDRESSES = 30
# what a preset may say of an upload, and the kind of its value
TEXTS = ("moderation", "asset_folder", "folder", "type", "display_name", "context", "tags")
SWITCHES = ("overwrite", "use_filename", "unique_filename", "disallow_public_id", "invalidate")


@dataclass
class Trigger:
    """One event type and one address. `template`: replaces the body; its strings may name fields as {{field}}."""

    uri: str
    event_type: str
    auth_scheme: str = "default"
    payload_template: dict[str, Any] | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    created_at: str = field(default_factory=iso)

    def fires(self, event: str) -> bool:
        return self.event_type in ("all", event)

    def body(self, payload: dict[str, Any]) -> dict[str, Any]:
        """What it sends of a notification."""
        return payload if self.payload_template is None else _filled(self.payload_template, payload)

    @property
    def answer(self) -> dict[str, Any]:
        known = {name: value for name, value in vars(self).items() if value is not None}
        return known | {"product_environment_id": "environment", "uri_type": "webhook", "updated_at": self.created_at}


class Setup:
    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self.triggers: dict[str, Trigger] = {}
            self.presets: dict[str, dict[str, Any]] = {}  # by name: {"unsigned": …, "settings": {…}}
            self.folders: set[str] = set()
            self.forbidden: list[str] = []  # parts of the Admin API that the key may not use: triggers, POST triggers

    def admit(self, method: str, path: str) -> None:
        """Refuses a call of a part of the Admin API that the key may not use."""
        part = path.split("/")[3] if path.count("/") > 2 else ""
        if {part, f"{method} {part}"} & set(self.forbidden):
            raise RefusalError(403, f"Your API key has no permission for {part}")

    # Triggers

    def subscribed(self, event: str) -> list[Trigger] | None:
        """The triggers that an event fires; None where the account has no trigger at all."""
        with self._lock:
            return [one for one in self.triggers.values() if one.fires(event)] if self.triggers else None

    def add_trigger(self, wanted: dict[str, Any]) -> Trigger:
        made = Trigger(wanted["uri"], wanted["event_type"])
        self._put(made, wanted)
        return made

    def change_trigger(self, trigger_id: str, wanted: dict[str, Any]) -> Trigger:
        self._put(self.trigger(trigger_id), wanted)
        return self.trigger(trigger_id)

    def trigger(self, trigger_id: str) -> Trigger:
        if trigger_id not in self.triggers:
            raise RefusalError(404, f"Trigger {trigger_id} not found")
        return self.triggers[trigger_id]

    def _put(self, trigger: Trigger, wanted: dict[str, Any]) -> None:
        uri = wanted.get("new_uri") or trigger.uri
        scheme = wanted.get("auth_scheme") or trigger.auth_scheme
        if not re.match(r"https?://", uri):
            raise RefusalError(400, f"Invalid uri {uri}")
        if scheme not in SCHEMES:
            raise RefusalError(400, f"Invalid auth_scheme {scheme}")
        with self._lock:
            others = [one for one in self.triggers.values() if one is not trigger]
            if any((one.uri, one.event_type) == (uri, trigger.event_type) for one in others):
                raise RefusalError(409, f"A trigger of {trigger.event_type} for {uri} already exists")
            if len({uri, *(one.uri for one in others)}) > MOST_ADDRESSES:
                raise RefusalError(400, f"At most {MOST_ADDRESSES} notification URLs")
            trigger.uri, trigger.auth_scheme = uri, scheme
            trigger.payload_template = wanted.get("payload_template", trigger.payload_template) or None
            self.triggers[trigger.id] = trigger

    # Upload presets

    def put_preset(self, name: str, wanted: dict[str, Any]) -> None:
        """Makes a preset or changes the named settings of one. They come as the SDK sends them, and are kept typed."""
        with self._lock:
            known = self.presets.setdefault(name, {"unsigned": False, "settings": {}})
            known["unsigned"] = _switch(wanted.get("unsigned", known["unsigned"]))
            known["settings"] |= _settings(wanted)

    def preset(self, name: str) -> dict[str, Any]:
        if name not in self.presets:
            raise RefusalError(404, f"Can't find upload preset with name {name}")
        return {"name": name, **self.presets[name]}

    # Folders

    def add_folder(self, path: str) -> None:
        """Makes a folder, and those that it is in."""
        with self._lock:
            names = [name for name in path.split("/") if name]
            self.folders |= {"/".join(names[: number + 1]) for number in range(len(names))}

    def inside(self, parent: str) -> list[dict[str, str]]:
        """The folders directly inside another one; "" for those at the top."""
        found = sorted(path for path in self.folders if path.rpartition("/")[0] == parent)
        return [{"name": path.rpartition("/")[2], "path": path} for path in found]


def _settings(wanted: dict[str, Any]) -> dict[str, Any]:
    found = {name: wanted[name] for name in TEXTS if wanted.get(name)}
    found |= {name: _switch(wanted[name]) for name in SWITCHES if name in wanted}
    if wanted.get("allowed_formats"):
        found["allowed_formats"] = wanted["allowed_formats"].split(",")
    if wanted.get("transformation"):
        parts = dict(part.split("_", 1) for part in wanted["transformation"].split(","))
        names = {"c": "crop", "g": "gravity", "w": "width", "h": "height"}
        known = {names.get(key, key): int(value) if value.isdigit() else value for key, value in parts.items()}
        found["transformation"] = [known]
    return found


def _switch(value: object) -> bool:
    return str(value).lower() in ("true", "1")


def _filled(template: Any, payload: dict[str, Any]) -> Any:
    if isinstance(template, dict):
        return {name: _filled(value, payload) for name, value in template.items()}
    if isinstance(template, str):
        return re.sub(r"\{\{(\w+)\}\}", lambda named: _written(payload.get(named[1], "")), template)
    return template


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
