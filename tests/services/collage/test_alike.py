"""People who sent several photos get one place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.adapters.store.photos.listing import Photo
from app.core.errors import StoreUnavailable
from app.services.collage.alike import Alike, grouped
from app.services.collage.plan import Parameters, plan, plan_revision
from scripts.sandbox import stored as people
from scripts.sandbox.waiting import wait_for

Put = Callable[..., str]


@pytest.fixture
def put(store: Store, exiftool: ExifTool, tmp_path: Path) -> Put:
    """Stores a photo, approved at `index`, with this address and picture."""

    def stored(index: int, email: str | None, picture: int | None = None) -> str:
        path = tmp_path / "one.jpg"
        path.write_bytes(people.plain_archive())
        exiftool.write(path, Tags(email, people.name(index), "asset", 1))
        intermediate = people.distinct(people.plain_intermediate(), index if picture is None else picture)
        store.photos.put(
            people.CAMPAIGN,
            people.name(index),
            path.read_bytes(),
            intermediate,
            people.APPROVED + index,
        )
        return people.name(index)

    return stored


def build(store: Store, **wish: Any) -> dict[str, Any]:
    return people.built(store, width=600, height=400, **wish)


def shown(manifest: dict[str, Any]) -> list[str]:
    return [tile["public_id"] for tile in manifest["tiles"]]


def groups(store: Store, alike: Alike | None = None) -> list[set[str]]:
    photos = store.photos.all(people.CAMPAIGN)
    found = (alike or Alike(store)).groups(people.CAMPAIGN, photos)
    return [{photo.public_id for photo in group} for group in found]


def test_two_photos_with_one_address_have_one_tile_and_the_older_is_a_duplicate(store: Store, put: Put) -> None:
    first, other, second = put(1, "ann@example.org"), put(2, "ben@example.org"), put(3, "ann@example.org")
    manifest = build(store)
    assert shown(manifest) == [other, second]
    assert (manifest["duplicates"], manifest["left_out"], manifest["unreadable"]) == ([first], [], [])
    assert manifest["layout"]["used"] == 2


def test_the_same_picture_sent_twice_is_one_person_whatever_the_addresses(store: Store, put: Put) -> None:
    first, second = put(1, "ann@example.org", picture=7), put(2, None, picture=7)
    manifest = build(store)
    assert (shown(manifest), manifest["duplicates"]) == ([second], [first])


def test_asked_for_every_photo_has_a_tile(store: Store, put: Put) -> None:
    everyone = [put(1, "ann@example.org"), put(2, "ann@example.org"), put(3, None, picture=2)]
    manifest = build(store, duplicates=True)
    assert (shown(manifest), manifest["duplicates"]) == (everyone, [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@example.org", "ANN@example.org"),
        ("Zoë", "Zoë"),
        ("ann at example.org", "ann at example.org"),
        ("日本語 ann", "日本語 ann"),
    ],
)
def test_addresses_are_compared_as_everywhere_in_whatever_form_exif_holds_them(
    store: Store, put: Put, one: str, other: str
) -> None:
    assert groups(store) == []
    people = {put(1, one), put(2, other)}
    put(3, f"{one}x")
    assert groups(store) == [people]


def test_photos_without_an_address_are_different_people(store: Store, put: Put) -> None:
    put(1, None), put(2, None)
    assert groups(store) == []


def test_photos_linked_by_an_address_and_a_picture_are_one_person(store: Store, put: Put) -> None:
    people = {put(1, "ann@example.org", picture=1), put(2, None, picture=1), put(3, "ANN@example.org")}
    assert groups(store) == [people]


def test_what_was_read_is_kept_and_a_corrected_address_is_read_again(store: Store, put: Put) -> None:
    reads: list[str] = []
    disk = store.root.files.disk

    class Counted:
        def __getattr__(self, name: str) -> Any:
            return getattr(disk, name)

        def read_start(self, path: Path, size: int) -> tuple[bytes, int]:
            if path.suffix == ".jpg":
                reads.append(path.name)
            return disk.read_start(path, size)

    people = {put(1, "ann@example.org"), put(2, "ann@example.org")}
    store.root.files.disk = Counted()  # type: ignore[assignment]
    alike = Alike(store)
    assert groups(store, alike) == groups(store, alike) == [people]
    assert len(reads) == 2
    put(2, "ben@example.org")
    assert groups(store, alike) == []
    assert len(reads) == 3


def test_unreadable_files_belong_to_nobody_and_a_missing_store_is_an_error(store: Store, put: Put) -> None:
    for index in (1, 2, 3):
        put(index, "ann@example.org")
    photos = store.photos.all(people.CAMPAIGN)
    for photo in photos[:2]:
        store.photos.archive_path(people.CAMPAIGN, photo.public_id).write_bytes(b"")
        store.photos.intermediate_path(people.CAMPAIGN, photo.public_id).write_bytes(b"")
    assert groups(store) == []
    shutil.rmtree(store.root.path)
    with pytest.raises(StoreUnavailable):
        Alike(store).groups(people.CAMPAIGN, photos)


def test_the_archive_of_a_photo_that_cannot_be_read_is_replaced_by_the_same_persons_other(
    store: Store, put: Put
) -> None:
    first, second = put(1, "ann@example.org"), put(2, "ann@example.org")
    people.break_intermediate(store, second)
    archive = store.photos.archive_path(people.CAMPAIGN, second)
    archive.write_bytes(archive.read_bytes()[:3000])  # its address is still there
    manifest = build(store)
    assert (shown(manifest), manifest["duplicates"], manifest["unreadable"]) == ([first], [], [second])


def test_when_the_photo_that_is_shown_is_withdrawn_the_persons_other_takes_its_place(store: Store, put: Put) -> None:
    first, other, second = put(1, "ann@example.org"), put(2, "ben@example.org"), put(3, "ann@example.org")
    published = store.collages.manifest(people.CAMPAIGN, build(store)["id"])
    revised = plan_revision(store, people.CAMPAIGN, published, [])
    assert revised is not None
    assert [photo.public_id for photo in revised.line.queue] == [other, second]
    assert [photo.public_id for photo in revised.line.others[second]] == [first]
    store.photos.remove(people.CAMPAIGN, second)
    revised = plan_revision(store, people.CAMPAIGN, published, [])
    assert revised is not None
    assert ([photo.public_id for photo in revised.line.queue], revised.line.others) == ([other, first], {})


def test_a_plan_counts_people(store: Store, put: Put) -> None:
    for index in range(4):
        put(index, "ann@example.org")
    put(5, "ben@example.org")
    assert plan(store, people.CAMPAIGN, Parameters(width=600, height=400)).grid.photos == 2


@given(st.lists(st.sets(st.integers(0, 9), max_size=3), max_size=20))
def test_photos_are_in_one_group_exactly_if_marks_lead_from_one_to_the_other(shared: list[set[int]]) -> None:
    marks = {Photo(f"p{number}", number): [bytes([mark]) for mark in some] for number, some in enumerate(shared)}
    found = grouped(marks)
    everyone = [photo for group in found for photo in group]
    assert len(everyone) == len(set(everyone))
    assert all(list(group) == sorted(group, key=lambda photo: photo.approved_at, reverse=True) for group in found)
    for photo, own in marks.items():
        reached, before = set(own), -1
        while len(reached) != before:  # everything reachable from here, step by step
            before = len(reached)
            reached |= {mark for some in marks.values() if reached.intersection(some) for mark in some}
        expected = {other for other, some in marks.items() if reached.intersection(some)} or {photo}
        assert next((set(group) for group in found if photo in group), {photo}) == expected


def test_what_takes_long_to_find_out_keeps_no_page_waiting(store: Store, put: Put) -> None:
    both = {put(0, "ann@example.org"), put(1, "ANN@example.org")}
    put(2, None)
    photos, alike = store.photos.all(people.CAMPAIGN), Alike(store)
    assert alike.soon(people.CAMPAIGN, photos, at_once=2) is None
    (found,) = wait_for(lambda: alike.soon(people.CAMPAIGN, photos, at_once=2), "the archives were read")
    assert {photo.public_id for photo in found} == both
    put(3, None)
    assert alike.soon(people.CAMPAIGN, store.photos.all(people.CAMPAIGN), at_once=2) == [found]
