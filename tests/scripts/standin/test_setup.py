"""Triggers, upload presets and folders, through the real SDK, and what they change."""

from __future__ import annotations

import cloudinary
import cloudinary.api
import cloudinary.uploader
import pytest
from cloudinary.api_client.call_api import call_json_api

from scripts.sandbox.standin.client import Standin
from tests.support.webhook import Webhook

TEMPLATE = {"who": "{{public_id}}", "what": "a {{notification_type}}"}


def test_once_there_is_a_trigger_only_its_events_are_told(standin: Standin, webhook: Webhook, photo: bytes) -> None:
    standin.notify(None)
    made = cloudinary.api.create_trigger(webhook.url, "moderation", **standin.sdk)
    assert cloudinary.api.triggers(**standin.sdk)["triggers"] == [dict(made)]
    assert (made["uri"], made["event_type"], made["auth_scheme"]) == (webhook.url, "moderation", "default")
    standin.upload(photo, "a", folder="sayno")
    standin.approve("a")
    standin.wait_idle()
    assert webhook.types == ["moderation"]
    assert {"X-Cld-Signature", "X-Cld-Signature_v2"} <= set(webhook.received[0].headers)
    with pytest.raises(cloudinary.exceptions.AlreadyExists):
        cloudinary.api.create_trigger(webhook.url, "moderation", **standin.sdk)
    cloudinary.api.delete_trigger(made["id"], **standin.sdk)
    standin.reject("a")
    standin.wait_idle()
    assert (webhook.types, standin.state()["triggers"]) == (["moderation"], [])


def test_a_trigger_can_sign_in_a_way_that_nobody_can_check_and_replace_the_body(
    standin: Standin, webhook: Webhook, photo: bytes
) -> None:
    wanted = {"uri": webhook.url, "event_type": "all", "auth_scheme": "eddsa_v2", "payload_template": TEMPLATE}
    made = call_json_api("post", ["triggers"], wanted, **standin.sdk)
    standin.upload(photo, "a", folder="sayno")
    standin.wait_idle()
    (received,) = webhook.received
    assert received.json == {"who": "a", "what": "a upload"}
    assert "X-Cld-Signature" not in received.headers
    cloudinary.api.update_trigger(made["id"], "http://127.0.0.1:9/elsewhere", **standin.sdk)
    assert standin.state()["triggers"][0]["uri"] == "http://127.0.0.1:9/elsewhere"


def test_a_preset_says_what_becomes_of_an_upload(standin: Standin, photo: bytes) -> None:
    settings = {"moderation": "manual", "asset_folder": "sayno", "overwrite": False, "allowed_formats": ["jpg", "png"]}
    cloudinary.api.create_upload_preset(name="p", width=3, height=4, crop="fill", **settings, **standin.sdk)
    (listed,) = cloudinary.api.upload_presets(**standin.sdk)["presets"]
    assert listed["settings"] == settings | {"transformation": [{"width": 3, "height": 4, "crop": "fill"}]}
    made = cloudinary.uploader.upload(photo, public_id="a", upload_preset="p", **standin.sdk)
    assert (made["asset_folder"], made["moderation_status"]) == ("sayno", "pending")
    assert cloudinary.uploader.upload(photo, public_id="a", upload_preset="p", **standin.sdk)["existing"] is True
    cloudinary.api.update_upload_preset("p", unsigned=True, allowed_formats="png", **standin.sdk)
    assert cloudinary.api.upload_preset("p", **standin.sdk)["unsigned"] is True
    with pytest.raises(cloudinary.exceptions.BadRequest, match="format jpg not allowed"):
        cloudinary.uploader.upload(photo, public_id="b", upload_preset="p", **standin.sdk)
    with pytest.raises(cloudinary.exceptions.BadRequest, match="preset not found"):
        cloudinary.uploader.upload(photo, public_id="b", upload_preset="q", **standin.sdk)


def test_folders_can_be_made_and_listed(standin: Standin) -> None:
    cloudinary.api.create_folder("a/b", **standin.sdk)
    assert [one["path"] for one in cloudinary.api.root_folders(**standin.sdk)["folders"]] == ["a"]
    assert [one["path"] for one in cloudinary.api.subfolders("a", **standin.sdk)["folders"]] == ["a/b"]
    with pytest.raises(cloudinary.exceptions.NotFound):
        cloudinary.api.subfolders("b", **standin.sdk)


def test_a_restricted_key_may_not_see_triggers_but_the_rest(standin: Standin) -> None:
    standin.settings(forbidden=["triggers"])
    with pytest.raises(cloudinary.exceptions.NotAllowed):
        cloudinary.api.triggers(**standin.sdk)
    assert cloudinary.api.usage(**standin.sdk)["plan"] == "Free"
