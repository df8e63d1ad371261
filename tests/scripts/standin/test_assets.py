"""The Admin and Upload APIs, called by the real SDK."""

from __future__ import annotations

from typing import Any

import cloudinary.api
import cloudinary.exceptions
import cloudinary.uploader
import cloudinary.utils
import pytest

from scripts.sandbox.standin.client import Standin, StandinError
from tests.support.webhook import jpeg

AWKWARD = "test_prototype/Łukasz & co=1|2/é v1.2.jpg"


def test_an_upload_is_what_the_resource_then_says(standin: Standin, photo: bytes) -> None:
    made = cloudinary.uploader.upload(
        photo,
        public_id="faces/anna",
        asset_folder="sayno",
        context={"email": "a=b|c&d@example.com"},
        moderation="manual",
        tags=["red", "blue"],
        **standin.sdk,
    )
    said = cloudinary.api.resource("faces/anna", **standin.sdk)
    assert said["context"] == {"custom": {"email": "a=b|c&d@example.com"}}
    assert (said["asset_folder"], said["display_name"], said["tags"]) == ("sayno", "anna", ["red", "blue"])
    assert [said["moderation"][0]["kind"], said["moderation_status"]] == ["manual", "pending"]
    assert (said["width"], said["height"], said["format"], said["bytes"]) == (30, 40, "jpg", len(photo))
    assert {name: made[name] for name in ("version", "asset_id", "secure_url", "etag")} == {
        name: said[name] for name in ("version", "asset_id", "secure_url", "etag")
    }
    assert said == cloudinary.api.resource_by_asset_id(said["asset_id"], **standin.sdk)


def test_a_public_id_may_hold_nearly_anything(standin: Standin, photo: bytes) -> None:
    public_id = AWKWARD.replace("&", "and")
    cloudinary.uploader.upload(photo, public_id=public_id, **standin.sdk)
    assert cloudinary.api.resource(public_id, **standin.sdk)["public_id"] == public_id
    with pytest.raises(cloudinary.exceptions.BadRequest):
        cloudinary.uploader.upload(photo, public_id=AWKWARD, **standin.sdk)


def test_a_photo_without_a_name_gets_twenty_characters_and_no_context(standin: Standin, photo: bytes) -> None:
    public_id = cloudinary.uploader.upload(photo, **standin.sdk)["public_id"]
    said = cloudinary.api.resource(public_id, **standin.sdk)
    assert len(public_id) == 20
    assert "context" not in said
    assert "moderation" not in said


def test_every_overwrite_has_a_greater_version(standin: Standin, photo: bytes) -> None:
    versions = [cloudinary.uploader.upload(photo, public_id="a", **standin.sdk)["version"] for _ in range(4)]
    cloudinary.uploader.destroy("a", invalidate=True, **standin.sdk)
    versions.append(cloudinary.uploader.upload(photo, public_id="a", **standin.sdk)["version"])
    assert versions == sorted(set(versions))


def test_an_overwrite_keeps_the_asset_id_and_says_so(standin: Standin, photo: bytes) -> None:
    first = cloudinary.uploader.upload(photo, public_id="a", context={"email": "x@example.com"}, **standin.sdk)
    second = cloudinary.uploader.upload(jpeg("teal"), public_id="a", **standin.sdk)
    assert (second["existing"], second["asset_id"]) == (True, first["asset_id"])
    assert "context" not in second
    kept = cloudinary.uploader.upload(photo, public_id="a", overwrite=False, **standin.sdk)
    assert kept["version"] == second["version"]


def test_a_call_with_the_wrong_secret_is_refused(standin: Standin, photo: bytes) -> None:
    wrong = standin.sdk | {"api_secret": "guess"}
    with pytest.raises(cloudinary.exceptions.AuthorizationRequired, match="Invalid Signature"):
        cloudinary.uploader.upload(photo, **wrong)
    with pytest.raises(cloudinary.exceptions.AuthorizationRequired):
        cloudinary.api.ping(**wrong)
    assert standin.state()["assets"] == {}


