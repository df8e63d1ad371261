"""The wall's pages: who may see them, what they say, what they never reveal, and what they record."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.languages import load
from app.services.tracking.tokens import Claims, Tokens
from app.services.wall.cache import Cache
from app.services.wall.geometry import Grid
from app.services.wall.tile import BACKGROUND
from app.services.wall.wall import Walls
from app.web.pages.wall.page import place
from scripts.sandbox import stored
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.mailed import BROWSER, KEY, opens
from tests.support.stores import linked
from tests.support.web import application

RULES = """
[sayno]
title = "Say No"
public = true
[quiet]
title = "Among ourselves"
"""
TOKENS = Tokens([KEY])
PEOPLE = 13  # of whom 12 have a place
LAYOUT: dict[str, Any] = {"width": 400, "height": 400, "photos": 12}
EMAIL = "somebody@example.org"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, exiftool: ExifTool) -> Path:
    """13 people in both campaigns, whose archives name them; a collage of 12 of them in each."""
    directory = tmp_path_factory.mktemp("model")
    store = Store(directory / "store")
    store.root.initialise()
    for campaign in ("sayno", "quiet"):
        stored.put(store, range(PEOPLE), campaign, archive=stored.archive)
        for index in (0, 5):
            name = stored.name(index)
            path = directory / "tagged.jpg"
            path.write_bytes(stored.archive(index))
            exiftool.write(path, Tags(email=f"{index}{EMAIL}", public_id=name))
            at = stored.APPROVED + index
            store.photos.put(campaign, name, path.read_bytes(), stored.intermediate(index), at)
        stored.built(store, campaign, **LAYOUT)
    return store.root.path


@pytest.fixture
def store(model: Path, tmp_path: Path) -> Store:
    return linked(model, tmp_path / "store")


@pytest.fixture
def app(standin: Standin, store: Store, tmp_path: Path) -> Iterator[Flask]:
    (store.root.path.parent / "campaigns.toml").write_text(RULES)
    environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY)
    made = application(environ)
    made.extensions["collagen.walls"] = Walls(store, Cache(store.root.path, tmp_path / "cache"))
    yield made
    made.extensions["collagen"].close()


def own(index: int = 5, campaign: str = "sayno", what: str = "wall", collage: str = "0001") -> str:
    return f"/track/{TOKENS.image(Claims(campaign, collage, stored.name(index)))}/{what}"


def get(client: FlaskClient, path: str, method: str = "GET", **headers: str) -> TestResponse:
    return client.open(path, method=method, headers={"User-Agent": BROWSER} | headers)


def tile_of(page: TestResponse, level: int, x: int, y: int) -> str:
    found = re.search(r'data-tiles="([^"]+)"', page.text)
    assert found
    return f"{found[1]}{level}/{x}_{y}.jpg"


def pixels(answer: TestResponse) -> np.ndarray:
    with Image.open(io.BytesIO(answer.data)) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


def left_out(store: Store, campaign: str = "sayno") -> int:
    [public_id] = store.collages.manifest(campaign, "0001").left_out
    return stored.index_of(public_id)


def test_the_wall_of_a_public_campaign_is_for_everyone_and_says_how_many_there_are(client: FlaskClient) -> None:
    page = get(client, "/wall/sayno/0001")
    assert page.status_code == 200
    assert "12 people, one wall" in page.text
    assert page.text.count("Row 1: 4 people") == 1
    assert "you are" not in page.text
    tile = get(client, tile_of(page, 13, 1, 1))
    assert (tile.status_code, tile.content_type) == (200, "image/jpeg")
    assert tile.headers["Cache-Control"] == "no-cache"
    assert pixels(tile).shape == (512, 512, 3)


@pytest.mark.parametrize("path", ["", "/1/13/1_1.jpg", "/1/collage.jpg"])
def test_a_campaign_that_is_not_public_has_no_wall_for_everyone(client: FlaskClient, path: str) -> None:
    assert get(client, f"/wall/sayno/0001{path}").status_code == 200
    for campaign in ("quiet", "never"):
        answer = get(client, f"/wall/{campaign}/0001{path}")
        assert answer.status_code == 404
        assert "Among ourselves" not in answer.text
    # nobody learns whether there is such a campaign or collage
    assert get(client, "/wall/quiet/0001").text == get(client, "/wall/never/0009").text


@pytest.mark.parametrize("campaign", ["sayno", "quiet"])
def test_a_personal_link_says_where_one_is(client: FlaskClient, store: Store, campaign: str) -> None:
    page = get(client, own(5, campaign))
    [tile] = [tile for tile in store.collages.manifest(campaign, "0001").tiles if tile.public_id == stored.name(5)]
    assert page.status_code == 200
    assert "You and 11 others" in page.text
    assert f'data-col="{tile.col}" data-row="{tile.row}"' in page.text
    assert f"Row {tile.row + 1}: 4 people. You are number {tile.col + 1}." in page.text
    assert page.headers["Cache-Control"] == "no-store"
    picture = get(client, tile_of(page, 13, 0, 0))
    assert (picture.status_code, picture.headers["Cache-Control"]) == (200, "private, no-cache")


def test_the_page_of_a_personal_link_is_one_open_and_nothing_else_is_any(client: FlaskClient, store: Store) -> None:
    page = get(client, own())
    assert [(record["photo"], record["class"]) for record in opens(store)] == [(stored.name(5), "human")]
    for what in ("wall.jpg", "place-square.jpg", "place-story.jpg"):
        assert get(client, own(what=what)).status_code == 200
    for tile in (tile_of(page, 13, 0, 0), tile_of(page, 9, 0, 0)):
        assert get(client, tile).status_code == 200
    assert get(client, own(), "HEAD").status_code == 200
    assert get(client, "/wall/sayno/0001").status_code == 200
    assert get(client, own(collage="0009")).status_code == 404
    assert len(opens(store)) == 1
    get(client, own())
    assert len(opens(store)) == 2


def test_somebody_who_was_left_out_is_told_so_and_why(client: FlaskClient, store: Store) -> None:
    index = left_out(store)
    page = get(client, own(index))
    assert page.status_code == 200
    assert "Not in this one, but first in the next" in page.text
    assert "4 × 3 places" in page.text
    assert "data-col" not in page.text
    assert "place-square" not in page.text
    assert get(client, own(index, what="place-square.jpg")).status_code == 404
    assert len(opens(store)) == 1


def test_somebody_who_is_gone_is_told_so_and_nobody_sees_them(client: FlaskClient, store: Store) -> None:
    before = get(client, own())
    whole = get(client, own(what="wall.jpg"))
    store.photos.remove("sayno", stored.name(5))
    page = get(client, own())
    assert "no longer part of this campaign" in page.text
    assert "11 people" in page.text
    assert "data-col" not in page.text
    assert get(client, own(what="place-story.jpg")).status_code == 404
    [tile] = [tile for tile in store.collages.manifest("sayno", "0001").tiles if tile.public_id == stored.name(5)]
    place = (1500 * tile.col + 750) // 512, (2000 * tile.row + 1000) // 512
    assert np.abs(pixels(get(client, tile_of(before, 13, *place))) - BACKGROUND).max() < 6
    without = get(client, own(what="wall.jpg"))
    assert without.data != whole.data
    height, width = pixels(without).shape[:2]
    middle = pixels(without)[
        height * (2 * tile.row + 1) // 6 - 40 : height * (2 * tile.row + 1) // 6 + 40,
        width * (2 * tile.col + 1) // 8 - 40 : width * (2 * tile.col + 1) // 8 + 40,
    ]
    assert np.abs(middle - BACKGROUND).max() < 8


def test_a_mail_on_trial_leads_to_the_wall_and_records_nothing(client: FlaskClient, store: Store) -> None:
    token = TOKENS.image(Claims("sayno", "0001", ""))
    page = get(client, f"/track/{token}/wall")
    assert (page.status_code, "test mail" in page.text) == (200, True)
    assert get(client, f"/track/{token}/place-square.jpg").status_code == 404
    assert opens(store) == []


def test_somebody_who_came_later_is_told_so(client: FlaskClient, store: Store) -> None:
    stored.put(store, range(20, 21))
    assert "was not part of this wall when it was made" in get(client, own(20)).text


def test_a_browser_that_has_the_picture_is_not_sent_it_again_until_somebody_is_gone(
    client: FlaskClient, store: Store
) -> None:
    for path in (own(what="tiles/11/0_0.jpg"), own(what="place-square.jpg"), "/wall/sayno/0001/1/11/0_0.jpg"):
        first = get(client, path)
        again = get(client, path, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    whole = get(client, own(what="wall.jpg"))
    assert get(client, own(what="wall.jpg"), **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
    tag = get(client, own(what="tiles/11/0_0.jpg")).headers["ETag"]
    store.photos.remove("sayno", store.collages.manifest("sayno", "0001").shown[0])
    assert get(client, own(what="tiles/11/0_0.jpg"), **{"If-None-Match": tag}).status_code == 200


def test_after_a_revision_the_old_tiles_are_not_there_any_more(client: FlaskClient, store: Store) -> None:
    manifest = store.collages.manifest("sayno", "0001").as_json() | {"revision": 2}
    store.collages.rewrite_manifest("sayno", "0001", manifest)
    assert get(client, "/wall/sayno/0001/1/13/0_0.jpg").status_code == 404
    assert get(client, "/wall/sayno/0001/2/13/0_0.jpg").status_code == 200
    assert get(client, own(what="tiles/13/0_0.jpg") + "?r=1").status_code == 404
    assert get(client, own(what="tiles/13/0_0.jpg") + "?r=2").status_code == 200
    assert 'data-revision="2"' in get(client, own()).text


def test_a_wall_that_is_being_made_says_so_and_asks_again(client: FlaskClient, store: Store) -> None:
    draft = store.collages.begin("sayno")
    try:
        page = get(client, f"/wall/sayno/{draft.id}")
        assert (page.status_code, int(page.headers["Retry-After"]) > 0) == (503, True)
        assert "is being built" in page.text
        assert 'http-equiv="refresh"' in page.text
    finally:
        os.close(draft.lock)
    ended = get(client, f"/wall/sayno/{draft.id}")
    assert (ended.status_code, "This wall does not exist" in ended.text) == (404, True)


def test_while_a_revision_takes_its_place_a_page_says_so(client: FlaskClient, store: Store) -> None:
    top = store.collages.directory("sayno", "0001").parent
    (top / "0001").rename(top / ".old-0001")
    for path in ("/wall/sayno/0001", own()):
        page = get(client, path)
        assert (page.status_code, "being rebuilt" in page.text) == (503, True)
        assert int(page.headers["Retry-After"]) > 0
    tile = get(client, own(what="tiles/13/0_0.jpg"))
    assert (tile.status_code, tile.content_type) == (503, "text/plain; charset=utf-8")
    assert opens(store) == []
    assert str(store.root.path) not in page.text + tile.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/track/x/wall", "copy the whole of it"),
        (own()[:-8] + "/wall", "copy the whole of it"),
        (own().replace("/wall", "x/wall"), "copy the whole of it"),
        (f"/track/{TOKENS.unsubscribe(Claims('sayno', '0001', 'a'))}/wall", "copy the whole of it"),
        (own(campaign="ended"), "copy the whole of it"),
        (own(collage="0009"), "the newest wall"),
        ("/wall/sayno/0009", "the newest wall"),
        ("/wall/sayno/..", "the newest wall"),
        ("/wall/sayno/nonsense", "the newest wall"),
        ("/wall/ended/0001", "This page does not exist"),
    ],
)
def test_a_link_that_leads_nowhere_gets_a_page_that_helps(
    client: FlaskClient, store: Store, path: str, said: str
) -> None:
    page = get(client, path)
    assert page.status_code == 404
    assert said in page.text
    assert page.text.startswith("<!doctype html>")
    assert opens(store) == []


@pytest.mark.parametrize(
    "what",
    ["tiles/0/0_0.jpg", "tiles/13/999_0.jpg", "tiles/99999999/0_0.jpg", "tiles/13/-1_0.jpg", "place-round.jpg"],
)
def test_pictures_that_are_none_are_not_found(client: FlaskClient, what: str) -> None:
    assert get(client, own(what=what)).status_code == 404


def test_no_public_byte_carries_metadata_or_a_name(client: FlaskClient, store: Store) -> None:
    """Follows every URL that pages name, and tiles of every level: all, but only every third column of the large
    ones.
    """
    pages = [get(client, path) for path in ("/wall/sayno/0001", own(5), own(left_out(store)))]
    addresses: set[str] = set()
    for page in pages:
        named = re.findall(r'(?:src|href|data-share)="([^"]+)"', page.text)
        addresses |= {address for address in named if "/static/" not in address and not address.startswith("#")}
        grid = [
            (level, x, y)
            for level in range(9, 14)
            for x in range(0, 2 ** (level - 9) + 4, 3 if level > 11 else 1)
            for y in range(12)
        ]
        tiles = {tile_of(page, *where) for where in grid}
        addresses |= {address for address in tiles if get(client, address, "HEAD").status_code == 200}
    assert len(addresses) > 150
    names = {stored.name(index) for index in range(PEOPLE)}
    for address in addresses:
        answer = get(client, address)
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg"), address
        markers = [marker for marker, _ in stored.jpeg_markers(answer.data)]
        assert not set(markers) & {*range(0xE1, 0xF0), 0xFE}, address
        _nothing_private(answer, names)
    for page in pages:
        _nothing_private(page, names)
        assert 'lang="en"' in page.text
        assert "style=" not in page.text


def _nothing_private(answer: TestResponse, names: set[str]) -> None:
    everything = answer.data + repr(list(answer.headers)).encode()
    for private in (EMAIL, "@", *names) if answer.content_type != "image/jpeg" else (EMAIL, *names):
        assert private.encode() not in everything
    for tag in (b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"photoshop"):
        assert tag not in everything


def test_the_whole_picture_is_the_collages_own(client: FlaskClient, store: Store) -> None:
    picture = store.collages.file("sayno", "0001", "collage-1920.jpg").read_bytes()
    assert get(client, own(what="wall.jpg")).data == picture
    assert get(client, "/wall/sayno/0001/1/collage.jpg").data == picture


@pytest.mark.parametrize(
    ("grid", "seat", "count", "said"),
    [
        (Grid(4, 3), (2, 1), 4, "You are in row 2, number 3 from the left."),
        (Grid(4, 3), (0, 0), 1, "You are in row 1, on your own."),
        (Grid(11, 1), (10, 0), 11, "You are number 11 from the left."),
        (Grid(1, 3), (0, 1), 1, "You are number 2 from the top."),
        (Grid(1, 1), (0, 0), 1, "Nobody else is on this wall yet."),
    ],
)
def test_a_place_is_said_with_no_more_directions_than_the_wall_has(
    grid: Grid, seat: tuple[int, int], count: int, said: str
) -> None:
    rows = [(row + 1, count if row == seat[1] else grid.cols, seat[0] + 1) for row in range(grid.rows)]
    assert place(load("en"), grid, seat, rows) == said
