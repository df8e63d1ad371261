"""The state of an asset: the real SDK against a local Cloudinary."""

from __future__ import annotations

import socket
from datetime import datetime
from typing import Any

import cloudinary.utils
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.cloudinary import Cloudinary
from app.core.config import Account
from app.core.errors import BadPublicId, CloudinaryUnavailable
from app.core.sources import Asset
from scripts.sandbox.people import as_format
from scripts.sandbox.pictures import decoded, mean_difference, scene
from scripts.sandbox.standin.client import Standin
from tests.support.answers import PHOTO


def upload(standin: Standin, public_id: str = "a", data: bytes = PHOTO, **fields: Any) -> dict[str, Any]:
    standing: dict[str, Any] = {"folder": "sayno", "notify": False}
    return standin.upload(data, public_id, **(standing | fields))


# State


def test_every_field_is_what_cloudinary_has(standin: Standin, cloudinary: Cloudinary) -> None:
    there = upload(standin, "a/b", email="user@example.com", moderation="approved", context={"name": "Ann"})
    assert cloudinary.state("a/b") == Asset(
        public_id="a/b",
        asset_id=there["asset_id"],
        folder="sayno",
        version=there["version"],
        approved=True,
        approved_at=datetime.fromisoformat(there["moderation"]["updated_at"]).timestamp(),
        email="user@example.com",
        url=there["secure_url"],
    )
    [call] = standin.calls()
    assert (call["call"], call["method"], call["path"]) == ("api", "GET", "/v1_1/demo/resources/image/upload/a/b")


@pytest.mark.parametrize("moderation", ["pending", "rejected", None])
def test_only_an_approved_photo_is_approved(standin: Standin, cloudinary: Cloudinary, moderation: str | None) -> None:
    there = upload(standin, moderation=moderation)
    state = cloudinary.state("a")
    assert state is not None
    assert state.approved is False
    assert state.email is None
    if moderation is None:
        assert state.approved_at == datetime.fromisoformat(there["created_at"]).timestamp()


def test_what_is_true_now_is_told_each_time(standin: Standin, cloudinary: Cloudinary) -> None:
    assert cloudinary.state("a") is None
    first = upload(standin, moderation="approved")
    standin.reject("a", notify=False)
    standin.move("a", "other", notify=False)
    standin.set_email("a", "new@example.com", notify=False)
    state = cloudinary.state("a")
    assert state is not None
    assert (state.approved, state.folder, state.email) == (False, "other", "new@example.com")
    second = standin.overwrite("a", PHOTO, notify=False)
    state = cloudinary.state("a")
    assert state is not None
    assert state.version == second["version"] > first["version"]
    standin.rename("a", "b", notify=False)
    assert cloudinary.state("a") is None
    state = cloudinary.state("b")
    assert state is not None
    assert state.asset_id == first["asset_id"]
    standin.delete("b", notify=False)
    assert cloudinary.state("b") is None


@pytest.mark.parametrize("email", ["", "  ", "\t\n"])
def test_an_empty_address_counts_as_missing(standin: Standin, cloudinary: Cloudinary, email: str) -> None:
    upload(standin, email=email)
    state = cloudinary.state("a")
    assert state is not None
    assert state.email is None


def test_spaces_around_an_address_are_not_part_of_it(standin: Standin, cloudinary: Cloudinary) -> None:
    upload(standin, email="  user@example.com\n")
    state = cloudinary.state("a")
    assert state is not None
    assert state.email == "user@example.com"


PUBLIC_IDS = [
    "test_prototype/bs8psp5f",
    "my photo (1)",
    "é/ü",
    "שלום",
    "😀",
    "v123/a",
    "a.jpg",
    "a@b=c,d:e;f'g\"h",
    "~*|$[]{}^`",
]
PUBLIC_IDS += ["x" * 255, ".a/.b", "moderations/manual"]


@pytest.mark.parametrize("public_id", PUBLIC_IDS)
def test_every_public_id_names_its_own_asset(standin: Standin, cloudinary: Cloudinary, public_id: str) -> None:
    upload(standin, public_id, moderation="approved")
    upload(standin, "other")
    state = cloudinary.state(public_id)
    assert state is not None
    assert state.public_id == public_id
    assert cloudinary.picture(public_id, state.url) == PHOTO


