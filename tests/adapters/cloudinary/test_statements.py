"""What moderation and upload notifications state about a version of a photo, and since when."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from app.adapters.cloudinary import parse
from app.core.sources import Statement
from scripts.sandbox.standin.client import Standin

AT = "2026-11-28T10:00:00Z"
SECONDS = datetime.fromisoformat(AT).timestamp()
MODERATION = {"notification_type": "moderation", "moderation_updated_at": AT, "asset_id": "i", "version": 5}
UPLOAD = {"notification_type": "upload", "notification_context": {"triggered_at": AT}, "asset_id": "i", "version": 5}


def stated(**payload: Any) -> Statement | None:
    (hint,) = parse(json.dumps({"public_id": "a"} | payload).encode()).hints
    return hint.statement


def by_all(*statuses: str) -> dict[str, Any]:
    return {"moderation": [{"kind": "manual", "status": status} for status in statuses]}


@pytest.mark.parametrize(
    ("payload", "approved"),
    [
        (MODERATION | {"moderation_status": "approved"}, True),
        (MODERATION | {"moderation_status": "pending"}, False),
        (UPLOAD | by_all("approved"), True),
        (UPLOAD | by_all("pending"), False),
        (UPLOAD | by_all("approved", "pending"), False),
        (UPLOAD, False),  # not submitted for moderation
    ],
)
def test_an_approval_or_a_wait_for_one_is_stated_with_its_time(payload: dict[str, Any], approved: bool) -> None:
    assert stated(**payload) == Statement("i", 5, approved, SECONDS)


@pytest.mark.parametrize(
    "payload",
    [
        MODERATION | {"moderation_status": "rejected"},
        MODERATION | {"moderation_status": "something new"},
        UPLOAD | by_all("approved", "rejected"),
        UPLOAD | by_all("queued"),
        UPLOAD | {"existing": True},  # says nothing of its moderation
    ],
)
def test_a_rejection_and_what_is_unclear_are_no_statement(payload: dict[str, Any]) -> None:
    assert stated(**payload) is None


@pytest.mark.parametrize(
    "lacking",
    [
        {"asset_id": None},
        {"version": None},
        {"version": "5"},
        {"moderation_updated_at": None},
        {"moderation_updated_at": 5},
        {"moderation_updated_at": "yesterday"},
        {"moderation_updated_at": "0001-01-01T00:00:00+23:59x"},
    ],
)
def test_without_asset_version_or_time_an_approval_is_no_statement(lacking: dict[str, Any]) -> None:
    assert stated(**MODERATION, moderation_status="approved") is not None
    assert stated(**MODERATION | {"moderation_status": "approved"} | lacking) is None


@pytest.mark.parametrize("context", [None, [], "x", {}, {"triggered_at": None}, {"triggered_at": ""}])
def test_without_its_time_an_upload_is_no_statement(context: object) -> None:
    assert stated(**UPLOAD | by_all("pending") | {"notification_context": context}) is None


def test_what_the_stand_in_tells_of_upload_and_approval_is_stated(standin: Standin) -> None:
    standin.upload(b"photo", "a", folder="sayno")
    asset = standin.approve("a")
    told = [stated(**one["payload"]) for one in standin.notifications()]
    assert [one and (one.asset_id, one.version, one.approved) for one in told] == [
        (asset["asset_id"], asset["version"], False),
        (asset["asset_id"], asset["version"], True),
    ]