@pytest.mark.parametrize("options", [{"signature_version": 1}, {"signature_algorithm": "sha256"}])
def test_every_way_of_signing_is_accepted(standin: Standin, photo: bytes, options: dict[str, Any]) -> None:
    cloudinary.uploader.upload(photo, public_id="a", **options, **standin.sdk)
    assert cloudinary.uploader.add_context({"email": "x@example.com"}, ["a"], **options, **standin.sdk)


def test_update_changes_what_it_names_and_no_version(standin: Standin, photo: bytes) -> None:
    before = standin.upload(photo, "a", folder="sayno", email="x@example.com")
    changes: dict[str, Any] = {"moderation_status": "approved", "asset_folder": "other", "tags": ["t"]}
    after = cloudinary.api.update("a", display_name="Anna", **changes, **standin.sdk)
    assert (after["moderation_status"], after["asset_folder"], after["tags"]) == ("approved", "other", ["t"])
    assert (after["context"]["custom"]["email"], after["version"]) == ("x@example.com", before["version"])
    cloudinary.api.update("a", context={"email": "y@example.com"}, **standin.sdk)
    assert standin.asset("a")["context"] == {"email": "y@example.com"}


def test_what_is_deleted_is_not_found(standin: Standin, photo: bytes) -> None:
    for public_id in "ab":
        standin.upload(photo, public_id)
    assert cloudinary.uploader.destroy("a", **standin.sdk) == {"result": "ok"}
    assert cloudinary.uploader.destroy("a", **standin.sdk) == {"result": "not found"}
    answer = cloudinary.api.delete_resources(["a", "b"], **standin.sdk)
    assert answer["deleted"] == {"a": "not_found", "b": "deleted"}
    with pytest.raises(cloudinary.exceptions.NotFound, match="Resource not found - b"):
        cloudinary.api.resource("b", **standin.sdk)


def test_a_rename_keeps_the_asset_id_and_takes_no_name_that_is_taken(standin: Standin, photo: bytes) -> None:
    before = standin.upload(photo, "a")
    standin.upload(photo, "b")
    with pytest.raises(cloudinary.exceptions.BadRequest, match="to_public_id b already exists"):
        cloudinary.uploader.rename("a", "b", **standin.sdk)
    assert cloudinary.uploader.rename("a", "c", **standin.sdk)["asset_id"] == before["asset_id"]
    assert set(standin.state()["assets"]) == {"b", "c"}
    with pytest.raises(cloudinary.exceptions.NotFound):
        cloudinary.uploader.rename("a", "d", **standin.sdk)


def test_a_list_comes_in_pages_with_each_asset_once(standin: Standin, photo: bytes) -> None:
    names = [f"p{i:02}" for i in range(23)]
    standin.upload_many(photo, [{"public_id": name, "asset_folder": "sayno"} for name in names])
    standin.upload(photo, "elsewhere", folder="sayno/deeper")
    assert len(cloudinary.api.resources_by_asset_folder("sayno", **standin.sdk)["resources"]) == 10
    found, cursor = [], None
    while True:
        page = cloudinary.api.resources_by_asset_folder("sayno", max_results=9, next_cursor=cursor, **standin.sdk)
        found += [item["public_id"] for item in page["resources"]]
        standin.delete(found[0])  # a change between two pages shifts nothing
        cursor = page.get("next_cursor")
        if not cursor:
            break
    assert found == names[::-1]


def test_a_list_tells_context_tags_and_moderation_only_when_asked(standin: Standin, photo: bytes) -> None:
    standin.upload(photo, "a", folder="sayno", email="x@example.com", moderation="approved")
    [bare] = cloudinary.api.resources_by_asset_folder("sayno", **standin.sdk)["resources"]
    assert not {"context", "tags", "moderation"} & set(bare)
    asked = {"context": True, "tags": True, "moderations": True}
    [full] = cloudinary.api.resources_by_asset_folder("sayno", **asked, **standin.sdk)["resources"]
    assert full["context"]["custom"] == {"email": "x@example.com"}
    assert (full["tags"], full["moderation_status"]) == ([], "approved")