@pytest.mark.parametrize(
    "public_id", ["", "..", "../usage", "a/../b", "%2e%2e/usage", "a%2fb", "a?x=1", "a#b", "/a", "a/", " a", "x" * 256]
)
def test_a_public_id_that_would_name_another_asset_is_never_asked_for(
    standin: Standin, cloudinary: Cloudinary, public_id: str
) -> None:
    with pytest.raises(BadPublicId):
        cloudinary.state(public_id)
    assert standin.calls() == []


@given(st.text(st.characters(), max_size=30))
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_public_id_is_refused_or_asked_for_as_it_is(standin: Standin, cloudinary: Cloudinary, public_id: str) -> None:
    before = len(standin.calls())
    try:
        assert cloudinary.state(public_id) is None
    except BadPublicId:
        assert len(standin.calls()) == before
    else:
        # the stand-in may only now log the call of the previous example
        *_, call = standin.calls(since=before)
        assert call["path"] == f"/v1_1/demo/resources/image/upload/{public_id}"


# Errors


@pytest.mark.parametrize(
    ("kind", "details", "words"),
    [
        ("status", {"status": 500}, "could not be asked: .*Internal Server Error"),
        ("status", {"status": 503, "message": "Down"}, "could not be asked: .*Down"),
        ("status", {"status": 502}, "could not be asked"),
        ("status", {"status": 400, "message": "Odd"}, "could not be asked: .*Odd"),
        ("status", {"status": 409}, "could not be asked"),
        ("status", {"status": 302}, "could not be asked"),
        ("status", {"status": 401, "message": "no"}, "refuses the credentials; check CLOUDINARY_URL"),
        ("status", {"status": 403, "message": "no"}, "refuses the credentials; check CLOUDINARY_URL"),
        ("processing", {}, "could not be asked"),
        ("rate_limit", {}, "hourly limit of Admin API calls is reached: .*Limit of 500"),
        ("html", {}, "could not be asked"),
        ("cut", {}, "could not be asked"),
        ("empty", {}, "lacks a field"),
        ("status", {"status": 500, "body": {"message": "oops"}}, "lacks a field"),
        ("status", {"status": 200, "body": []}, "Cloudinary"),
        ("status", {"status": 200, "body": None}, "Cloudinary"),
        ("status", {"status": 200, "body": "text"}, "Cloudinary"),
        *(("missing_fields", {"fields": [name]}, f"lacks a field .*{name}") for name in
          ("public_id", "asset_id", "asset_folder", "version", "secure_url")),
        ("missing_fields", {"fields": ["moderation", "created_at"]}, "lacks a field .*created_at"),
    ],
)  # fmt: skip
def test_every_fault_may_be_tried_again(
    standin: Standin, cloudinary: Cloudinary, kind: str, details: dict[str, Any], words: str
) -> None:
    upload(standin, moderation="approved")
    standin.faults("api", kind, times=None, **details)
    with pytest.raises(CloudinaryUnavailable, match=words) as caught:
        cloudinary.state("a")
    assert 1 <= caught.value.retry_after <= 3600
    standin.clear_faults()
    assert cloudinary.state("a") is not None


RIGHT = {
    "public_id": "a",
    "asset_id": "1",
    "asset_folder": "sayno",
    "version": 5,
    "secure_url": "https://res.cloudinary.com/demo/image/upload/v5/a.jpg",
    "created_at": "2024-01-01T00:00:00Z",
    "context": {"custom": {"email": "user@example.com"}},
    "moderation": [{"kind": "manual", "status": "approved", "updated_at": "2024-05-06T07:08:09Z"}],
}


def answer(standin: Standin, **fields: Any) -> None:
    """Makes the next call return the right fields except these; a field that is None is left out."""
    body = {name: value for name, value in (RIGHT | fields).items() if value is not None}
    standin.faults("api", "status", status=200, body=body)


