"""Mosaics that are really built: what they show, who is in them, and that they can be built again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.adapters.store import Store
from app.adapters.store.collages.manifests import TARGET
from app.core.errors import BadParameters, CollageUnsound, NotFound
from app.services.check.collages import collage_findings
from app.services.collage.build import build
from app.services.collage.mosaic.picture import target
from app.services.collage.mosaic.wish import Mosaic, from_json, people_for, places
from app.services.collage.plan import plan_revision
from app.services.looks.standing import UsedLook
from scripts.sandbox.service import ROOT
from scripts.sandbox.stored import (
    CAMPAIGN,
    NOW,
    as_jpeg,
    as_png,
    break_both,
    built,
    contents,
    decoded,
    index_of,
    nothing,
    plain_intermediate,
    put,
    seated,
)
from tests.support.looks import put_look

GREYS = 48


def grey(index: int) -> bytes:
    """Everyone has a grey of their own, in no order."""
    level = (index * 29 % GREYS) * 5
    return plain_intermediate(f"#{level:02x}{level:02x}{level:02x}")


def level(public_id: str) -> int:
    return index_of(public_id) * 29 % GREYS


def halves(left: str = "black", right: str = "white", size: tuple[int, int] = (60, 80)) -> Image.Image:
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture


TWO = as_jpeg(halves())


def rebuilt(store: Store, collage: str, without: Collection[str] = ()) -> dict[str, Any]:
    old = store.collages.manifest(CAMPAIGN, collage)
    planned = plan_revision(store, CAMPAIGN, old, without)
    assert planned is not None
    draft = store.collages.begin(CAMPAIGN, revise=collage)
    try:
        return build(store, draft, planned, NOW, nothing, old)
    finally:
        os.close(draft.lock)


def sides(made: dict[str, Any]) -> tuple[list[int], list[int]]:
    """The greys in the left and in the right half of the grid."""
    cols = made["layout"]["cols"]
    left = [level(tile["public_id"]) for tile in made["tiles"] if tile["col"] < cols // 2]
    return left, [level(tile["public_id"]) for tile in made["tiles"] if tile["col"] >= (cols + 1) // 2]


def test_people_are_seated_so_that_together_they_show_the_picture(store: Store) -> None:
    put(store, range(GREYS), intermediate=grey)
    made = built(store, width=384, height=512, mosaic=Mosaic(TWO))
    left, right = sides(made)
    assert max(left) < min(right)
    assert len(set(seated(made))) == made["layout"]["used"]
    said = store.collages.manifest(CAMPAIGN, "0001").mosaic
    assert said is not None
    assert said.error < 0.8 * said.random_error
    assert said.finer.people == (made["layout"]["cols"] + 1) * (made["layout"]["rows"] + 1)
    assert collage_findings(store, CAMPAIGN, "0001") == []


def test_the_same_people_and_picture_make_the_same_mosaic(store: Store) -> None:
    put(store, range(12), intermediate=grey)
    first, second = (built(store, width=512, height=512, mosaic=Mosaic(TWO, tint=0.3)) for _ in range(2))
    assert contents(store, first) == contents(store, second)
    assert first["mosaic"] == second["mosaic"]


def test_who_is_left_out_comes_first_next_time_however_they_fit(store: Store) -> None:
    put(store, range(GREYS), intermediate=grey)
    black = Mosaic(as_jpeg(Image.new("RGB", (30, 40))))
    first = built(store, width=512, height=512, photos=20, mosaic=black)
    assert max(map(level, seated(first))) < min(map(level, first["left_out"]))
    second = built(store, width=512, height=512, photos=20, mosaic=black)
    assert not set(seated(first)) & set(seated(second))
    assert max(map(level, seated(second))) < GREYS - 1


def test_with_repeat_everyone_is_shown_and_nobody_too_often(store: Store) -> None:
    put(store, range(20), intermediate=grey)
    made = built(store, width=512, height=512, mosaic=Mosaic(TWO, repeat=5))
    times = Counter(seated(made))
    assert len(times) == 20
    assert max(times.values()) <= 5
    assert 40 < made["layout"]["used"] <= 60
    assert (made["left_out"], made["layout"]["left_out"]) == ([], 0)
    manifest = store.collages.manifest(CAMPAIGN, "0001")
    assert manifest.shown == tuple(dict.fromkeys(seated(made)))
    left, right = sides(made)
    assert np.mean(left) < np.mean(right) - 5
    few = built(store, width=512, height=512, photos=6, mosaic=Mosaic(TWO, repeat=5))
    assert len(set(seated(few))) == 6
    assert len(few["left_out"]) == 14
    store.photos.remove(CAMPAIGN, manifest.shown[0])
    again = rebuilt(store, "0001")
    assert set(seated(again)) == {*manifest.shown[1:]}
    assert again["layout"]["used"] == made["layout"]["used"]


def test_a_tint_is_blended_into_cells(store: Store) -> None:
    put(store, range(12), intermediate=lambda index: plain_intermediate("#808080"))
    red = as_jpeg(Image.new("RGB", (40, 40), (255, 0, 0)))
    made = built(store, width=384, height=512, mosaic=Mosaic(red, tint=0.4))
    first = made["tiles"][0]
    pixels = decoded(contents(store, made)["collage.png"])[first["y"] :, first["x"] :, :3].astype(int)
    assert abs(pixels[: first["height"], : first["width"]] - (179, 77, 77)).max() <= 3
    plain = built(store, width=384, height=512, mosaic=Mosaic(red))
    assert made["mosaic"]["error"] < plain["mosaic"]["error"]


def test_pinned_people_keep_their_places(store: Store) -> None:
    people = put(store, range(30), intermediate=grey)
    pin = {people[0]: "1,1", people[5]: "middle"}
    made = built(store, width=512, height=512, pin=pin, mosaic=Mosaic(TWO, repeat=2))
    assert made["pin"] == pin
    assert made["tiles"][0]["public_id"] == people[0]
    assert rebuilt(store, "0001", [people[1]])["tiles"][0]["public_id"] == people[0]


def test_a_mosaic_in_a_look_goes_by_the_colours_of_its_results(store: Store) -> None:
    people = put(store, range(12), intermediate=lambda index: plain_intermediate("#808080"))
    put_look(store, people[:6], (10, 10, 10))
    put_look(store, people[6:], (240, 240, 240))
    made = built(store, width=384, height=512, look=UsedLook("dark", "0123456789abcdef"), mosaic=Mosaic(TWO))
    cols = made["layout"]["cols"]
    assert all(index_of(tile["public_id"]) < 6 for tile in made["tiles"] if tile["col"] < cols // 2)


def test_photos_that_cannot_be_read_leave_their_places_to_others(store: Store) -> None:
    people = put(store, range(13), intermediate=grey)
    break_both(store, people[3], people[7])
    made = built(store, width=384, height=512, mosaic=Mosaic(TWO))
    assert sorted(made["unreadable"]) == sorted([people[3], people[7]])
    assert len(set(seated(made))) == made["layout"]["used"] >= 9


def test_a_revision_shows_the_same_picture_without_those_who_are_gone(store: Store) -> None:
    put(store, range(GREYS), intermediate=grey)
    first = built(store, width=384, height=512, mosaic=Mosaic(TWO, tint=0.2))
    gone = seated(first)[0]
    store.photos.remove(CAMPAIGN, gone)
    second = rebuilt(store, "0001")
    assert gone not in str(second)
    left, right = sides(second)
    assert max(left) < min(right)
    assert second["mosaic"]["target_sha256"] == first["mosaic"]["target_sha256"]
    assert second["mosaic"]["tint"] == 0.2
    assert collage_findings(store, CAMPAIGN, "0001") == []


def test_the_picture_is_no_file_of_the_collage(store: Store) -> None:
    put(store, range(4), intermediate=grey)
    built(store, width=256, height=256, mosaic=Mosaic(TWO))
    assert store.collages.read(CAMPAIGN, "0001", TARGET) == TWO
    with pytest.raises(NotFound):
        store.collages.file(CAMPAIGN, "0001", TARGET)


def test_a_mosaic_whose_picture_is_lost_is_found_and_still_loses_people(store: Store) -> None:
    put(store, range(12), intermediate=grey)
    made = built(store, width=384, height=512, mosaic=Mosaic(TWO, repeat=3))
    path = store.collages.path(CAMPAIGN, "0001", TARGET)
    path.write_bytes(b"something else")
    assert [finding.problem for finding in collage_findings(store, CAMPAIGN, "0001")] == ["is damaged"]
    path.unlink()
    assert [finding.problem for finding in collage_findings(store, CAMPAIGN, "0001")] == ["is missing"]
    gone = seated(made)[0]
    again = rebuilt(store, "0001", [gone])
    assert "mosaic" not in again
    assert len(set(seated(again))) == len(again["tiles"])
    assert gone not in seated(again)


@pytest.mark.parametrize(
    "damage",
    [
        {"repeat": 0},
        {"repeat": 101},
        {"tint": 0.5},
        {"tint": True},
        {"error": "1"},
        {"target_sha256": 3},
        {"finer": []},
        {"finer": {"cols": 1, "rows": 1}},
    ],
)
def test_a_damaged_description_of_a_mosaic_makes_the_manifest_unsound(store: Store, damage: dict[str, Any]) -> None:
    put(store, range(1), intermediate=grey)
    made = built(store, width=120, height=160, mosaic=Mosaic(TWO))
    store.collages.rewrite_manifest(CAMPAIGN, "0001", made | {"mosaic": made["mosaic"] | damage})
    with pytest.raises(CollageUnsound):
        store.collages.manifest(CAMPAIGN, "0001")


def test_a_picture_of_any_format_becomes_a_small_jpeg() -> None:
    made = target(as_png(halves("#ff0000", "#0000ff", (2400, 1800))))
    assert decoded(made).shape == (900, 1200, 3)
    with pytest.raises(BadParameters, match="No mosaic can be made of this picture"):
        target(b"<svg/>")
    with pytest.raises(BadParameters, match="may have 30 MB"):
        target(bytes(30_000_001))


def test_repeat_and_tint_have_bounds() -> None:
    for wrong in ({"repeat": 0}, {"repeat": 101}, {"tint": -0.1}, {"tint": 0.41}, {"tint": float("nan")}):
        with pytest.raises(BadParameters):
            Mosaic(TWO, **wrong)


def test_a_mosaic_passes_through_json_unchanged() -> None:
    asked = Mosaic(TWO, 3, 0.25)
    assert from_json(asked.as_json()) == asked


def test_places_grow_with_repeats_and_people_for_them_are_the_inverse() -> None:
    assert (places(100, 1), places(100, 3), places(229, 10)) == (100, 200, 1259)
    assert people_for(1064, 1) == 1064
    assert places(people_for(500, 4), 4) >= 500
    assert places(30_000, 100) == 40_000


def test_only_a_mosaic_loads_scipy() -> None:
    code = "import sys, app.web.app, app.cli, app.services.collage.build; print('scipy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert answer.stdout == "False\n"
