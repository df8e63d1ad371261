"""Uploads: the real SDK against a local Cloudinary."""

from __future__ import annotations

from typing import Any

import pytest

from app.adapters.cloudinary import Cloudinary, NewPicture, Uploads
from app.adapters.cloudinary.uploads import digest
from app.core.config import Account
from app.core.errors import BadPublicId, CloudinaryUnavailable, PictureError
from scripts.sandbox.standin.client import Standin
from tests.support.albums import picture


def uploads(standin: Standin, **other: Any) -> Uploads:
    named = {"cloud_name": standin.cloud, "api_key": standin.key, "api_secret": standin.secret}
    return Uploads(Account(**(named | {"upload_prefix": standin.url} | other)))


def new(public_id: str = "sayno/a", number: int = 1, **fields: Any) -> NewPicture:
    return NewPicture(public_id, picture(number), **({"file": "a.jpg", "folder": "sayno"} | fields))


def test_a_new_picture_waits_for_a_moderator(standin: Standin) -> None:
    odd = {"email": "a=b|c@example.org", "name": "Zoë = \\ Bob"}
    assert uploads(standin).upload(new(context=odd, tags=("a b", "ö"))) is False
    asset = standin.asset("sayno/a")
    assert asset["context"] == odd | {"sha256": digest(picture(1))}
    assert (asset["tags"], asset["status"], asset["asset_folder"]) == (["a b", "ö"], "pending", "sayno")


def test_the_same_bytes_again_change_nothing(standin: Standin) -> None:
    uploads(standin).upload(new(context={"name": "Ann"}))
    before = standin.asset("sayno/a")
    assert uploads(standin).upload(new(context={"name": "Bob"})) is True
    standin.set_context("sayno/a", {})  # then the etag tells
    assert uploads(standin).upload(new()) is True
    assert standin.asset("sayno/a") == before | {"context": {}}


def test_other_bytes_never_take_the_place_of_a_picture(standin: Standin) -> None:
    uploads(standin).upload(new())
    with pytest.raises(PictureError, match="another picture is in Cloudinary as sayno/a"):
        uploads(standin).upload(new(number=2))
    assert standin.asset("sayno/a")["bytes"] == len(picture(1))


@pytest.mark.parametrize("public_id", ["a/../b", "a?b", "", " a"])
def test_an_id_that_the_sdk_would_read_as_another_is_not_sent(standin: Standin, public_id: str) -> None:
    with pytest.raises(BadPublicId):
        uploads(standin).upload(new(public_id))
    assert standin.calls("upload") == []


@pytest.mark.parametrize(
    ("fault", "error", "sentence"),
    [
        ({"kind": "status", "status": 400, "message": "Invalid image file"}, PictureError, "refuses it: Invalid image"),
        ({"kind": "status", "status": 400, "message": "no a@b.example"}, PictureError, "refuses it: no <address>"),
        ({"kind": "status", "status": 403}, CloudinaryUnavailable, "check CLOUDINARY_URL"),
        ({"kind": "status", "status": 500}, CloudinaryUnavailable, "The upload failed"),
        ({"kind": "status", "status": 500, "body": {"oh": "no"}}, CloudinaryUnavailable, "did not say whether"),
        ({"kind": "html"}, CloudinaryUnavailable, "The upload failed"),
        ({"kind": "cut"}, CloudinaryUnavailable, "The upload failed"),
        ({"kind": "rate_limit"}, CloudinaryUnavailable, "takes no more uploads for now"),
        (
            {"kind": "status", "status": 420, "message": "You don't have an active subscription for X"},
            CloudinaryUnavailable,
            "refuses the upload: You don't have",
        ),
    ],
)
def test_a_failure_is_one_sentence_and_says_whether_to_wait(
    standin: Standin, fault: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    standin.faults("upload", **fault)
    with pytest.raises(error) as found:
        uploads(standin).upload(new())
    assert sentence in str(found.value)
    assert "\n" not in str(found.value)
    if isinstance(found.value, CloudinaryUnavailable):
        assert found.value.limit_reached == (fault["kind"] == "rate_limit")


def test_a_refusal_for_now_is_over_once_an_upload_is_accepted(standin: Standin) -> None:
    given = uploads(standin)
    standin.faults("upload", "rate_limit")
    with pytest.raises(CloudinaryUnavailable):
        given.upload(new())
    assert given.quota.standing.refused
    given.upload(new())
    assert not given.quota.standing.refused


def test_wrong_credentials_are_named(standin: Standin) -> None:
    with pytest.raises(CloudinaryUnavailable, match="check CLOUDINARY_URL"):
        uploads(standin, api_secret="wrong").upload(new())


def test_pictures_are_found_by_name_in_any_folder_and_state(standin: Standin, cloudinary: Cloudinary) -> None:
    for number, status in enumerate(("pending", "approved", "rejected")):
        standin.upload(
            picture(number), f"x/{status}", folder=status, moderation=status, context={"sha256": str(number)}
        )
    page = cloudinary.named(["x/pending", "x/approved", "x/rejected", "x/none"])
    assert {row.asset.public_id: (row.status, row.digest) for row in page.rows} == {
        "x/pending": ("pending", "0"),
        "x/approved": ("approved", "1"),
        "x/rejected": ("rejected", "2"),
    }


def test_the_etag_and_the_largest_size_are_what_the_account_says(standin: Standin, cloudinary: Cloudinary) -> None:
    asset = standin.upload(picture(1), "a")
    assert cloudinary.etag("a") == asset["etag"]
    assert cloudinary.etag("b") is None
    standin.settings(largest=1234)
    assert cloudinary.largest_picture() == 1234
    standin.faults("api", "status", status=200, body={"plan": "Free"})
    assert cloudinary.largest_picture() is None
