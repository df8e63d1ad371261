"""Collages in a look: who is in them, which files cells are made from, and what is transparent."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Collection
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.adapters.store import Store
from app.adapters.store.collages import manifests
from app.core.errors import BadParameters, CollageUnsound
from app.services.check.collages import collage_findings
from app.services.collage import job
from app.services.collage.build import build
from app.services.collage.finish import finish
from app.services.collage.plan import CollagePlan, Parameters, plan, plan_revision
from app.services.looks.standing import UsedLook
from scripts.sandbox.stored import CAMPAIGN, NOW, as_jpeg, built, contents, decoded, name, put, seated
from tests.support.looks import plain, put_look, put_pixels

RECIPE = "0123456789abcdef"
DARK = UsedLook("dark", RECIPE)
GREEN, RED = (20, 160, 40), (200, 30, 40)


def everyone(count: int) -> list[str]:
    return [name(index) for index in range(count)]


def revised(store: Store, collage: str, without: Collection[str]) -> CollagePlan | None:
    return plan_revision(store, CAMPAIGN, store.collages.manifest(CAMPAIGN, collage), without)


def rebuilt(store: Store, collage: str, without: Collection[str]) -> dict[str, Any]:
    old = store.collages.manifest(CAMPAIGN, collage)
    planned = plan_revision(store, CAMPAIGN, old, without)
    assert planned is not None
    draft = store.collages.begin(CAMPAIGN, revise=collage)
    try:
        return build(store, draft, planned, NOW, lambda part: None, old)
    finally:
        os.close(draft.lock)


def picture(store: Store, collage: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return decoded(contents(store, collage)["collage.png"])


def test_a_collage_in_a_look_shows_results_and_names_who_has_none(store: Store) -> None:
    put(store, range(5))
    put_look(store, everyone(4)[1:], GREEN)
    made = built(store, width=240, height=320, look=DARK)
    assert (made["look"], made["recipe"]) == ("dark", RECIPE)
    assert {*seated(made), *made["left_out"]} == {*everyone(4)[1:]}
    assert made["without_look"] == [name(0), name(4)]
    tile = made["tiles"][0]
    assert abs(picture(store, made)[tile["y"] + 5, tile["x"] + 5, :3].astype(int) - GREEN).max() <= 3
    assert collage_findings(store, CAMPAIGN, made["id"]) == []


def test_every_tile_of_a_collage_in_a_look_shows_the_whole_result_of_its_person(store: Store) -> None:
    put(store, range(12))
    down, across = np.mgrid[:800, :600] / 800
    for index in range(12):
        colours = np.stack([255 * down, 255 * across, np.full_like(down, 20 * index)], axis=2)
        put_pixels(store, [name(index)], np.roll(colours, index % 3, axis=2).astype(np.uint8))
    made = built(store, width=360, height=480, look=DARK)
    assert len(made["tiles"]) == 12
    whole, size = picture(store, made), (made["layout"]["cell_width"], made["layout"]["cell_height"])
    for tile in made["tiles"]:
        result = store.looks.intermediate(CAMPAIGN, "dark", tile["public_id"])
        assert result is not None
        expected = Image.open(io.BytesIO(result)).convert("RGB").resize(size, Image.Resampling.LANCZOS)
        shown = whole[tile["y"] : tile["y"] + size[1], tile["x"] : tile["x"] + size[0], :3]
        assert np.abs(shown.astype(int) - np.asarray(expected)).max() <= 6, tile


def test_large_cells_are_made_from_results_and_small_ones_from_intermediates(store: Store) -> None:
    put(store, range(1))
    put_look(store, [name(0)], GREEN)
    store.looks.path(CAMPAIGN, "dark", name(0), ".300x400.png").unlink()
    made = built(store, width=600, height=800, look=DARK)
    assert made["layout"]["cell_width"] == 600
    assert abs(picture(store, made)[400, 300, :3].astype(int) - GREEN).max() <= 3
    put_look(store, [name(0)], RED)
    path = store.looks.path(CAMPAIGN, "dark", name(0), ".jpg")
    path.write_bytes(path.read_bytes()[:4000])  # its record is still whole
    made = built(store, width=150, height=200, look=DARK)
    assert abs(picture(store, made)[100, 75, :3].astype(int) - RED).max() <= 3


@pytest.mark.parametrize(("background", "expected"), [(None, (255, 255, 255)), ("#FF9416", (255, 148, 22))])
@pytest.mark.parametrize("side", [90, 600])
def test_what_is_transparent_has_the_background_of_the_collage(
    store: Store, background: str | None, expected: tuple[int, int, int], side: int
) -> None:
    """Also right at the edge: the colour of what is transparent shows nowhere."""
    put(store, range(1))
    put_look(store, [name(0)], (*GREEN, 255))
    made = built(store, width=side, height=side * 4 // 3, look=DARK, finish=finish(background=background))
    pixels = picture(store, made).astype(int)[:, side // 2, :3]
    half = side * 2 // 3
    assert abs(pixels[: half - 3] - expected).max() == 0
    assert abs(pixels[half + 3 :] - GREEN).max() == 0


def test_the_middle_of_a_result_of_another_shape_is_shown(store: Store) -> None:
    put(store, range(1))
    put_look(store, [name(0)], GREEN)
    wide = np.concatenate([plain((300, 800), GREEN), plain((600, 800), RED), plain((300, 800), GREEN)], axis=1)
    path = store.looks.path(CAMPAIGN, "dark", name(0), ".jpg")
    head = path.read_bytes()
    other = as_jpeg(Image.fromarray(wide), 95, subsampling=0)
    end = 4 + int.from_bytes(head[4:6], "big")
    path.write_bytes(head[:end] + other[2:])  # with the same record
    made = built(store, width=600, height=800, look=DARK)
    pixels = picture(store, made)
    assert abs(pixels[400, [40, 300, 560], :3].astype(int) - RED).max() <= 4


def test_nobody_is_shown_in_a_result_of_another_recipe_or_of_a_former_photo(store: Store) -> None:
    put(store, range(3))
    put_look(store, [name(0)], GREEN)
    put_look(store, [name(1)], GREEN, recipe="another")
    put_look(store, [name(2)], GREEN)
    intermediate = store.photos.intermediate(CAMPAIGN, name(2))
    assert intermediate is not None
    store.photos.put_intermediate(CAMPAIGN, name(2), intermediate, 77.0)
    made = built(store, width=150, height=200, look=DARK)
    assert (seated(made), made["without_look"]) == ([name(0)], [name(1), name(2)])


def test_without_any_result_the_command_that_makes_them_is_named(store: Store) -> None:
    put(store, range(2))
    with pytest.raises(BadParameters, match=r"no|python -m app look sayno dark makes them"):
        plan(store, CAMPAIGN, Parameters(look=DARK))
    put_look(store, [name(0)], GREEN)
    with pytest.raises(BadParameters, match=r"is pinned, but has no current result of the look dark"):
        plan(store, CAMPAIGN, Parameters(look=DARK, pin={name(1): "middle"}))


def test_a_rebuilt_collage_keeps_its_look_also_where_the_recipe_has_changed(store: Store) -> None:
    put(store, range(4))
    put_look(store, everyone(3), GREEN)
    first = built(store, width=240, height=320, look=DARK)
    put_look(store, everyone(4)[1:], RED, recipe="newer")
    second = rebuilt(store, first["id"], {name(1)})
    assert (second["look"], second["recipe"], second["revision"]) == ("dark", "newer", 2)
    assert {*seated(second), *second["left_out"]} == {name(2), name(3)}
    tile = second["tiles"][0]
    assert abs(picture(store, second)[tile["y"] + 9, tile["x"] + 9, :3].astype(int) - RED).max() <= 3
    for public_id in everyone(4):
        store.looks.remove(CAMPAIGN, public_id)
    with pytest.raises(BadParameters, match=r"has a result of the look dark any more; python -m app look sayno dark"):
        revised(store, first["id"], ())
    assert revised(store, first["id"], {name(2)}) is None, "somebody is forgotten, which does not wait for a look"


def test_the_job_makes_the_same_bytes(store: Store) -> None:
    put(store, range(3))
    put_look(store, everyone(3), (*GREEN, 255))
    first = built(store, width=240, height=320, look=DARK)
    started = job.start(store, CAMPAIGN, Parameters(width=240, height=320, look=DARK))
    assert started.wait(300)
    second = store.collages.manifest(CAMPAIGN, started.id).as_json()
    assert contents(store, first) == contents(store, second)


def test_a_manifest_with_half_a_look_is_unsound(store: Store) -> None:
    put(store, range(1))
    put_look(store, [name(0)], GREEN)
    made = built(store, width=150, height=200, look=DARK)
    for wrong in ({"look": 5}, {"look": "../x"}, {"recipe": None}, {"without_look": [5]}):
        with pytest.raises(CollageUnsound):
            manifests.read(json.dumps(made | wrong).encode(), CAMPAIGN, made["id"])
    without = manifests.read(json.dumps(made | {"without_look": [name(3)]}).encode(), CAMPAIGN, made["id"])
    assert name(3) in without.not_shown
    assert without.without([name(3)])["without_look"] == []
