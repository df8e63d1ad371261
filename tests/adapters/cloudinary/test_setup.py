"""How an account is set up: read strictly, changed through the real SDK."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.adapters.cloudinary import Cloudinary, Setup
from app.adapters.cloudinary.setup import Plan, Trigger
from app.core.errors import CloudinaryUnavailable
from scripts.sandbox.standin.client import Standin

ADDRESS = "https://collagen.example.org/webhook/cloudinary"
READS: list[Callable[[Setup], object]] = [Setup.triggers, Setup.presets, lambda setup: setup.folders(["sayno"])]


def test_a_trigger_is_made_with_a_signature_that_can_be_verified(cloudinary: Cloudinary) -> None:
    cloudinary.setup.add_trigger("moderation", ADDRESS)
    (made,) = cloudinary.setup.triggers()
    assert made == Trigger(made.id, ADDRESS, "moderation", "default")
    cloudinary.setup.remove_trigger(made.id)
    assert cloudinary.setup.triggers() == []


def test_triggers_that_send_no_webhook_are_left_out_and_old_ones_without_a_scheme_are_read(
    cloudinary: Cloudinary, standin: Standin
) -> None:
    old = {"id": "1", "uri": ADDRESS, "event_type": "all"}
    flow = old | {"id": "2", "uri_type": "flow", "uri": "flow-1"}
    odd = old | {"id": "3", "filter": {"==": [1, 1]}, "payload_template": {"a": "b"}, "auth_scheme": "eddsa_v2"}
    standin.faults("api", "status", status=200, body={"triggers": [old, flow, odd], "total": 3})
    first, second = cloudinary.setup.triggers()
    assert first == Trigger("1", ADDRESS, "all", "default")
    assert second == Trigger("3", ADDRESS, "all", "eddsa_v2", templated=True, filtered=True)


@pytest.mark.parametrize("fixed", [False, True])
def test_a_preset_is_made_for_the_folder_mode_and_repaired(
    cloudinary: Cloudinary, standin: Standin, fixed: bool
) -> None:
    standin.settings(fixed_folders=fixed)
    cloudinary.setup.put_preset("p", "sayno", there=False)
    made = cloudinary.setup.presets()["p"]
    assert made.signed
    assert made.settings == {
        "moderation": "manual",
        "overwrite": False,
        "allowed_formats": ["avif", "gif", "heic", "jpg", "png", "tif", "webp"],
        "transformation": [{"width": 1500, "height": 2000, "crop": "fill", "gravity": "face"}],
        "folder" if fixed else "asset_folder": "sayno",
    }
    cloudinary.setup.put_preset("p", "other", there=True)
    assert cloudinary.setup.presets()["p"].settings["folder" if fixed else "asset_folder"] == "other"


def test_folders_are_looked_for_where_they_are_page_by_page(cloudinary: Cloudinary, standin: Standin) -> None:
    for path in ("a/b", "c"):
        cloudinary.setup.add_folder(path)
    assert cloudinary.setup.folders(["a/b", "a/x", "c", "d", "x/y"]) == {"a/b", "c"}
    standin.faults("api", "status", status=200, body={"folders": [{"path": "first"}], "next_cursor": "more"})
    assert cloudinary.setup.folders(["c", "first"]) == {"first", "c"}


def test_the_plan_says_what_cloudinary_says(cloudinary: Cloudinary, standin: Standin) -> None:
    standin.limit(500)
    assert cloudinary.setup.plan() == Plan("Free", 10_485_760, 2.0, 500)
    standin.faults("api", "status", status=200, body={"plan": None, "credits": "many"})
    assert cloudinary.setup.plan() == Plan(None, None, None, 500)


@pytest.mark.parametrize("body", [{}, {"triggers": None, "presets": 3, "folders": "all"}, {"triggers": [{"id": "1"}]}])
def test_nonsense_is_never_an_empty_account(cloudinary: Cloudinary, standin: Standin, body: dict[str, object]) -> None:
    standin.faults("api", "status", status=200, body=body, times=None)
    for read in READS:
        with pytest.raises(CloudinaryUnavailable):
            read(cloudinary.setup)


def test_a_right_that_the_key_lacks_is_told_from_wrong_credentials(cloudinary: Cloudinary, standin: Standin) -> None:
    standin.settings(forbidden=["triggers"])
    with pytest.raises(CloudinaryUnavailable) as lacking:
        cloudinary.setup.add_trigger("upload", ADDRESS)
    standin.faults("api", "status", status=401, message="unknown api_key")
    with pytest.raises(CloudinaryUnavailable) as unknown:
        cloudinary.setup.triggers()
    assert (lacking.value.forbidden, unknown.value.forbidden) == (True, False)
    standin.settings(forbidden=[])