@pytest.mark.parametrize(
    "fields",
    [
        {"public_id": "b"},
        {"public_id": 5},
        {"asset_id": 5},
        {"asset_folder": ["sayno"]},
        {"version": "5"},
        {"version": 5.5},
        {"secure_url": {}},
        {"created_at": 5, "moderation": None},
        {"created_at": "yesterday", "moderation": None},
        {"moderation": "approved"},
        {"moderation": {"status": "approved"}},
        {"moderation": [5]},
        {"moderation": [{}]},
        {"moderation": [{"status": "approved", "updated_at": 5}]},
        {"moderation": [{"status": "approved", "updated_at": "soon"}]},
        {"context": "email=user@example.com"},
        {"context": {"custom": "email"}},
        {"context": [1]},
    ],
)
def test_an_answer_of_another_kind_may_be_tried_again(
    standin: Standin, cloudinary: Cloudinary, fields: dict[str, Any]
) -> None:
    answer(standin, **fields)
    with pytest.raises(CloudinaryUnavailable):
        cloudinary.state("a")


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=3)
            | st.lists(st.integers() | st.dictionaries(st.sampled_from(["status", "updated_at"]), st.text(max_size=3)))
            | st.dictionaries(st.sampled_from(["custom", "email"]), st.text(max_size=3))
            for name in (*RIGHT, "moderation_status")
        },
    )
)
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_answer_is_an_asset_or_an_error_of_ours(
    standin: Standin, cloudinary: Cloudinary, fields: dict[str, Any]
) -> None:
    standin.clear_faults()
    answer(standin, **fields)
    try:
        state = cloudinary.state("a")
    except CloudinaryUnavailable:
        return
    assert state is not None
    assert state.public_id == "a"
    assert isinstance(state.version, int)


def test_the_right_answer_is_the_asset(standin: Standin, cloudinary: Cloudinary) -> None:
    answer(standin)
    state = cloudinary.state("a")
    assert state is not None
    assert (state.approved, state.email, state.approved_at) == (True, "user@example.com", 1714979289.0)


@pytest.mark.parametrize(
    ("fields", "approved"),
    [
        ({"moderation_status": "rejected"}, False),
        ({"moderation_status": "approved", "moderation": None}, True),
        ({"moderation": [{"status": "approved"}, {"status": "rejected"}]}, False),
        ({"moderation": [{"status": "rejected"}, {"status": "approved"}]}, False),
        ({"moderation": [{"status": "rejected"}], "moderation_status": "approved"}, False),
        ({"moderation": [{"status": "approved"}, {"status": "pending"}], "moderation_status": "approved"}, False),
        ({"moderation": [{"status": "queued"}, {"status": "approved"}]}, False),
        ({"moderation": [{"status": "approved"}, {"status": "approved"}]}, True),
        ({"moderation": []}, False),
    ],
)
def test_one_moderation_that_rejects_wins_and_one_that_waits_waits(
    standin: Standin, cloudinary: Cloudinary, fields: dict[str, Any], approved: bool
) -> None:
    answer(standin, **fields)
    state = cloudinary.state("a")
    assert state is not None
    assert state.approved is approved


def test_the_placeholder_of_a_deleted_asset_is_no_asset(standin: Standin, cloudinary: Cloudinary) -> None:
    answer(standin, placeholder=True)
    assert cloudinary.state("a") is None


@pytest.mark.parametrize(
    ("message", "retry_after"),
    [
        ("Rate Limit Exceeded. Limit of 500 api operations reached. Try again on 2099-10-04 14:00:00 UTC", 3600),
        ("Rate Limit Exceeded. Limit of 500 api operations reached. Try again on 2020-10-04 14:00:00 UTC", 1),
        ("Slow down", 60),
    ],
)
@pytest.mark.parametrize("status", [420, 429])
def test_a_reached_limit_says_when_to_come_back(
    standin: Standin, cloudinary: Cloudinary, status: int, message: str, retry_after: int
) -> None:
    standin.faults("api", "status", status=status, message=message)
    with pytest.raises(CloudinaryUnavailable, match="hourly limit") as caught:
        cloudinary.state("a")
    assert caught.value.retry_after == retry_after


