"""The wall of a collage in a look: what the look made of each photo, and nobody else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.adapters.store import Store
from app.services.collage.finish import Finish
from app.services.looks.standing import UsedLook
from app.services.wall.cache import Cache
from app.services.wall.geometry import Box, Piece
from app.services.wall.tile import BACKGROUND, Painter, Shown
from app.services.wall.wall import Sheet, Wall, Walls
from scripts.sandbox import stored
from tests.support.looks import put_look

CAMPAIGN = stored.CAMPAIGN
GREEN, ORANGE = (20, 160, 40), (255, 148, 22)
DARK = UsedLook("dark", "0123456789abcdef")


@pytest.fixture
def walls(store: Store, tmp_path: Path) -> Walls:
    """The first person's result is opaque, that of the second transparent in its upper half."""
    stored.put(store, range(2))
    put_look(store, [stored.name(0)], GREEN, size=(800, 800))
    put_look(store, [stored.name(1)], (*GREEN, 255))
    stored.built(store, width=600, height=400, look=DARK, finish=Finish(background="#FF9416"))
    return Walls(store, Cache(store.root.path, tmp_path / "cache"))


@pytest.fixture
def wall(walls: Walls) -> Wall:
    found = walls.wall(CAMPAIGN, "0001")
    assert (found.grid.cols, found.grid.rows) == (2, 1)
    return found


def rows(store: Store, sheet: Sheet) -> stored.Pixels:
    made = Painter(store).rows(sheet.campaign, *sheet.size, sheet.shown, sheet.look)
    return np.frombuffer(bytes(made), np.uint8).reshape(sheet.size[1], sheet.size[0], 3)


def cell(wall: Wall, pixels: stored.Pixels, public_id: str) -> stored.Pixels:
    seat = wall.seat(public_id)
    assert seat is not None
    half = pixels.shape[1] // 2
    return pixels[:, seat[0] * half + 3 : (seat[0] + 1) * half - 3]


@pytest.mark.parametrize("size", [(90, 120), (210, 280), (600, 800)])
def test_a_cell_of_any_size_shows_what_the_look_made(store: Store, wall: Wall, size: tuple[int, int]) -> None:
    """From the copies, the intermediate and the result."""
    shown: list[Shown] = [
        (Piece(column, 0, size, Box(0, 0, *size), column * size[0], 0), stored.name(column)) for column in range(2)
    ]
    sheet = Sheet(CAMPAIGN, "", b"", (2 * size[0], size[1]), shown, look=wall.look)
    seen = rows(store, sheet).astype(int)
    assert np.abs(seen[:, : size[0]] - GREEN).max() <= 3
    half = size[1] // 2
    assert np.abs(seen[: half - 3, size[0] :] - ORANGE).max() == 0
    assert np.abs(seen[half + 3 :, size[0] :] - GREEN).max() == 0


def test_somebody_who_is_gone_or_whose_photo_is_another_is_not_shown(store: Store, walls: Walls, wall: Wall) -> None:
    level = wall.grid.highest - 3
    before = walls.tile(wall, level, 0, 0)
    walls.jpeg(before)
    archive, small = stored.plain_archive(), stored.plain_intermediate()
    store.photos.put(CAMPAIGN, stored.name(1), archive, small, stored.APPROVED + 9, 9)
    after = walls.tile(wall, level, 0, 0)
    assert after.key != before.key
    assert (cell(wall, rows(store, after), stored.name(1)) == BACKGROUND).all()
    assert np.abs(cell(wall, rows(store, after), stored.name(0)).astype(int) - GREEN).max() <= 3
    put_look(store, [stored.name(1)], GREEN)
    again = walls.tile(wall, level, 0, 0)
    assert again.key != after.key
    assert np.abs(cell(wall, rows(store, again), stored.name(1)).astype(int) - GREEN).max() <= 3
    store.photos.remove(CAMPAIGN, stored.name(1))
    gone = walls.tile(wall, level, 0, 0)
    assert (cell(wall, rows(store, gone), stored.name(1)) == BACKGROUND).all()
