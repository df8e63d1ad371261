"""The steps of a build: who gets in over several collages, and what happens if photos or the store fail half-way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.adapters.store import Store
from app.core.errors import BadParameters, NotFound, StoreUnavailable
from app.services.collage import job
from app.services.collage.build import build
from app.services.collage.plan import Parameters, plan
from scripts.sandbox.stored import (
    CAMPAIGN,
    NOW,
    break_archive,
    break_both,
    break_intermediate,
    built,
    contents,
    decoded,
    intermediate,
    name,
    nothing,
    plain_intermediate,
    put,
    seated,
)

SMALL: dict[str, Any] = {"width": 240, "height": 240}
TALL: dict[str, Any] = {"width": 240, "height": 1800}  # several bands


@pytest.fixture
def other_store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "another" / "store")
    made.root.initialise()
    return made


def names(indices: range) -> list[str]:
    return [name(index) for index in indices]


def test_the_same_photos_and_parameters_give_the_same_bytes(store: Store, other_store: Store) -> None:
    put(store, range(31))
    for index in reversed(range(31)):  # the directory lists them in another order
        put(other_store, range(index, index + 1))
    first = built(store, width=600, height=800)
    # and a separate process makes the same
    started = job.start(other_store, CAMPAIGN, Parameters(width=600, height=800))
    assert started.wait(300)
    second = other_store.collages.manifest(CAMPAIGN, started.id).as_json()
    files = contents(store, first)
    assert len(files) == 3
    assert files == contents(other_store, second)
    assert {key: value for key, value in first.items() if key != "created_at"} == {
        key: value for key, value in second.items() if key != "created_at"
    }


def test_those_left_out_of_one_collage_have_the_first_claim_to_the_next(store: Store) -> None:
    people = put(store, range(53))
    first = built(store, **SMALL)
    left_out = first["left_out"]
    assert len(left_out) == 5
    assert left_out == people[-len(left_out) :]
    queue = plan(store, CAMPAIGN, Parameters(**SMALL)).line.queue
    assert [photo.public_id for photo in queue] == left_out + people[: -len(left_out)]

    second = built(store, **SMALL)
    assert set(left_out) <= set(seated(second))
    # the other places go to those approved last among those who have been in one
    assert second["left_out"] == [person for person in people if person not in seated(second)]
    assert set(second["left_out"]).isdisjoint(left_out)
    assert seated(second) == [person for person in people if person in seated(second)]


def test_over_some_collages_of_a_few_everyone_gets_in_and_newcomers_first(store: Store) -> None:
    people = put(store, range(10))
    collages = [seated(built(store, photos=4, **SMALL)) for _ in range(2)]
    assert collages == [people[:4], people[4:8]]
    newcomers = put(store, range(10, 12))
    assert seated(built(store, photos=4, **SMALL)) == people[8:] + newcomers
    assert seated(built(store, photos=4, **SMALL)) == people[:4]


def test_an_excluded_person_is_neither_in_it_nor_left_out(store: Store) -> None:
    people = put(store, range(6))
    collage = built(store, exclude=frozenset([people[0], people[3], "nobody"]), **SMALL)
    assert seated(collage) == [people[1], people[2], people[4], people[5]]
    assert collage["left_out"] == []


def test_no_more_are_in_it_than_asked_for_and_the_others_are_left_out(store: Store) -> None:
    people = put(store, range(8))
    collage = built(store, photos=6, **SMALL)
    assert seated(collage) == people[: collage["layout"]["used"]]
    assert collage["layout"]["used"] <= 6
    assert collage["left_out"] == people[collage["layout"]["used"] :]
    assert len(seated(built(store, photos=1000, **SMALL))) == 8


def test_photos_of_other_campaigns_are_not_in_it(store: Store) -> None:
    people = put(store, range(2))
    put(store, range(2, 9), campaign="other")
    assert seated(built(store, **SMALL)) == people


def test_collages_are_numbered_and_listed_in_order(store: Store) -> None:
    put(store, range(2))
    assert store.collages.ids(CAMPAIGN) == []
    assert [built(store, **SMALL)["id"] for _ in range(3)] == ["0001", "0002", "0003"]
    assert store.collages.ids(CAMPAIGN) == ["0001", "0002", "0003"]


def test_progress_rises_from_zero_to_one(store: Store) -> None:
    put(store, range(48))
    reported: list[float] = []
    built(store, progress=reported.append, **TALL)
    assert reported == sorted(reported)
    assert 0 < reported[0] < 0.2
    assert 0.95 < reported[-1] <= 1


def tile_pixels(store: Store, collage: dict[str, Any], person: str) -> np.ndarray[Any, Any]:
    (tile,) = (tile for tile in collage["tiles"] if tile["public_id"] == person)
    master = decoded(contents(store, collage)["collage.png"])
    return master[tile["y"] : tile["y"] + tile["height"], tile["x"] : tile["x"] + tile["width"], :3]


def test_a_truncated_intermediate_is_made_up_for_by_the_archive(store: Store) -> None:
    people = put(store, range(6))  # everyone's archive is magenta
    break_intermediate(store, people[2])
    collage = built(store, **SMALL)
    assert seated(collage) == people
    assert collage["unreadable"] == []
    assert np.abs(tile_pixels(store, collage, people[2]).astype(int) - (255, 0, 255)).mean() < 3
    assert np.abs(tile_pixels(store, collage, people[1]).astype(int) - (255, 0, 255)).mean() > 30


def test_progress_does_not_fall_where_others_have_to_take_places(store: Store) -> None:
    people = put(store, range(48))
    break_both(store, people[3])
    reported: list[float] = []
    built(store, progress=reported.append, **TALL)
    assert reported == sorted(reported)
    assert reported[-1] == 1


def test_an_unreadable_person_is_named_and_the_next_in_line_takes_the_place(store: Store) -> None:
    people = put(store, range(52))
    grid = plan(store, CAMPAIGN, Parameters(**SMALL)).grid
    assert grid.left_out >= 2
    break_both(store, people[0], people[7])
    collage = built(store, **SMALL)
    assert collage["unreadable"] == [people[0], people[7]]
    # the grid is the same, the line has moved up
    assert (collage["layout"]["cols"], collage["layout"]["rows"]) == (grid.cols, grid.rows)
    readable = [person for person in people if person not in collage["unreadable"]]
    assert seated(collage) == readable[: grid.used]
    assert collage["left_out"] == readable[grid.used :]


def test_those_who_move_up_are_seated_in_order_of_approval(store: Store) -> None:
    people = put(store, range(5))
    first = built(store, photos=2, **SMALL)
    assert seated(first) == people[:2]
    break_both(store, people[3])
    # the line is 2, 3, 4, 0, 1: the first moves up for the fourth, and sits before everyone
    second = built(store, photos=4, **SMALL)
    assert second["unreadable"] == [people[3]]
    assert seated(second) == [people[0], people[1], people[2], people[4]]


def test_when_the_line_ends_the_grid_is_smaller(store: Store) -> None:
    people = put(store, range(12))
    grid = plan(store, CAMPAIGN, Parameters(**SMALL)).grid
    assert grid.used == 12
    break_both(store, *people[2:6])
    collage = built(store, **SMALL)
    assert collage["unreadable"] == people[2:6]
    readable = people[:2] + people[6:]
    of_eight = plan(store, CAMPAIGN, Parameters(exclude=frozenset(people[2:6]), **SMALL)).grid
    assert collage["layout"]["used"] == of_eight.used
    assert (collage["layout"]["cols"], collage["layout"]["rows"]) == (of_eight.cols, of_eight.rows)
    assert seated(collage) + collage["left_out"] == readable


def test_a_smaller_grid_has_larger_cells_which_other_files_may_have_to_fill(store: Store) -> None:
    """Two of three are unreadable, so the third gets a cell larger than an intermediate."""
    people = put(store, range(3))
    break_both(store, *people[1:])
    collage = built(store, width=600, height=800)
    assert collage["layout"]["used"] == 1
    assert np.abs(tile_pixels(store, collage, people[0]).astype(int) - (255, 0, 255)).mean() < 3  # its archive
    # and if that is broken too, nobody is left
    break_archive(store, people[0])
    with pytest.raises(BadParameters, match="None of"):
        built(store, width=600, height=800)


def test_nothing_is_published_if_no_photo_can_be_read(store: Store) -> None:
    people = put(store, range(5))
    break_both(store, *people)
    with pytest.raises(BadParameters, match=r"^None of .* can be read.*\.$"):
        built(store, **SMALL)
    assert store.collages.ids(CAMPAIGN) == []
    # and once they can, the same campaign can have one
    for index, person in enumerate(people):
        store.photos.intermediate_path(CAMPAIGN, person).write_bytes(intermediate(index))
    assert built(store, **SMALL)["unreadable"] == []


@pytest.mark.parametrize("wish", [{"photos": 0}, {"photos": -1}, {"width": 0}, {"width": 16_384, "height": 16_384}])
def test_parameters_that_make_no_collage_are_refused(store: Store, wish: dict[str, Any]) -> None:
    put(store, range(1))
    with pytest.raises(BadParameters, match=r"^[^\n]+\.$"):
        built(store, **wish)
    assert store.collages.ids(CAMPAIGN) == []


def test_a_campaign_without_photos_is_refused(store: Store) -> None:
    with pytest.raises(BadParameters, match="no approved photos"):
        built(store)
    people = put(store, range(1))
    with pytest.raises(BadParameters, match="no approved photos"):
        built(store, exclude=frozenset(people))


@pytest.mark.parametrize(
    "part", [0.0, 0.49, 0.6, 0.9, 0.99], ids=["cells", "all cells", "master", "derivatives", "manifest"]
)
def test_a_store_that_vanishes_during_the_build_ends_it_and_nothing_is_written_where_it_was(
    store: Store, part: float
) -> None:
    put(store, range(24))
    elsewhere = store.root.path.with_name("elsewhere")

    def vanish(progress: float) -> None:
        if progress > part and not elsewhere.exists():
            store.root.path.rename(elsewhere)
            store.root.path.mkdir()  # the mount point stays

    with pytest.raises(StoreUnavailable):
        built(store, progress=vanish, **SMALL)
    assert list(store.root.path.iterdir()) == []
    assert Store(elsewhere).collages.ids(CAMPAIGN) == []


def test_nothing_of_a_collage_is_seen_before_it_is_whole(store: Store) -> None:
    put(store, range(24))
    seen: list[list[str]] = []
    built(store, progress=lambda part: seen.append(store.collages.ids(CAMPAIGN)), **TALL)
    assert len(seen) > 4
    assert set(map(tuple, seen)) == {()}
    assert store.collages.ids(CAMPAIGN) == ["0001"]


def test_a_build_that_fails_in_between_leaves_the_finished_collages_as_they_were(store: Store) -> None:
    put(store, range(4))
    first = built(store, **SMALL)
    before = contents(store, first)

    def fail(part: float) -> None:
        if part > 0.8:
            raise KeyboardInterrupt

    draft = store.collages.begin(CAMPAIGN)
    with pytest.raises(KeyboardInterrupt):
        build(store, draft, plan(store, CAMPAIGN, Parameters(**SMALL)), NOW, fail)
    os.close(draft.lock)
    assert store.collages.ids(CAMPAIGN) == ["0001"]
    assert contents(store, first) == before
    with pytest.raises(NotFound):
        store.collages.manifest(CAMPAIGN, draft.id)
    assert built(store, **SMALL)["id"] == "0003"
    assert {path.name for path in draft.directory.parent.iterdir() if path.is_dir()} == {"0001", "0003"}


def test_a_photo_of_another_shape_of_file_does_not_fail_a_collage(store: Store) -> None:
    """For example a PNG in place of an archive, or a JPEG in place of an intermediate."""
    people = put(store, range(3))
    store.photos.archive_path(CAMPAIGN, people[0]).write_bytes(plain_intermediate())
    store.photos.intermediate_path(CAMPAIGN, people[0]).write_bytes(b"%!PS-Adobe\n")
    os.utime(store.photos.archive_path(CAMPAIGN, people[0]), (1, 1))
    collage = built(store, progress=nothing, **SMALL)
    assert collage["unreadable"] == [people[0]]
    assert seated(collage) == people[1:]
