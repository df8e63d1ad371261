"""The possible faults, as the real SDK and a plain download see them."""

from __future__ import annotations

from typing import Any

import cloudinary.api
import cloudinary.exceptions
import cloudinary.uploader
import pytest
import requests

from scripts.sandbox.standin.client import Standin


@pytest.fixture
def address(standin: Standin, photo: bytes) -> str:
    return str(standin.upload(photo, "a", folder="sayno", notify=False)["secure_url"])


def ask(standin: Standin) -> Any:
    return cloudinary.api.resource("a", **standin.sdk)


@pytest.mark.parametrize(
    ("kind", "details", "error", "words"),
    [
        ("status", {}, cloudinary.exceptions.GeneralError, "Error 500 - Internal Server Error"),
        ("status", {"status": 503, "message": "Down"}, cloudinary.exceptions.GeneralError, "Error 503 - Down"),
        ("status", {"status": 502}, Exception, "Error 502"),
        ("status", {"status": 401}, cloudinary.exceptions.AuthorizationRequired, "Error 401"),
        ("status", {"status": 404}, cloudinary.exceptions.NotFound, "Error 404"),
        ("rate_limit", {}, cloudinary.exceptions.RateLimited, "Limit of 500 api operations reached"),
        ("processing", {}, Exception, "Error 423"),
        ("html", {}, cloudinary.exceptions.GeneralError, "Error parsing server response"),
        ("cut", {"times": None}, cloudinary.exceptions.GeneralError, "Unexpected error"),
    ],
)
def test_a_fault_reaches_the_sdk_as_its_error(
    standin: Standin, address: str, kind: str, details: dict[str, Any], error: type[Exception], words: str
) -> None:
    standin.faults("api", kind, **details)
    with pytest.raises(error, match=words):
        ask(standin)
    standin.clear_faults()
    assert ask(standin)["public_id"] == "a"


def test_a_failure_without_an_error_in_it_is_a_success_to_the_sdk(standin: Standin, address: str) -> None:
    standin.faults("api", "status", status=500, body={"message": "oops"})
    assert ask(standin) == {"message": "oops"}
    standin.faults("api", "empty")
    assert ask(standin) == {}


def test_fields_can_be_missing_from_answers_and_lists(standin: Standin, address: str) -> None:
    standin.faults("api", "missing_fields", times=2, fields=["asset_folder", "version"])
    assert not {"asset_folder", "version"} & set(ask(standin))
    [item] = cloudinary.api.resources_by_asset_folder("sayno", **standin.sdk)["resources"]
    assert not {"asset_folder", "version"} & set(item)
    assert ask(standin)["asset_folder"] == "sayno"


def test_a_stale_answer_was_true_when_it_was_made(standin: Standin, address: str) -> None:
    late = standin.faults("api", "delay", seconds=0.3, stale=True)
    other = standin.faults("api", "delay", seconds=300, match="/nobody")
    assert ask(standin)["public_id"] == "a"
    fired = {fault["id"]: fault["fired"] for fault in standin.state()["faults"]}
    assert fired == {late: 1, other: 0}, "it is late, and waits for no other's delay"


def test_a_fault_hits_what_it_names_as_often_as_it_says(standin: Standin, address: str, photo: bytes) -> None:
    standin.upload(photo, "b")
    standin.faults("api", "status", match="upload/b", skip=1, times=2)
    outcomes = []
    for public_id in ["b", "a", "b", "b", "b"]:
        try:
            outcomes.append(cloudinary.api.resource(public_id, **standin.sdk)["public_id"])
        except cloudinary.exceptions.GeneralError:
            outcomes.append("failed")
    assert outcomes == ["b", "a", "failed", "failed", "b"]
    assert standin.state()["faults"][0]["fired"] == 2


def test_chance_is_the_same_for_the_same_seed(standin: Standin, address: str) -> None:
    def statuses() -> list[int]:
        standin.clear_faults()
        standin.faults("delivery", "status", status=503, probability=0.5, seed=3)
        return [requests.get(address, timeout=300).status_code for _ in range(20)]

    first = statuses()
    assert set(first) == {200, 503}
    assert first == statuses()


def test_an_upload_can_be_made_and_its_answer_lost(standin: Standin, photo: bytes) -> None:
    standin.faults("upload", "cut", match="lost")
    with pytest.raises(cloudinary.exceptions.Error):
        cloudinary.uploader.upload(photo, public_id="lost", **standin.sdk)
    standin.faults("upload", "status", status=500)
    with pytest.raises(cloudinary.exceptions.GeneralError):
        cloudinary.uploader.upload(photo, public_id="refused", **standin.sdk)
    assert set(standin.state()["assets"]) == {"lost"}


def test_a_picture_can_come_wrong_in_every_way(standin: Standin, address: str, photo: bytes) -> None:
    standin.faults("delivery", "status", status=404, message="Resource not found - a")
    missing = requests.get(address, timeout=300)
    assert (missing.status_code, missing.headers["x-cld-error"]) == (404, "Resource not found - a")
    standin.faults("delivery", "processing")
    assert requests.get(address, timeout=300).status_code == 423
    standin.faults("delivery", "html")
    page = requests.get(address, timeout=300)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    standin.faults("delivery", "empty")
    empty = requests.get(address, timeout=300)
    assert (empty.status_code, empty.content) == (200, b"")
    standin.faults("delivery", "status", status=503, headers={"Retry-After": "7"})
    assert requests.get(address, timeout=300).headers["Retry-After"] == "7"
    standin.faults("delivery", "cut")
    with requests.get(address, timeout=300, stream=True) as cut:
        assert int(cut.headers["Content-Length"]) == len(photo)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            cut.content  # noqa: B018 reading it is what fails
    assert requests.get(address, timeout=300).content == photo


def test_what_the_client_does_neither_meets_faults_nor_counts(standin: Standin, photo: bytes) -> None:
    standin.limit(0)
    standin.faults("api", "status", times=None)
    standin.faults("upload", "status", times=None)
    standin.upload(photo, "a")
    standin.approve("a")
    assert standin.asset("a")["status"] == "approved"
    assert standin.calls() == []
