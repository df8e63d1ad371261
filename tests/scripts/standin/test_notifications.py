"""The notifications that a webhook receives, their signatures, and retries after answers other than 200."""

from __future__ import annotations

import json
import time

import cloudinary
import cloudinary.api
import cloudinary.uploader
import cloudinary.utils
import pytest

from scripts.sandbox.standin.client import Standin
from tests.support.webhook import Received, Webhook, jpeg


def verified(received: Received, standin: Standin, algorithm: str = "sha1") -> bool:
    """Verified by the SDK's own rule, which knows one global secret."""
    headers = received.headers
    cloudinary.config(api_secret=standin.secret)
    try:
        return bool(
            cloudinary.utils.verify_notification_signature(
                received.body.decode(),
                headers["X-Cld-Timestamp"],
                headers["X-Cld-Signature"],
                algorithm=algorithm,
            )
        )
    finally:
        cloudinary.reset_config()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_an_approval_is_told_and_signed(standin: Standin, webhook: Webhook, photo: bytes, algorithm: str) -> None:
    standin.settings(signature=algorithm)
    cloudinary.uploader.upload(
        photo,
        public_id="Łucja",
        asset_folder="sayno",
        context={"email": "x@example.com"},
        moderation="manual",
        **standin.sdk,
    )
    standin.wait_idle()
    cloudinary.api.update("Łucja", moderation_status="approved", **standin.sdk)
    standin.wait_idle()
    upload, approval = webhook.received
    assert all(verified(one, standin, algorithm) for one in webhook.received)
    assert upload.json["asset_folder"] == "sayno"
    assert upload.json["context"] == {"custom": {"email": "x@example.com"}}
    assert upload.json["moderation"][0]["status"] == "pending"
    said = cloudinary.api.resource("Łucja", **standin.sdk)
    assert approval.json == {
        "notification_type": "moderation",
        "moderation_status": "approved",
        "moderation_kind": "manual",
        "moderation_updated_at": said["moderation"][0]["updated_at"],
        "url": said["secure_url"],
    } | {name: said[name] for name in ("asset_id", "public_id", "uploaded_at", "version", "secure_url", "etag")}


def test_every_change_is_told_in_its_own_shape(standin: Standin, webhook: Webhook, photo: bytes) -> None:
    standin.settings(at_once=1)
    first = standin.upload(photo, "a", folder="sayno", email="x@example.com")
    second = standin.overwrite("a", jpeg("teal"))
    standin.set_email("a", "y@example.com")
    standin.set_email("a", "y@example.com")  # no change, no notification
    standin.move("a", "other")
    standin.rename("a", "b")
    standin.rename_folder("other", "third")
    standin.delete("b", "nobody")
    standin.wait_idle()
    upload, overwrite, context, move, rename, folder, delete = (one.json for one in webhook.received)
    assert (upload["version"], "existing" in upload) == (first["version"], False)
    assert (overwrite["version"], overwrite["existing"]) == (second["version"], True)
    changed = {"name": "email", "previous_value": "x@example.com", "new_value": "y@example.com"}
    assert context["notification_type"] == "resource_context_changed"
    assert context["resources"]["a"]["updated"] == [changed]
    assert context["resources"]["a"]["asset_id"] == first["asset_id"]
    assert move["notification_type"] == "move"
    moved = move["resources"]["a"]
    assert (moved["from_asset_folder"], moved["to_asset_folder"]) == ("sayno", "other")
    assert rename["notification_type"] == "rename"
    assert (rename["from_public_id"], rename["to_public_id"]) == ("a", "b")
    assert folder["notification_type"] == "move_or_rename_asset_folder"
    assert (folder["from_path"], folder["to_path"], "resources" in folder) == ("other", "third", False)
    assert delete["notification_type"] == "delete"
    [deleted] = delete["resources"]
    assert (deleted["public_id"], deleted["asset_folder"]) == ("b", "third")


def test_anything_but_200_is_tried_again_with_a_fresh_timestamp(
    standin: Standin, webhook: Webhook, photo: bytes
) -> None:
    standin.settings(retry_delays=[1.0, 0.02, 0.03])
    webhook.statuses = [503, 204]
    standin.upload(photo, "a")
    standin.wait_idle()
    assert [one["status"] for one in standin.deliveries()] == [503, 204, 200]
    assert [one["attempt"] for one in standin.deliveries()] == [1, 2, 3]
    assert [one["outcome"] for one in standin.deliveries()] == ["failed", "failed", "delivered"]
    assert standin.deliveries()[2]["body"] == "seen"
    assert len({one.body for one in webhook.received}) == 1
    assert all(verified(one, standin) for one in webhook.received)
    stamps = [int(one.headers["X-Cld-Timestamp"]) for one in webhook.received]
    assert stamps[1] > stamps[0]


