"""What services ask of a source: Cloudinary and a folder give the same answers."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.core.errors import SourceUnavailable
from app.core.sources import Asset, Listed, Source, Status, pages
from scripts.sandbox.pictures import jpeg, scene
from scripts.sandbox.standin.client import Standin
from tests.support.sources import InCloudinary, InFolder, Place

PICTURE, OTHER = jpeg(scene(300, 400)), jpeg(scene(150, 200))
STATUSES: tuple[Status, ...] = ("approved", "pending", "rejected")


@pytest.fixture(params=["cloudinary", "folder"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return InFolder(tmp_path / "pictures")
    standin: Standin = request.getfixturevalue("standin")
    return InCloudinary(standin, tmp_path)


def stated(source: Source, public_id: str) -> Asset:
    found = source.state(public_id)
    assert found is not None
    return found


def listed(source: Source, ask: Callable[[str | None], object]) -> dict[str, Listed]:
    return {row.asset.public_id: row for page in pages(ask) for row in page.rows}  # type: ignore[arg-type]


def test_the_state_of_an_approved_photo_says_where_it_is_and_whose(place: Place) -> None:
    place.put("a/b", PICTURE, email="ann@example.org")
    found = stated(place.source, "a/b")
    assert (found.public_id, found.folder, found.kind) == ("a/b", place.folder, "image")
    assert (found.approved, found.email) == (True, "ann@example.org")
    assert found.version > 0
    assert found.approved_at > 0
    assert found.asset_id


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_a_moderator_has_approved_is_approved(place: Place, status: Status) -> None:
    place.put("a", PICTURE, status)
    assert stated(place.source, "a").approved == (status == "approved")


@pytest.mark.parametrize("public_id", ["a", "a/b", "pictures", "Ärger"])
def test_what_is_not_there_has_no_state(place: Place, public_id: str) -> None:
    place.put("a/c", PICTURE)
    assert place.source.state(public_id) is None


def test_the_picture_is_the_one_that_was_put_there(place: Place) -> None:
    place.put("a", PICTURE)
    found = stated(place.source, "a")
    with Image.open(io.BytesIO(place.source.picture("a", found.url))) as image:
        assert (image.format, image.size) == ("JPEG", (300, 400))


def test_a_replaced_picture_is_another_version_and_an_untouched_one_is_not(place: Place) -> None:
    place.put("a", PICTURE)
    before = stated(place.source, "a")
    assert stated(place.source, "a") == before
    place.put("a", OTHER)
    after = stated(place.source, "a")
    assert (after.version, after.asset_id) != (before.version, before.asset_id)
    with Image.open(io.BytesIO(place.source.picture("a", after.url))) as image:
        assert image.size == (150, 200)


def test_a_renamed_photo_is_gone_under_its_old_name(place: Place) -> None:
    place.put("a", PICTURE)
    place.rename("a", "b")
    assert place.source.state("a") is None
    assert stated(place.source, "b").approved


def test_the_campaigns_list_has_every_approved_photo_as_its_state_is(place: Place) -> None:
    for name in ("a", "b/c", "d"):
        place.put(name, PICTURE, email=f"{name.replace('/', '.')}@example.org")
    place.put("waits", PICTURE, "pending")
    found = listed(place.source, lambda cursor: place.source.folder(place.folder, cursor))
    assert {name for name, row in found.items() if row.asset.approved} == {"a", "b/c", "d"}
    for name in ("a", "b/c", "d"):
        assert found[name].asset == stated(place.source, name)
        assert (found[name].status, found[name].format) == ("approved", "jpg")


def test_a_list_of_another_place_is_empty(place: Place) -> None:
    place.put("a", PICTURE)
    assert listed(place.source, lambda cursor: place.source.folder("elsewhere", cursor)) == {}


@pytest.mark.parametrize("status", STATUSES)
def test_the_list_of_a_status_has_the_photos_of_that_status(place: Place, status: Status) -> None:
    for each in STATUSES:
        place.put(each, PICTURE, each)
    found = listed(place.source, lambda cursor: place.source.moderated(status, cursor))
    assert set(found) == {status}
    assert found[status].status == status


def test_everything_is_listed_by_kind(place: Place) -> None:
    place.put("a", PICTURE)
    place.put("b", PICTURE, "pending")
    assert set(listed(place.source, lambda cursor: place.source.everything(cursor))) == {"a", "b"}
    assert listed(place.source, lambda cursor: place.source.everything(cursor, kind="video")) == {}


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
def test_moderation_changes_the_status_and_nothing_else(place: Place, before: Status, after: Status) -> None:
    place.put("a/b", PICTURE, before, email="ann@example.org")
    old = stated(place.source, "a/b")
    assert place.source.moderate("a/b", after)
    new = stated(place.source, "a/b")
    assert new.approved == (after == "approved")
    assert (new.public_id, new.version, new.asset_id, new.email) == ("a/b", old.version, old.asset_id, old.email)
    assert set(listed(place.source, lambda cursor: place.source.moderated(after, cursor))) == {"a/b"}


def test_what_is_not_there_cannot_be_moderated_or_deleted(place: Place) -> None:
    place.put("a", PICTURE)
    assert not place.source.moderate("never/there", "approved")
    assert not place.source.delete("never/there")


@pytest.mark.parametrize("status", STATUSES)
def test_a_deleted_photo_is_gone(place: Place, status: Status) -> None:
    place.put("a", PICTURE, status)
    place.put("b", PICTURE)
    assert place.source.delete("a")
    assert place.source.state("a") is None
    assert not place.source.delete("a")
    assert stated(place.source, "b").approved


def test_a_source_that_is_not_there_is_never_taken_for_an_empty_one(place: Place) -> None:
    place.put("a", PICTURE)
    place.source.ping()
    place.unplug()
    for ask in (
        place.source.ping,
        lambda: place.source.state("a"),
        lambda: place.source.folder(place.folder),
        lambda: place.source.moderated("approved"),
        lambda: place.source.moderate("a", "rejected"),
    ):
        with pytest.raises(SourceUnavailable):
            ask()
