"""How an account is set up: triggers, upload presets, folders, the limits of its plan.

A trigger sends one type of event to one address: https://cloudinary.com/documentation/admin_api_triggers.md
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.adapters.cloudinary.sdk import Sdk
from app.core.errors import CloudinaryUnavailable
from app.core.sources import FORMATS

ROWS = 500  # in one page of a list; Cloudinary's maximum
SCHEME = "default"  # signs in every way, also in the one that we can verify
SIZE = {"width": 1500, "height": 2000, "crop": "fill", "gravity": "face"}  # of an archive


def preset_of(campaign: str) -> str:
    """The name of a campaign's upload preset."""
    return f"collagen_{campaign}"


@dataclass(frozen=True)
class Trigger:
    """`scheme`: its auth_scheme. `templated`: a payload_template replaces the body. `filtered`: not every event."""

    id: str
    address: str
    event: str
    scheme: str = SCHEME
    templated: bool = False
    filtered: bool = False


@dataclass(frozen=True)
class Preset:
    """An upload preset. `settings`: as Cloudinary answers them."""

    name: str
    signed: bool
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """None for what Cloudinary does not say.

    `largest`: bytes of a picture; `used`: percent of the plan's credits; `calls`: of the Admin API in an hour.
    """

    name: str | None
    largest: int | None
    used: float | None
    calls: int | None = None


class Setup:
    """Reads how the account is set up, and changes it. Thread-safe.

    Every method is at least one call of the Admin API and raises CloudinaryUnavailable; its `forbidden` says that the
    API key lacks the right. `fixed_folders`: as in `Cloudinary`.
    """

    def __init__(self, sdk: Sdk, fixed_folders: Callable[[], bool]) -> None:
        self._sdk = sdk
        self.fixed_folders = fixed_folders

    def triggers(self) -> list[Trigger]:
        """All triggers that send webhooks."""
        rows = _rows(self._sdk.call(self._sdk.api.triggers), "triggers")
        return [_trigger(row) for row in rows if row.get("uri_type", "webhook") == "webhook"]

    def add_trigger(self, event: str, address: str) -> None:
        wanted = {"uri": address, "event_type": event, "auth_scheme": SCHEME}  # the last is not in the SDK's own call
        self._sdk.call(self._sdk.json, "post", ["triggers"], wanted)

    def remove_trigger(self, trigger_id: str) -> None:
        self._sdk.call(self._sdk.api.delete_trigger, trigger_id)

    def presets(self) -> dict[str, Preset]:
        """All upload presets by name."""
        rows = self._all("presets", self._sdk.api.upload_presets)
        found = [Preset(str(row.get("name")), not row.get("unsigned"), _mapping(row.get("settings"))) for row in rows]
        return {preset.name: preset for preset in found}

    def put_preset(self, name: str, folder: str, *, there: bool) -> None:
        """Makes a signed preset for uploads to a folder, or changes one that is `there`.

        A picture waits for manual moderation, never replaces another one, and is cropped to the size of an archive.
        """
        place = {"folder" if self.fixed_folders() else "asset_folder": folder}
        formats = sorted(set(FORMATS.values()))
        settings = {"moderation": "manual", "overwrite": False, "allowed_formats": formats, "unsigned": False} | SIZE
        if there:
            self._sdk.call(self._sdk.api.update_upload_preset, name, **settings, **place)
        else:
            self._sdk.call(self._sdk.api.create_upload_preset, name=name, **settings, **place)

    def folders(self, wanted: Collection[str]) -> set[str]:
        """Those of the `wanted` folders that exist. One call for each folder that they are in."""
        found: set[str] = set()
        for parent in sorted({path.rpartition("/")[0] for path in wanted}):
            api, inside = self._sdk.api, [parent] if parent else []
            rows = self._all("folders", api.subfolders if parent else api.root_folders, *inside)
            found |= {str(row.get("path")) for row in rows}
        return found & set(wanted)

    def add_folder(self, path: str) -> None:
        self._sdk.call(self._sdk.api.create_folder, path)

    def plan(self) -> Plan:
        answer = self._sdk.call(self._sdk.api.usage) or {}
        largest = _mapping(answer.get("media_limits")).get("image_max_size_bytes")
        used, name = _mapping(answer.get("credits")).get("used_percent"), answer.get("plan")
        return Plan(
            name if isinstance(name, str) else None,
            largest if isinstance(largest, int) else None,
            float(used) if isinstance(used, int | float) else None,
            self._sdk.quota.standing.limit,
        )

    def _all(self, key: str, call: Callable[..., Mapping[str, Any]], *arguments: str) -> list[Mapping[str, Any]]:
        """Every row of a list; none if Cloudinary answers that there is no such thing."""
        rows: list[Mapping[str, Any]] = []
        more: dict[str, Any] = {"max_results": ROWS}
        while True:
            answer = self._sdk.call(call, *arguments, **more)
            if answer is None:
                return rows
            rows += _rows(answer, key)
            if not answer.get("next_cursor"):
                return rows
            more["next_cursor"] = answer["next_cursor"]


def _trigger(row: Mapping[str, Any]) -> Trigger:
    known = {name: str(row[key]) for name, key in (("address", "uri"), ("event", "event_type")) if key in row}
    if len(known) < 2 or "id" not in row:
        raise CloudinaryUnavailable("Cloudinary answered a trigger without id, uri or event_type.")
    return Trigger(
        id=str(row["id"]),
        **known,
        scheme=str(row.get("auth_scheme") or SCHEME),
        templated=bool(row.get("payload_template")),
        filtered=bool(row.get("filter")),
    )


def _rows(answer: Mapping[str, Any] | None, key: str) -> list[Mapping[str, Any]]:
    found = (answer or {}).get(key)
    if not isinstance(found, list):
        raise CloudinaryUnavailable(f"Cloudinary answered a list of {key} that is none.")
    return [row for row in found if isinstance(row, dict)]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