def test_after_three_retries_the_event_is_lost(standin: Standin, webhook: Webhook, photo: bytes) -> None:
    standin.settings(retry_delays=[0.01, 0.02, 0.03])
    webhook.statuses = [500] * 9
    standin.upload(photo, "a")
    standin.wait_idle()
    assert [one["outcome"] for one in standin.deliveries()] == ["failed"] * 3 + ["given up"]
    assert len(webhook.received) == 4


def test_a_webhook_that_is_down_is_tried_again(standin: Standin, photo: bytes) -> None:
    standin.settings(notify="http://127.0.0.1:9/", retry_delays=[0.01])
    standin.upload(photo, "a")
    standin.wait_idle()
    assert [one["status"] for one in standin.deliveries()] == [None, None]


def test_waiting_for_idle_waits_for_retries_and_gives_up_in_time(
    standin: Standin, webhook: Webhook, photo: bytes
) -> None:
    standin.settings(retry_delays=[60])
    webhook.statuses = [500]
    standin.upload(photo, "a")
    with pytest.raises(TimeoutError, match="1 notifications"):
        standin.wait_idle(0.2)
    standin.reset()
    standin.wait_idle(0)


def test_one_at_a_time_keeps_the_order_of_the_changes(standin: Standin, webhook: Webhook, photo: bytes) -> None:
    standin.settings(at_once=1)
    names = [f"p{i}" for i in range(40)]
    for name in names:
        standin.upload(photo, name)
    standin.wait_idle()
    assert [one.json["public_id"] for one in webhook.received] == names


def test_without_an_address_notifications_are_only_written_down(standin: Standin, photo: bytes) -> None:
    standin.upload(photo, "a", moderation="approved")
    standin.upload(photo, "b", notify=False)
    assert [one["type"] for one in standin.notifications()] == ["upload", "moderation"]
    assert standin.notifications()[1]["payload"]["moderation_status"] == "approved"
    assert standin.deliveries() == []


def test_any_notification_can_be_sent_true_or_forged(standin: Standin, webhook: Webhook) -> None:
    standin.settings(at_once=1)
    old = str(int(time.time()) - 8000)
    standin.send({"notification_type": "eager", "batch_id": "ż"})
    standin.send({"notification_type": "eager"}, signature="0" * 40)
    standin.send({"notification_type": "eager"}, timestamp=old)
    standin.send(body="{not json")
    standin.wait_idle()
    assert [verified(one, standin) for one in webhook.received] == [True, False, False, True]
    assert webhook.received[0].headers["Content-Type"] == "application/json"
    assert webhook.received[2].headers["X-Cld-Timestamp"] == old
    assert webhook.received[3].body == b"{not json"


def test_a_delivery_can_be_lost_doubled_and_delayed(standin: Standin, webhook: Webhook, photo: bytes) -> None:
    standin.faults("notify", "drop", match='"public_id": "a"')
    standin.faults("notify", "duplicate", match='"public_id": "b"', copies=3)
    standin.faults("notify", "delay", match='"public_id": "b"', seconds=0.2)
    for name in "abc":
        standin.upload(photo, name)
    standin.wait_idle()
    assert [one.json["public_id"] for one in webhook.received] == ["c", "b", "b", "b"]
    assert [one["outcome"] for one in standin.deliveries()] == ["dropped"] + ["delivered"] * 4
    assert len({one.body for one in webhook.received}) == 2


def test_disorder_is_the_same_for_the_same_seed(standin: Standin, webhook: Webhook) -> None:
    orders = []
    for _ in range(2):
        webhook.received.clear()
        standin.clear_faults()
        standin.faults("notify", "reorder", times=None, window=1.0, seed=7)
        for number in range(6):
            standin.send({"notification_type": "eager", "number": number})
        standin.wait_idle()
        orders.append([json.loads(one.body)["number"] for one in webhook.received])
    assert orders[0] == orders[1] != sorted(orders[0])
    assert sorted(orders[0]) == list(range(6))
