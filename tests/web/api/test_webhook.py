"""Notifications over HTTP: which are accepted, how they are answered, what is filed."""

from __future__ import annotations

import itertools
import json
import logging
import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.store import Store
from app.adapters.store.root import MARKER
from scripts.sandbox.samples import person
from scripts.sandbox.standin import signatures
from scripts.sandbox.standin.client import Standin
from tests.support.web import approve, notify, sign


def everything(store: Store) -> set[str]:
    return {str(path.relative_to(store.root.path)) for path in store.root.path.rglob("*")}


def test_an_approval_is_answered_once_the_photo_is_stored(client: FlaskClient, standin: Standin, store: Store) -> None:
    answer = notify(client, approve(standin))
    assert (answer.status_code, answer.get_json()) == (200, {"status": "stored", "public_id": "a"})
    assert store.photos.holders("a") == {"sayno": True}


def test_a_notification_is_filed_exactly_as_it_came(client: FlaskClient, standin: Standin, store: Store) -> None:
    body = json.dumps(approve(standin, "x/y"), indent=3).encode()
    notify(client, body)
    (filed,) = (store.root.path / "sayno/logs/webhooks").rglob("*.json")
    assert filed.read_bytes() == body
    assert filed.name.split(".", 1)[1] == "approved.x+y.json"
    assert filed.parent.name == time.strftime("%Y%m%d", time.gmtime())


def test_a_notification_of_no_known_campaign_is_filed_apart(
    client: FlaskClient, standin: Standin, store: Store
) -> None:
    answer = notify(client, approve(standin, folder="holidays"))
    assert answer.get_json()["status"] == "ignored"
    assert len(list((store.root.path / ".unfiled").rglob("*.json"))) == 1


def test_a_retired_secret_is_still_believed(client: FlaskClient, standin: Standin) -> None:
    assert notify(client, approve(standin), secret="old").status_code == 200


