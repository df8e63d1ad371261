"""The manifest: who is where, to the pixel, and what the files are."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import app
from app.adapters import imaging
from app.adapters.store import Store
from app.core.errors import BadParameters
from app.services.collage import layout, manifest
from scripts.sandbox.stored import break_both, built, contents, decoded, name, put, seated


@pytest.fixture(scope="module")
def module_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("manifest") / "store")
    store.root.initialise()
    return store


@pytest.fixture(scope="module")
def collage(module_store: Store) -> dict[str, Any]:
    """38 people on 600×800, some of them left out and one with broken files."""
    put(module_store, range(38))
    break_both(module_store, name(3))
    return built(module_store, width=600, height=800)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 120), st.integers(16, 320), st.integers(16, 320))
def test_tiles_tile_the_box_without_gap_or_overlap(people: int, width: int, height: int) -> None:
    try:
        grid = layout.best(people, width, height)
    except BadParameters:
        assume(False)
    tiles = manifest.tiles(grid, [f"p{number}" for number in range(grid.used)])
    covered = np.zeros((height, width), int)
    for number, tile in enumerate(tiles):
        assert set(tile) == {"public_id", "col", "row", "x", "y", "width", "height"}
        assert (tile["public_id"], tile["row"] * grid.cols + tile["col"]) == (f"p{number}", number)
        assert 0 <= tile["x"] < tile["x"] + tile["width"] <= width
        assert 0 <= tile["y"] < tile["y"] + tile["height"] <= height
        covered[tile["y"] : tile["y"] + tile["height"], tile["x"] : tile["x"] + tile["width"]] += 1
    left, top, box_width, box_height = grid.box
    expected = np.zeros((height, width), int)
    expected[top : top + box_height, left : left + box_width] = 1
    assert np.array_equal(covered, expected)
    # the design's rule for the box: centred, and as large as the grid where that is not clipped
    grid_width, grid_height = grid.cols * grid.horizontal.cell, grid.rows * grid.vertical.cell
    assert (box_width, box_height) == (min(width, grid_width), min(height, grid_height))
    assert (left, top) == (max(0, (width - grid_width) // 2), max(0, (height - grid_height) // 2))


def test_inner_tiles_are_whole_cells_and_edge_tiles_are_what_is_visible() -> None:
    grid = layout.best(229, 4096, 4096)
    tiles = manifest.tiles(grid, [str(number) for number in range(221)])
    places = {(tile["col"], tile["row"]): tuple(tile[key] for key in ("x", "y", "width", "height")) for tile in tiles}
    assert len(places) == 221
    assert places[0, 0] == (33, 0, 237, 310)
    assert places[1, 1] == (33 + 237, 310, 237, 316)
    assert places[16, 12] == (33 + 16 * 237, 4096 - 310, 237, 310)


def test_it_has_the_keys_of_the_design_and_no_others(collage: dict[str, Any]) -> None:
    assert set(collage) == {
        *("id", "campaign", "created_at", "canvas", "layout", "tiles"),
        *("left_out", "duplicates", "unreadable", "files", "versions"),
    }
    assert collage["canvas"] == {"width": 600, "height": 800}
    assert set(collage["layout"]) == {
        *("cols", "rows", "cell_width", "cell_height", "used", "left_out", "cost"),
        "terms",
    }
    for tile in collage["tiles"]:
        assert set(tile) == {"public_id", "col", "row", "x", "y", "width", "height"}
    for file in collage["files"]:
        assert set(file) == {"name", "width", "height", "bytes", "sha256"}
    assert collage["versions"] == {"imagemagick": imaging.version(), "collagen": app.__version__}
    assert collage["versions"]["imagemagick"].startswith("ImageMagick ")


def test_what_it_says_of_the_layout_agrees_with_itself(collage: dict[str, Any]) -> None:
    grid = collage["layout"]
    assert grid["used"] == grid["cols"] * grid["rows"] == len(collage["tiles"])
    assert grid["cell_width"] * 4 == grid["cell_height"] * 3
    terms = grid["terms"]
    assert terms["leave_out"] + terms["horizontal"] + terms["vertical"] == pytest.approx(grid["cost"], abs=0.01)
    assert terms["sum"].endswith(f"= {grid['cost']:.2f}")


def test_everyone_is_in_it_once_as_seated_left_out_or_unreadable(collage: dict[str, Any]) -> None:
    assert collage["unreadable"] == [name(3)]
    assert len(collage["left_out"]) > 0
    everyone = [*seated(collage), *collage["left_out"], *collage["unreadable"]]
    assert sorted(everyone) == sorted(name(index) for index in range(38))


def test_sizes_and_hashes_are_those_of_the_files(module_store: Store, collage: dict[str, Any]) -> None:
    files = contents(module_store, collage)
    assert list(files) == ["collage.png", "collage-1920.jpg", "collage-1024.jpg"]
    for file in collage["files"]:
        data = files[file["name"]]
        height, width = decoded(data).shape[:2]
        assert (file["width"], file["height"]) == (width, height)
        assert file["bytes"] == len(data)
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
    directory = module_store.collages.file("sayno", collage["id"], "manifest.json").parent
    assert {path.name for path in directory.iterdir()} == {*files, "manifest.json"}
    assert directory.name == collage["id"] == "0001"


def test_what_is_on_disk_is_what_the_build_returned(module_store: Store, collage: dict[str, Any]) -> None:
    path = module_store.collages.file("sayno", collage["id"], "manifest.json")
    assert json.loads(path.read_text(encoding="utf-8")) == collage
    assert module_store.collages.manifest("sayno", collage["id"]).as_json() == collage


def test_the_time_is_in_utc_and_ends_in_z(collage: dict[str, Any]) -> None:
    assert collage["created_at"] == "2026-11-20T06:04:05Z"
    for when in (datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC), datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)):
        said = manifest.manifest(
            collage="0001",
            campaign="sayno",
            created_at=when,
            layout=layout.best(1, 100, 100),
            seated=["a"],
            left_out=[],
            duplicates=[],
            unreadable=[],
            files=[],
            versions={},
        )["created_at"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said)
        assert datetime.fromisoformat(said) == when.replace(microsecond=0)


def test_a_public_id_in_another_alphabet_stays_as_it_is(store: Store) -> None:
    person, picture = "фото/ünï #1", put(store, range(1), campaign="other")
    store.photos.put(
        "sayno",
        person,
        store.photos.archive("other", picture[0]) or b"",
        store.photos.intermediate("other", picture[0]) or b"",
        1.0,
    )
    built(store, width=60, height=80)
    raw = store.collages.file("sayno", "0001", "manifest.json").read_text(encoding="utf-8")
    assert person in raw
    assert seated(json.loads(raw)) == [person]
