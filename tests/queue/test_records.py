"""One record: read from a message or an event, verified, and handled."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters.exiftool import ExifTool
from app.adapters.sqs import Message
from app.adapters.store import Store
from app.adapters.store.root import MARKER
from app.core.config import load_settings
from app.core.errors import StoreUnavailable
from app.queue.received import stamp
from app.queue.records import Handler, Record, from_event, from_message
from scripts.sandbox.awsserver.client import Notification
from scripts.sandbox.samples import person
from scripts.sandbox.service import environment
from scripts.sandbox.standin import signatures
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.queue import Syncs, gone, record, told

ATTRIBUTES = {"X-Cld-Timestamp": "1700000000", "X-Cld-Signature": "ab" * 20, "X-Request-ID": "0123456789abcdef"}
RECORD = Record("the-id", '{"a": "é"}', "1700000000", "ab" * 20, "0123456789abcdef", 1700000001.5)


def test_a_message_and_an_event_of_lambda_are_the_same_record() -> None:
    body = '{"a": "é"}'
    message = Message("the-id", "receipt", body, 1700000001.5, ATTRIBUTES)
    given_to_lambda = {
        "messageId": "the-id",
        "receiptHandle": "receipt",
        "body": body,
        "attributes": {"SentTimestamp": "1700000001500", "ApproximateReceiveCount": "1"},
        "messageAttributes": {
            name: {"stringValue": value, "dataType": "String", "binaryListValues": []}
            for name, value in ATTRIBUTES.items()
        },
    }
    assert from_message(message) == from_event(given_to_lambda) == RECORD


def test_a_record_without_a_request_id_goes_by_its_message() -> None:
    assert from_message(Message("the-id", "", "", 1.0)).request_id == "the-id"
    assert from_message(Message("the-id", "", "", 1.0, {"X-Request-ID": ""})).request_id == "the-id"


def test_the_age_of_a_signature_counts_from_when_the_gateway_got_it(handler: Handler, standin: Standin) -> None:
    notification, then = gone(standin, ago=3 * 3600), time.time() - 3 * 3600
    assert handler.handle(record(notification, then)).word == "done"
    assert handler.handle(record(notification)).word == "drop"
    stamped = stamp(then, notification.body, notification.timestamp, notification.signature, standin.secret)
    assert handler.handle(record(replace(notification, received=stamped))).word == "done"
    assert handler.handle(record(gone(standin), then)).word == "drop", "signed long after it was received"


def test_a_time_that_no_redrive_of_ours_wrote_does_not_make_an_old_signature_fresh(
    handler: Handler, standin: Standin
) -> None:
    notification, then = gone(standin, ago=3 * 3600), time.time() - 3 * 3600
    forged = stamp(then, notification.body, notification.timestamp, notification.signature, "no secret of ours")
    for received in (str(round(then * 1000)), forged):
        assert handler.handle(record(replace(notification, received=received))).word == "drop"


def test_sha_1_can_be_switched_off(standin: Standin, store: Store, exiftool: ExifTool, syncs: Syncs) -> None:
    environ = environment(standin, store.root.path, COLLAGEN_SIGNATURES="sha256")
    handler = Handler.of(load_settings(environ, dotenv=Path("/nonexistent")), exiftool, syncs)
    sha1 = gone(standin)
    strong = signatures.of_notification(sha1.body.encode(), sha1.timestamp, standin.secret, "sha256")
    assert handler.handle(record(sha1)).word == "drop"
    assert handler.handle(record(replace(sha1, signature=strong))).word == "done"


def test_what_would_fail_again_is_dropped_with_one_line(
    handler: Handler, standin: Standin, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    good = gone(standin)
    permanent = {
        "BadSignature": replace(good, signature="0" * 40),
        "BadNotification": Notification.signed("no JSON", standin.secret),
        "BadPublicId": gone(standin, "ann@example.org/../x"),
    }
    for notification in (*permanent.values(), replace(good, body=good.body + " "), replace(good, timestamp="")):
        assert handler.handle(record(notification)).word == "drop"
    assert [kind in line for kind, line in zip(permanent, caplog.messages, strict=False)] == [True] * 3
    assert len(caplog.messages) == 5
    assert "@" not in caplog.text
    assert standin.calls() == []
    assert [path.name for path in store.root.path.iterdir()] == [MARKER]


def test_what_may_succeed_later_comes_back_when_its_error_says(
    handler: Handler, standin: Standin, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    standin.faults("api", "status", status=503)
    verdict = handler.handle(record(gone(standin)))
    assert (verdict.word, verdict.again) == ("again", 60)
    (store.root.path / MARKER).unlink()
    assert handler.handle(record(gone(standin))).word == "again"
    assert "<store>" in caplog.messages[-1]
    assert str(store.root.path) not in caplog.text


def test_a_folder_that_was_renamed_is_done_once_a_sync_has_begun(
    handler: Handler, standin: Standin, syncs: Syncs
) -> None:
    standin.upload(person(1), "a", folder="holidays")
    standin.rename_folder("holidays", "sayno")
    syncs.error = StoreUnavailable("No process can be started to sync sayno.")
    assert handler.handle(record(told(standin))).word == "again"
    syncs.error = None
    assert handler.handle(record(told(standin))).word == "done"
    assert syncs.started == [("sayno",)]


def test_reordered_doubled_and_late_records_of_a_photo_that_is_stored_cost_one_call(
    handler: Handler, standin: Standin, store: Store
) -> None:
    standin.upload(person(1), "a", folder="sayno", email="ann@example.org")
    second = int(time.time())
    wait_for(lambda: int(time.time()) > second, "the next second began")
    standin.approve("a")
    upload, approval = (one["payload"] for one in standin.notifications())
    for payload in (approval, upload, approval, upload):
        assert handler.handle(record(Notification.signed(payload, standin.secret))).word == "done"
    assert store.photos.holders("a") == {"sayno": True}
    assert len(standin.calls("api")) == 1


def test_records_of_a_photo_that_waits_or_is_rejected_and_not_held_cost_no_call(
    handler: Handler, standin: Standin, store: Store
) -> None:
    standin.upload(person(1), "a", folder="sayno", email="ann@example.org")
    standin.reject("a")
    for one in reversed(standin.notifications()):
        assert handler.handle(record(Notification.signed(one["payload"], standin.secret))).word == "done"
    assert (standin.calls(), store.photos.holders("a")) == ([], {})


def test_an_unexpected_error_is_logged_without_its_message_and_retried(
    handler: Handler, standin: Standin, syncs: Syncs, caplog: pytest.LogCaptureFixture
) -> None:
    standin.upload(person(1), "a", folder="holidays")
    standin.rename_folder("holidays", "sayno")
    syncs.error = RuntimeError("ann@example.org")
    assert handler.handle(record(told(standin))).again == 60
    (line,) = caplog.messages
    assert "RuntimeError in handle, records.py line " in line
    assert "@" not in line


def test_what_a_trigger_makes_unusable_is_dropped_and_logged_once(
    handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    unsigned = replace(RECORD, signature="")
    assert [handler.handle(unsigned).word for _ in range(3)] == ["drop"] * 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "auth_scheme to default or legacy_hmac" in caplog.text