@pytest.mark.parametrize(
    "signing", [{"secret": "guessed"}, {"secret": ""}, {"late": 7300}, {"late": -400}, {"late": 1e9}]
)
def test_what_is_not_signed_now_and_by_cloudinary_touches_nothing(
    client: FlaskClient, standin: Standin, store: Store, signing: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    payload = approve(standin)
    if "late" in signing:
        signing = {"at": time.time() - signing["late"]}
    before, calls = everything(store), len(standin.calls())
    with caplog.at_level(logging.INFO):
        answer = notify(client, payload, **signing)
    assert answer.status_code == 401
    assert everything(store) == before
    assert len(standin.calls()) == calls
    line, answered = caplog.messages
    assert answered.startswith("POST /webhook/<source> 401 ")
    expected = sign(json.dumps(payload).encode(), "new", signing.get("at"))["X-Cld-Signature"]
    assert expected not in line + answer.text
    assert "new" not in answer.text.split('"')


def test_sha_1_can_be_switched_off(app: Flask, standin: Standin) -> None:
    body = json.dumps(approve(standin)).encode()
    made = app.extensions["collagen"]
    app.extensions["collagen"] = replace(made, settings=replace(made.settings, signatures=("sha256",)))
    client, headers = app.test_client(), sign(body)
    answer = client.post("/webhook/cloudinary", data=body, headers=headers)
    assert answer.status_code == 401
    assert "COLLAGEN_SIGNATURES" in answer.get_json()["error"]
    headers["X-Cld-Signature"] = signatures.of_notification(body, headers["X-Cld-Timestamp"], "new", "sha256")
    assert client.post("/webhook/cloudinary", data=body, headers=headers).status_code == 200


def test_a_notification_without_a_signature_is_refused(client: FlaskClient) -> None:
    assert client.post("/webhook/cloudinary", json={"notification_type": "upload"}).status_code == 401


@pytest.mark.parametrize(
    ("payload", "scheme", "status", "said"),
    [
        ({"notification_type": "upload", "public_id": "a"}, "eddsa_v2", 401, "its trigger signs with eddsa_v2 only"),
        ({"text": "a photo!"}, "default", 400, "If its trigger has a payload_template"),
    ],
)
def test_what_a_trigger_makes_unusable_gets_the_cause_and_the_cure_and_is_logged_once(
    client: FlaskClient, payload: Any, scheme: str, status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        body = json.dumps(payload | {"version": number}).encode()
        headers = sign(body) | {"X-Cld-Signature_v2": "c2lnbmVk"}
        if scheme == "eddsa_v2":
            del headers["X-Cld-Signature"]
        answer = client.post("/webhook/cloudinary", data=body, headers=headers)
        assert (answer.status_code, said in answer.get_json()["error"]) == (status, True)
        assert "python -m app connect --apply" in answer.get_json()["error"]
    assert [said in message for message in caplog.messages].count(True) == 1


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{}", b'{"notification_type": 3}', b"\xff\xfe"])
def test_a_signed_body_that_is_no_notification_is_unusable(client: FlaskClient, body: bytes) -> None:
    assert notify(client, body).status_code == 400


@pytest.mark.parametrize("public_id", [None, "", 7, "../a", "a/../b", "..", "a%2e", "a?b", "/a", "x" * 300])
def test_a_notification_without_a_usable_public_id_is_refused(
    client: FlaskClient, standin: Standin, public_id: object
) -> None:
    payload = {"notification_type": "moderation", "moderation_status": "approved", "public_id": public_id}
    answer = notify(client, payload)
    assert (answer.status_code, list(answer.get_json())) == (400, ["error"])
    assert standin.calls() == []


def test_a_public_id_too_long_for_a_file_name_is_refused_and_says_so(client: FlaskClient) -> None:
    answer = notify(client, {"notification_type": "upload", "public_id": "ü" * 50})
    assert answer.status_code == 400
    assert "too long" in answer.get_json()["error"]


def test_a_body_over_one_mebibyte_is_refused(client: FlaskClient) -> None:
    assert notify(client, b"[" + b" " * 1024 * 1024 + b"]").status_code == 413


def test_a_deletion_of_many_names_what_became_of_each(client: FlaskClient, standin: Standin, store: Store) -> None:
    for public_id in ("a", "b"):
        notify(client, approve(standin, public_id))
    standin.delete("a", "b")
    payload = standin.notifications()[-1]["payload"]
    assert isinstance(payload["resources"], list)
    payload["resources"].append({"resource_type": "image", "public_id": "never-there"})
    answer = notify(client, payload).get_json()
    assert [photo["status"] for photo in answer["photos"]] == ["removed", "removed", "unchanged"]
    assert (answer["status"], answer["public_id"]) == ("removed", "a")
    assert store.photos.all("sayno") == []


@pytest.mark.parametrize("change", ["move", "context", "rename", "overwrite"])
def test_every_kind_of_notification_leads_to_the_truth(
    client: FlaskClient, standin: Standin, store: Store, change: str
) -> None:
    notify(client, approve(standin))
    if change == "move":
        standin.move("a", "other")
    elif change == "context":
        standin.set_email("a", "new@example.org")
    elif change == "rename":
        standin.rename("a", "b")
    else:
        standin.overwrite("a", person(2))
    answer = notify(client, standin.notifications()[-1]["payload"])
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "stored"
    assert store.photos.holders("b" if change == "rename" else "a") == {"other" if change == "move" else "sayno": True}
    assert len(list(store.root.path.glob("*/approved/*.jpg"))) == 1


@pytest.mark.parametrize("kind", ["create_folder", "resource_tags_changed", "eager", "something_new"])
def test_what_does_not_concern_photos_is_ignored(client: FlaskClient, standin: Standin, kind: str) -> None:
    answer = notify(client, {"notification_type": kind, "resources": "whatever"})
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ignored")
    assert standin.calls() == []


def test_a_broken_picture_is_answered_200_because_another_try_would_fail_too(
    client: FlaskClient, standin: Standin
) -> None:
    approve(standin)
    standin.overwrite("a", b"<html>")
    answer = notify(client, {"notification_type": "moderation", "moderation_status": "approved", "public_id": "a"})
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "ignored"
    assert "JPEG" in answer.get_json()["error"]


@pytest.mark.parametrize("kind", ["status", "rate_limit", "empty"])
def test_trouble_with_cloudinary_is_answered_503_with_a_time_to_try_again(
    client: FlaskClient, standin: Standin, kind: str
) -> None:
    payload = approve(standin)
    standin.faults("api", kind)
    answer = notify(client, payload)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.get_json() == {"error": "Cloudinary cannot be reached at the moment."}
    assert notify(client, payload).get_json()["status"] == "stored"


def test_a_store_that_is_not_mounted_is_answered_503_and_not_written_to(
    client: FlaskClient, standin: Standin, store: Store
) -> None:
    payload = approve(standin)
    (store.root.path / MARKER).unlink()
    answer = notify(client, payload)
    assert answer.status_code == 503
    assert answer.get_json() == {"error": "The store cannot be used at the moment."}
    assert everything(store) == set()


NUMBERS = itertools.count()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["moderation", "upload", "delete", "rename", "move", "resource_context_changed", "else"]),
    st.dictionaries(
        st.sampled_from(["public_id", "resources", "from_public_id", "moderation", "moderation_status", "version"]),
        json_values,
    ),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_signed_nonsense_is_an_internal_error(client: FlaskClient, kind: str, rest: dict[str, Any]) -> None:
    at = time.time() - 3600 + 6 * next(NUMBERS)  # no burst about one photo, which would wait for the last of them
    answer = notify(client, {"notification_type": kind} | rest, at=at)
    assert answer.status_code in (200, 400)