def test_a_limit_of_the_account_is_not_met_with_more_calls(standin: Standin, cloudinary: Cloudinary) -> None:
    upload(standin)
    standin.limit(1, seconds=1000)
    assert cloudinary.state("a") is not None
    with pytest.raises(CloudinaryUnavailable, match="Limit of 1 api operations") as caught:
        cloudinary.state("a")
    assert 900 < caught.value.retry_after <= 1000
    assert len(standin.calls("api")) == 2


def test_a_server_that_fails_and_asks_for_patience_is_asked_once(standin: Standin, cloudinary: Cloudinary) -> None:
    standin.faults("api", "status", times=None, status=503, headers={"Retry-After": "600"})
    with pytest.raises(CloudinaryUnavailable):
        cloudinary.state("a")
    assert len(standin.calls()) == 1


@pytest.mark.parametrize(("key", "secret"), [("key", "wrong-s3cr3t"), ("nobody", "wrong-s3cr3t")])
def test_wrong_credentials_are_named_and_not_shown(standin: Standin, key: str, secret: str) -> None:
    upload(standin)
    stranger = Cloudinary(Account(standin.cloud, key, secret, standin.url), set())
    with pytest.raises(CloudinaryUnavailable, match="check CLOUDINARY_URL") as caught:
        stranger.state("a")
    assert "wrong-s3cr3t" not in str(caught.value)


def test_an_api_that_does_not_answer_may_be_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nothing listens there
        nobody = Cloudinary(Account("demo", "key", "s3cr3t", f"http://127.0.0.1:{taken.getsockname()[1]}"), set())
        with pytest.raises(CloudinaryUnavailable, match="could not be asked") as caught:
            nobody.state("a")
        assert "s3cr3t" not in str(caught.value)


# Pictures


@pytest.mark.parametrize("kind", ["png", "webp", "heic"])
def test_a_picture_of_any_format_comes_as_jpeg(standin: Standin, cloudinary: Cloudinary, kind: str) -> None:
    there = upload(standin, data=as_format(scene(300, 400), kind), moderation="approved")
    assert there["format"] == kind
    picture = cloudinary.picture("a", there["secure_url"])
    assert decoded(picture).format == "JPEG"
    assert mean_difference(picture, scene(300, 400)) < 5


@pytest.mark.parametrize("long", [False, True])
def test_a_signed_address_is_signed_anew(standin: Standin, cloudinary: Cloudinary, long: bool) -> None:
    there = upload(standin, "a b/é", data=as_format(scene(30, 40), "png"), moderation="approved")
    signed, _ = cloudinary_url("a b/é.png", there["version"], long)
    url = f"{standin.url}{signed.removeprefix('https://res.cloudinary.com')}"
    assert "/s--" in url
    assert decoded(cloudinary.picture("a b/é", url)).format == "JPEG"


def cloudinary_url(name: str, version: int, long: bool) -> tuple[str, Any]:
    """A signed delivery URL as the account's owner would make it."""
    account = {"cloud_name": "demo", "api_secret": "secret", "secure": True, "long_url_signature": long}
    made: tuple[str, Any] = cloudinary.utils.cloudinary_url(name, version=version, sign_url=True, **account)
    return made


@pytest.mark.parametrize(
    "url", ["https://evil.example/demo/image/upload/v1/a.jpg", "http://res.cloudinary.com/demo/image/upload/v1/a.jpg"]
)
def test_a_picture_from_another_host_is_never_fetched(cloudinary: Cloudinary, url: str) -> None:
    with pytest.raises(CloudinaryUnavailable, match="may not be fetched from"):
        cloudinary.picture("a", url)


def test_a_picture_of_an_older_version_is_not_taken_for_the_newer(standin: Standin, cloudinary: Cloudinary) -> None:
    old = upload(standin, moderation="approved")
    standin.overwrite("a", as_format(scene(60, 80), "jpeg"), notify=False)
    with pytest.raises(CloudinaryUnavailable, match="404"):
        cloudinary.picture("a", old["secure_url"])
