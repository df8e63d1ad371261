"""The newest collage at any width: made once, without people who have withdrawn."""

from __future__ import annotations

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.adapters.store import Store
from app.core.errors import NotFound
from app.services.collage.withdrawn import Withdrawn
from app.services.face.newest import Collage, Newest
from app.services.face.pictures import Pictures
from app.services.face.sizes import BURST
from app.services.wall.cache import Cache
from app.services.wall.finished import Finished
from scripts.sandbox import stored

PEOPLE = 12
GREY = (0xD9, 0xD9, 0xD9)


class Counting(Finished):
    """Counts how often a picture is made of a derivative."""

    made = 0

    def derivative(self, campaign: str, collage: str, name: str) -> bytes:
        self.made += 1
        return super().derivative(campaign, collage, name)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 people in sayno and a collage of them, 2400 pixels wide."""
    store = Store(tmp_path_factory.mktemp("face") / "store")
    store.root.initialise()
    stored.put(store, range(PEOPLE))
    stored.built(store, width=2400, height=2400)
    return store.root.path


class Made:
    """A store of one's own, and what is made of it. `now`: seconds of its clock."""

    def __init__(self, model: Path, top: Path) -> None:
        shutil.copytree(model, top / "store", copy_function=shutil.copy2)
        self.store = Store(top / "store")
        self.now = 0.0
        cache = Cache(self.store.path, top / "cache")
        withdrawn = Withdrawn(self.store)
        self.finished = Counting(self.store, withdrawn, cache)
        self.newest = Newest(self.store, withdrawn)
        self.pictures = Pictures(self.store, self.finished, cache, lambda: self.now)

    @property
    def collage(self) -> Collage:
        found = self.newest.of("sayno")
        assert found is not None
        return found

    def data(self, width: int | None) -> bytes:
        return self.pictures.data(self.pictures.picture(self.collage, "jpeg", width))[1]


@pytest.fixture
def made(model: Path, tmp_path: Path) -> Made:
    return Made(model, tmp_path)


def pixels(picture: bytes) -> stored.Pixels:
    with Image.open(io.BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


@pytest.mark.parametrize("width", [1, 333, 640, 1920, 2100])
def test_a_picture_has_the_requested_width_and_the_collages_shape(made: Made, width: int) -> None:
    usual = made.collage.picture
    shape = pixels(made.data(width)).shape
    assert shape[1] == width
    assert abs(shape[0] - usual.height * width / usual.width) <= 1


def test_a_picture_is_never_enlarged(made: Made) -> None:
    widest = pixels(made.data(16_000)).shape[1]
    assert made.collage.picture.width == 1920 < widest <= 2400
    assert made.data(16_000) == made.data(widest)


def test_many_requests_at_once_make_one_picture(made: Made) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(made.data, [640] * 16))
    assert len(answers) == 1
    assert made.finished.made == 1


def test_when_too_many_widths_are_requested_the_next_of_the_ladder_is_the_answer(made: Made) -> None:
    for width in range(81, 81 + BURST):
        if width % 80:
            assert pixels(made.data(width)).shape[1] == width
    assert pixels(made.data(85)).shape[1] == 85, "what was made is kept"
    assert pixels(made.data(333)).shape[1] == 400
    assert pixels(made.data(480)).shape[1] == 480
    made.now += 10
    assert pixels(made.data(333)).shape[1] == 333


@pytest.mark.parametrize("width", [333, None, 2200])
def test_who_withdraws_is_gone_from_every_width_at_once(made: Made, width: int | None) -> None:
    before, picture = made.pictures.picture(made.collage, "jpeg", width), made.data(width)
    tile = made.store.collages.manifest("sayno", "0001").tiles[0]
    made.store.photos.remove("sayno", tile.public_id)
    after, changed = made.pictures.picture(made.collage, "jpeg", width), made.data(width)
    assert after.tag != before.tag
    scale = pixels(picture).shape[1] / made.pictures.picture(made.collage, "jpeg", 16_000).width
    middle = round(tile.height * scale / 2), round(tile.width * scale / 2)
    assert np.abs(pixels(changed)[middle] - GREY).max() < 8
    assert np.abs(pixels(picture)[middle] - GREY).max() > 8


def test_the_master_is_withheld_while_it_shows_somebody_who_has_withdrawn(made: Made) -> None:
    assert made.pictures.master(made.collage).name == "collage.png"
    made.store.photos.remove("sayno", stored.name(0))
    with pytest.raises(NotFound, match="not available"):
        made.pictures.master(made.collage)


def test_a_damaged_collage_is_passed_over_for_the_one_before(made: Made) -> None:
    stored.built(made.store, width=400, height=400)
    assert made.collage.summary.id == "0002"
    made.store.collages.path("sayno", "0002", "manifest.json").write_bytes(b"{")
    assert made.collage.summary.id == "0001"
    assert made.newest.of("nobody") is None
