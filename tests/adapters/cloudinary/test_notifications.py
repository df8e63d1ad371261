"""Parsing notifications: any input gives hints or one of our errors."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.adapters.cloudinary import Notification, parse
from app.core.errors import BadNotification, BadPublicId
from app.core.sources import Hint
from scripts.sandbox.standin.client import Standin

URL = "https://res.cloudinary.com/demo/image/upload/v5/a.jpg"


def parsed(**payload: Any) -> Notification:
    return parse(json.dumps(payload).encode())


def names(notification: Notification) -> list[str]:
    return [hint.public_id for hint in notification.hints]


# Shapes


def test_an_approval_says_where_the_picture_would_be() -> None:
    told = parsed(
        notification_type="moderation",
        moderation_status="approved",
        moderation_kind="manual",
        public_id="a/b",
        version=5,
        secure_url=URL,
        unknown={"x": [1]},
    )
    assert told == Notification("moderation", "approved", (Hint("a/b", URL, 5),))


def test_the_moderation_of_older_articles_is_understood() -> None:
    told = parsed(
        notification_type="moderation",
        moderation=[{"kind": "manual", "status": "approved"}],
        public_id="a",
        version=5,
        secure_url=URL,
    )
    assert told == Notification("moderation", "approved", (Hint("a", URL, 5),))


@pytest.mark.parametrize("status", ["rejected", "pending", "aborted"])
def test_other_moderations_say_only_whom_they_concern(status: str) -> None:
    told = parsed(notification_type="moderation", moderation_status=status, public_id="a", version=5, secure_url=URL)
    assert told == Notification("moderation", status, (Hint("a", brings=status == "aborted"),))


APPROVED, PENDING, REJECTED = ({"kind": "manual", "status": status} for status in ("approved", "pending", "rejected"))


@pytest.mark.parametrize(
    ("payload", "brings"),
    [
        ({"notification_type": "moderation", "moderation_status": "approved"}, [True]),
        ({"notification_type": "moderation", "moderation_status": "rejected"}, [False]),
        ({"notification_type": "moderation", "moderation_status": "pending"}, [False]),
        ({"notification_type": "moderation", "moderation_status": "something new"}, [True]),
        ({"notification_type": "moderation"}, [True]),
        ({"notification_type": "upload"}, [False]),  # never given to moderation
        ({"notification_type": "upload", "existing": True}, [True]),  # it may have been approved before
        ({"notification_type": "upload", "moderation": [PENDING]}, [False]),
        ({"notification_type": "upload", "moderation": [APPROVED, PENDING]}, [False]),
        ({"notification_type": "upload", "moderation": [APPROVED, REJECTED]}, [False]),
        ({"notification_type": "upload", "moderation": [APPROVED]}, [True]),
        ({"notification_type": "upload", "moderation_status": "pending"}, [False]),
        ({"notification_type": "upload", "moderation": "nonsense", "existing": True}, [True]),
        ({"notification_type": "delete", "resources": [{"public_id": "a"}, {"public_id": "b"}]}, [False, False]),
        ({"notification_type": "rename", "from_public_id": "a", "to_public_id": "b"}, [False, True]),
        ({"notification_type": "move", "resources": {"a": {"to_asset_folder": "sayno"}}}, [True]),
        ({"notification_type": "resource_context_changed", "resources": {"a": {}}}, [False]),
    ],
)
def test_a_notification_says_whether_it_can_bring_a_photo_that_nobody_holds(
    payload: dict[str, Any], brings: list[bool]
) -> None:
    told = parsed(**({"public_id": "a"} | payload))
    assert [hint.brings for hint in told.hints] == brings


@pytest.mark.parametrize("type", ["upload", "private", "authenticated"])
def test_the_type_of_a_photo_stands_in_its_address_or_in_a_field(type: str) -> None:
    url = f"https://res.cloudinary.com/demo/image/{type}/s--AbCdEfGh--/v5/a.jpg"
    told = parsed(notification_type="moderation", moderation_status="approved", public_id="a", secure_url=url)
    assert told.hints[0].type == type
    for kind in ("upload", "delete", "move"):
        fields = {"public_id": "a", "type": type}
        told = parsed(notification_type=kind, **(fields if kind == "upload" else {"resources": [fields]}))
        assert told.hints[0].type == type


def test_a_video_is_named_as_what_it_is() -> None:
    url = "https://res.cloudinary.com/demo/video/upload/v5/a.mp4"
    told = parsed(notification_type="moderation", moderation_status="approved", public_id="a", secure_url=url)
    assert told.hints[0].kind == "video"


@pytest.mark.parametrize(
    "fields",
    [{}, {"version": 5}, {"secure_url": URL}, {"version": "5", "secure_url": URL}, {"version": 5, "secure_url": [URL]}],
)
def test_an_approval_without_an_address_or_a_version_is_a_hint_all_the_same(fields: dict[str, Any]) -> None:
    told = parsed(notification_type="moderation", moderation_status="approved", public_id="a", **fields)
    assert told.hints == (Hint("a"),)


def test_an_upload_names_its_photo() -> None:
    told = parsed(notification_type="upload", public_id="a", version=5, secure_url=URL, asset_folder="sayno")
    assert told == Notification("upload", "upload", (Hint("a", brings=False, folder="sayno"),))


def test_a_rename_names_both() -> None:
    assert names(parsed(notification_type="rename", from_public_id="old", to_public_id="new")) == ["old", "new"]


@pytest.mark.parametrize("kind", ["delete", "move", "resource_context_changed"])
def test_many_resources_come_as_a_list_or_by_public_id(kind: str) -> None:
    listed = [{"public_id": "a", "resource_type": "image"}, {"public_id": "b/c"}]
    assert names(parsed(notification_type=kind, resources=listed)) == ["a", "b/c"]
    named = {"a": {"resource_type": "image", "asset_id": "1"}, "b/c": {}}
    assert names(parsed(notification_type=kind, resources=named)) == ["a", "b/c"]


def test_resources_that_are_no_images_are_left_out() -> None:
    listed = [{"public_id": "film", "resource_type": "video"}, {"public_id": "a", "resource_type": "image"}]
    assert names(parsed(notification_type="delete", resources=listed)) == ["a"]
    assert names(parsed(notification_type="delete", resources=listed[:1])) == []
    assert names(parsed(notification_type="delete", resources=[])) == []


OTHER_KINDS = ["move_or_rename_asset_folder", "create_folder", "delete_folder", "resource_tags_changed", "eager"]
OTHER_KINDS += ["resource_metadata_changed", "resource_display_name_changed", "something_new"]


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_other_kinds_have_no_hints(kind: str) -> None:
    assert parsed(notification_type=kind, public_id="..", resources=5) == Notification(kind, kind, ())


@pytest.mark.parametrize("status", ["", "a/b", "../../x", "a.b", "x" * 33, "ä", "a b", "a\0"])
def test_a_status_that_cannot_be_in_a_file_name_is_unknown(status: str) -> None:
    told = parsed(notification_type="moderation", moderation_status=status, public_id="a")
    assert (told.status, told.hints) == ("unknown", (Hint("a"),))
    assert parsed(notification_type=status or " ").status == "unknown"


def test_what_the_stand_in_tells_is_understood(standin: Standin) -> None:
    standin.upload(b"photo", "a", folder="sayno", email="user@example.com")
    asset = standin.approve("a")
    standin.set_email("a", "other@example.com")
    standin.move("a", "other")
    standin.rename("a", "b")
    standin.rename_folder("other", "another")
    standin.reject("b")
    standin.delete("b")
    told = [parse(json.dumps(one["payload"]).encode()) for one in standin.notifications()]
    assert [(one.kind, one.status, names(one)) for one in told] == [
        ("upload", "upload", ["a"]),
        ("moderation", "approved", ["a"]),
        ("resource_context_changed", "resource_context_changed", ["a"]),
        ("move", "move", ["a"]),
        ("rename", "rename", ["a", "b"]),
        ("move_or_rename_asset_folder", "move_or_rename_asset_folder", []),
        ("moderation", "rejected", ["b"]),
        ("delete", "delete", ["b"]),
    ]
    assert [(hint.public_id, hint.picture_url, hint.version) for hint in told[1].hints] == [
        ("a", asset["secure_url"], asset["version"])
    ]


# Unusable ones


NO_JSON = [
    b"",
    b"{",
    b"x",
    b"\xff\xfe",
    b"\x00",
    b"[1,",
    b"{}{}",
    "{“a”: 1}".encode(),
    b"<html></html>",
    b"\xef\xbb\xbf",
]
NO_JSON += [b"[" * 100_000, b'{"notification_type":' * 100_000, b"9" * 5000]


@pytest.mark.parametrize("body", NO_JSON)
def test_a_body_that_is_not_json_is_refused_as_such(body: bytes) -> None:
    with pytest.raises(BadNotification, match="not JSON"):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [b"null", b"5", b'"upload"', b"[]", b"{}", b"NaN", b'{"notification_type": 5}', b'{"notification_type": null}'],
)
def test_json_without_a_type_is_not_a_notification(body: bytes) -> None:
    with pytest.raises(BadNotification, match="notification_type"):
        parse(body)


@pytest.mark.parametrize("public_id", [None, 5, "", [], {}, True])
@pytest.mark.parametrize("kind", ["moderation", "upload"])
def test_one_that_names_no_photo_is_refused(kind: str, public_id: object) -> None:
    with pytest.raises(BadNotification, match="public_id"):
        parsed(notification_type=kind, public_id=public_id)
    with pytest.raises(BadNotification, match="public_id"):
        parsed(notification_type=kind)


@pytest.mark.parametrize("resources", [None, 5, "a", True, [5], [None], [{}], [{"public_id": 5}], [[]], {"": {}}])
@pytest.mark.parametrize("kind", ["delete", "move", "resource_context_changed"])
def test_one_with_resources_that_are_none_is_refused(kind: str, resources: object) -> None:
    with pytest.raises(BadNotification):
        parsed(notification_type=kind, resources=resources)


@pytest.mark.parametrize("fields", [{}, {"from_public_id": "a"}, {"to_public_id": "a"}, {"from_public_id": 1}])
def test_half_a_rename_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BadNotification, match="public_id"):
        parsed(notification_type="rename", **fields)


@pytest.mark.parametrize("public_id", ["..", "../../etc/passwd", "a/../b", "%2e%2e", "a?b", "x" * 256, "\ud800", "a\n"])
def test_a_public_id_that_there_cannot_be_is_refused_in_every_shape(public_id: str) -> None:
    for payload in (
        {"notification_type": "moderation", "moderation_status": "approved", "public_id": public_id},
        {"notification_type": "upload", "public_id": public_id},
        {"notification_type": "rename", "from_public_id": "a", "to_public_id": public_id},
        {"notification_type": "rename", "from_public_id": public_id, "to_public_id": "a"},
        {"notification_type": "delete", "resources": [{"public_id": "a"}, {"public_id": public_id}]},
        {"notification_type": "move", "resources": {public_id: {}}},
    ):
        with pytest.raises(BadPublicId):
            parsed(**payload)


KINDS = ["moderation", "upload", "rename", "delete", "move", "resource_context_changed", "eager"]
KEYS = ["public_id", "from_public_id", "to_public_id", "resources", "moderation_status", "moderation", "status"]
KEYS += ["secure_url", "version", "resource_type", "asset_id", "moderation_updated_at", "notification_context"]
KEYS += ["triggered_at"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["approved", ".."]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_any_json_is_hints_or_an_error_of_ours(kind: str, fields: dict[str, Any]) -> None:
    with contextlib.suppress(BadNotification, BadPublicId):
        for hint in parsed(notification_type=kind, **fields).hints:
            assert hint.public_id
            assert (hint.picture_url is None) == (hint.version is None)


@given(st.binary())
@example(b'{"notification_type": "upload", "public_id": "\\ud800"}')
@example('{"notification_type": "upload"}'.encode("utf-16"))
def test_any_bytes_are_hints_or_an_error_of_ours(body: bytes) -> None:
    with contextlib.suppress(BadNotification, BadPublicId):
        parse(body)


@pytest.mark.parametrize(
    "body", [b"public_id=a&event=upload", b'{"text": "a new photo"}', b'{"notification_type": "upload"}']
)
def test_a_body_made_by_a_payload_template_is_refused_with_cause_and_cure(body: bytes) -> None:
    with pytest.raises(BadNotification, match=r"payload_template, .* remove that from the trigger"):
        parse(body)