def test_a_rejected_asset_is_left_out_of_folder_lists_and_found_by_moderation(standin: Standin, photo: bytes) -> None:
    for public_id, status in {"a": "approved", "b": "rejected", "c": "pending", "d": None}.items():
        standin.upload(photo, public_id, folder="sayno", moderation=status)

    def names(answer: Any) -> list[str]:
        return [item["public_id"] for item in answer["resources"]]

    assert names(cloudinary.api.resources_by_asset_folder("sayno", **standin.sdk)) == ["d", "c", "a"]
    assert names(cloudinary.api.resources_by_moderation("manual", "rejected", **standin.sdk)) == ["b"]
    assert names(cloudinary.api.resources_by_ids(["b", "d"], **standin.sdk)) == ["d", "b"]
    assert names(cloudinary.api.resources(prefix="c", **standin.sdk)) == ["c"]
    assert cloudinary.api.resource("b", **standin.sdk)["moderation_status"] == "rejected"


def test_the_hourly_limit_is_counted_told_and_over(standin: Standin) -> None:
    standin.limit(2)
    first = cloudinary.api.ping(**standin.sdk)
    assert (first.rate_limit_allowed, first.rate_limit_remaining) == (2, 1)
    assert first.rate_limit_reset_at[4:6] == (0, 0)  # on the hour
    cloudinary.api.ping(**standin.sdk)
    words = r"Rate Limit Exceeded. Limit of 2 api operations reached. Try again on [\d-]{10} [\d:]{8} UTC"
    with pytest.raises(cloudinary.exceptions.RateLimited, match=words):
        cloudinary.api.ping(**standin.sdk)
    standin.limit(2)
    cloudinary.api.ping(**standin.sdk)
    assert [call["status"] for call in standin.calls("api")] == [200, 200, 420, 200]


def test_folders_are_renamed_with_all_below_them(standin: Standin, photo: bytes) -> None:
    for public_id, folder in {"a": "sayno", "b": "sayno/deeper", "c": "saynot"}.items():
        standin.upload(photo, public_id, folder=folder)
    cloudinary.api.rename_folder("sayno", "sayyes", **standin.sdk)
    folders = {name: asset["asset_folder"] for name, asset in standin.state()["assets"].items()}
    assert folders == {"a": "sayyes", "b": "sayyes/deeper", "c": "saynot"}


def test_the_client_is_told_what_is_wrong(standin: Standin) -> None:
    with pytest.raises(StandinError, match="Resource not found - nobody"):
        standin.approve("nobody")
    with pytest.raises(StandinError, match="no fault 'flood'"):
        standin.faults("api", "flood")


def test_an_upload_is_limited_in_size_as_the_account_says(standin: Standin, photo: bytes) -> None:
    standin.settings(largest=len(photo) - 1)
    limits = cloudinary.api.usage(**standin.sdk)["media_limits"]
    assert limits["image_max_size_bytes"] == len(photo) - 1
    with pytest.raises(cloudinary.exceptions.BadRequest, match=r"File size too large\. Got "):
        cloudinary.uploader.upload(photo, public_id="a", **standin.sdk)
    assert standin.state()["assets"] == {}


def test_without_overwriting_an_upload_returns_what_is_there_with_its_context(standin: Standin, photo: bytes) -> None:
    first = cloudinary.uploader.upload(photo, public_id="a", context={"email": "x@example.com"}, **standin.sdk)
    second = cloudinary.uploader.upload(jpeg("teal"), public_id="a", overwrite=False, tags=["b"], **standin.sdk)
    assert (second["existing"], second["etag"], second["tags"]) == (True, first["etag"], [])
    assert second["context"] == {"custom": {"email": "x@example.com"}}


def test_with_fixed_folders_an_upload_has_none_but_in_its_public_id(standin: Standin, photo: bytes) -> None:
    standin.settings(fixed_folders=True)
    made = cloudinary.uploader.upload(photo, public_id="sayno/a", asset_folder="other", **standin.sdk)
    assert "asset_folder" not in made
    assert standin.asset("sayno/a")["asset_folder"] == ""
