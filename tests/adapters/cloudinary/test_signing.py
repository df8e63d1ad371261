"""Uploads that a browser sends: what we sign, and that Cloudinary takes nothing else."""

from __future__ import annotations

import time

import pytest
import requests

from app.adapters.cloudinary import SignedUpload, Signer
from app.core import limits
from app.core.config import Account
from app.core.errors import BadPublicId
from scripts.sandbox.standin.client import Standin
from tests.support.albums import picture

SAID = {"email": "a=b|c@example.org", "consent": "yes", "mail": "no", "tracking": "no"}


def signed(standin: Standin, public_id: str = "a", folder: str | None = "sayno", ago: float = 0) -> SignedUpload:
    signer = Signer(Account(standin.cloud, standin.key, standin.secret, standin.url))
    return signer.sign(public_id, folder, SAID, time.time() - ago)


def send(upload: SignedUpload, data: bytes, **changed: str) -> requests.Response:
    fields = dict(upload.fields) | changed
    return requests.post(upload.url, data=fields, files={"file": ("photo.jpg", data)}, timeout=60)


def test_a_browser_sends_a_photo_that_waits_with_what_was_said_and_any_page_may_read_the_answer(
    standin: Standin,
) -> None:
    answer = send(signed(standin), picture(1))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    asset = standin.asset("a")
    assert (asset["status"], asset["asset_folder"], asset["context"]) == ("pending", "sayno", SAID)


def test_a_second_upload_changes_nothing(standin: Standin) -> None:
    send(signed(standin), picture(1))
    before = standin.asset("a")
    assert send(signed(standin), picture(2)).json()["existing"] is True
    assert standin.asset("a") == before


@pytest.mark.parametrize(
    "changed",
    [
        {"public_id": "b"},
        {"asset_folder": "other"},
        {"moderation": ""},
        {"overwrite": "1"},
        {"context": "email=b@example.org"},
        {"allowed_formats": "svg"},
        {"transformation": ""},
        {"notification_url": "https://evil.example"},
        {"timestamp": str(round(time.time()))},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_no_field_can_be_changed_or_added(standin: Standin, changed: dict[str, str]) -> None:
    assert send(signed(standin), picture(1), **changed).status_code == 401
    assert standin.state()["assets"] == {}


def test_the_signature_is_valid_for_minutes_only(standin: Standin) -> None:
    assert send(signed(standin, ago=limits.SIGNATURE_SECONDS - 60), picture(1)).status_code == 200
    assert send(signed(standin, "b", ago=limits.SIGNATURE_SECONDS + 60), picture(1)).status_code == 400


def test_what_is_no_picture_is_refused(standin: Standin) -> None:
    form = signed(standin)
    answer = requests.post(form.url, data=form.fields, files={"file": ("a.svg", b"<svg/>")}, timeout=60)
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "Image file format svg not allowed")


def test_in_an_account_with_fixed_folders_the_folder_is_part_of_the_id(standin: Standin) -> None:
    assert "asset_folder" not in signed(standin, "sayno/a", None).fields


def test_an_id_that_cloudinary_cannot_have_is_not_signed(standin: Standin) -> None:
    with pytest.raises(BadPublicId):
        signed(standin, "a?b")
