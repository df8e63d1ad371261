"""After a withdrawal no URL shows the person's face, however the photo was removed."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.adapters.store import Store
from app.services.collage.finish import finish
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox import stored
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.mailed import BROWSER, KEY
from tests.support.stores import linked
from tests.support.web import ADMIN, application

RULES = '[sayno]\ntitle = "Say No"\npublic = true\n[other]\n'
TOKENS = Tokens([KEY])
COLOURS = ["red", "lime", "blue", "yellow", "cyan", "magenta", "maroon", "green", "navy", "orange", "purple", "teal"]
GONE = 5
FORM = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
ADMINS = "/admin/campaigns/sayno/collages/0001"
PAGE = "/admin/campaigns/sayno/history/0001"
MAIL = f"/track/{TOKENS.image(Claims('sayno', '0001', stored.name(6)))}"  # beside who goes
SHOWING = [  # every URL that shows a whole collage to somebody
    f"{MAIL}/collage.jpg",
    f"{MAIL}/wall.jpg",
    f"{MAIL}/tiles/9/0_0.jpg",
    "/wall/sayno/0001/1/collage.jpg",
    "/wall/sayno/0001/1/9/0_0.jpg",
    f"{ADMINS}/collage-1024.jpg",
    f"{ADMINS}/collage-1920.jpg",
    f"{ADMINS}/collage.png",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve people, each of one colour, in a collage."""
    store = Store(tmp_path_factory.mktemp("model") / "store")
    store.root.initialise()
    stored.put(
        store,
        range(len(COLOURS)),
        archive=lambda index: stored.plain_archive(COLOURS[index]),
        intermediate=lambda index: stored.plain_intermediate(COLOURS[index]),
    )
    stored.built(store, width=400, height=400)
    return store.root.path


@pytest.fixture
def store(model: Path, tmp_path: Path) -> Store:
    return linked(model, tmp_path / "store")


@pytest.fixture
def app(standin: Standin, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Flask]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # where pictures are cached
    (store.root.path.parent / "campaigns.toml").write_text(RULES)
    environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY)
    made = application(environ)
    yield made
    made.extensions["collagen"].close()


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    return client.get(path, auth=ADMIN, headers={"User-Agent": BROWSER} | headers, buffered=True)


def shown(picture: bytes) -> set[int]:
    """The people whose colours a picture shows."""
    pixels = stored.decoded(picture)[::2, ::2, :3].astype(np.int16)  # nobody is seen in every other pixel only
    near = {index: (abs(pixels - seen(colour)).max(axis=2) < 30).mean() for index, colour in enumerate(COLOURS)}
    return {index for index, part in near.items() if part > 0.002}


@functools.cache
def seen(colour: str) -> np.ndarray:
    """The pixel that a JPEG makes of this colour."""
    pixel: np.ndarray = stored.decoded(stored.plain_archive(colour))[0, 0].astype(int)
    return pixel


def withdraw(store: Store, index: int = GONE) -> None:
    assert store.photos.remove("sayno", stored.name(index))


def settle(client: FlaskClient, path: str = PAGE) -> str:
    """The page of a collage once nothing is being built."""
    wait_for(lambda: "is being rebuilt" not in get(client, path).text, "the collage was rebuilt")
    return get(client, path).text


@pytest.mark.parametrize("path", SHOWING)
def test_somebody_who_withdraws_is_shown_at_no_url_and_everyone_else_is(
    client: FlaskClient, store: Store, path: str
) -> None:
    before = get(client, path)
    assert before.status_code == 200
    assert GONE in shown(before.data)
    withdraw(store)
    after = get(client, path)
    if path.endswith(".png"):
        assert after.status_code == 409
        assert "shows 1 person who has withdrawn" in after.get_json()["error"]
    else:
        assert after.status_code == 200
        assert shown(after.data) == shown(before.data) - {GONE}


@pytest.mark.parametrize("background", [None, "#123456"])
def test_a_print_is_withheld_and_all_its_derivatives_lose_the_face(
    client: FlaskClient, store: Store, background: str | None
) -> None:
    made = finish("50x60mm", 200, ["tiff", "webp", "avif"], background)
    collage = stored.built(store, finish=made)["id"]
    names = [f"collage-{longest}.{kind}" for longest in (1920, 1024) for kind in ("jpg", "webp", "avif")]
    paths = {name: f"/admin/campaigns/sayno/collages/{collage}/{name}" for name in [*names, "collage.tif"]}
    page = f"/admin/campaigns/sayno/history/{collage}"
    before = {name: get(client, path) for name, path in paths.items()}
    types = {"jpg": "image/jpeg", "webp": "image/webp", "avif": "image/avif", "tif": "image/tiff"}
    for name, answer in before.items():
        assert (answer.status_code, answer.content_type) == (200, types[name.rpartition(".")[2]])
        assert GONE in shown(answer.data)
    assert "A print of 50 × 60 mm, 200 dpi" in get(client, page).text
    withdraw(store)
    assert "collage.tif cannot be downloaded" in get(client, page).text
    assert get(client, paths["collage.tif"]).status_code == 409
    for name in names:
        after = get(client, paths[name])
        assert (after.status_code, after.content_type) == (200, before[name].content_type)
        assert shown(after.data) == shown(before[name].data) - {GONE}
        corner = stored.decoded(after.data)[0, 0].astype(int)
        assert background is None or (abs(corner - (0x12, 0x34, 0x56)) < 12).all()


def test_a_picture_to_share_no_longer_shows_a_neighbour_who_withdrew(client: FlaskClient, store: Store) -> None:
    before = stored.decoded(get(client, f"{MAIL}/place-square.jpg").data)
    withdraw(store)
    after = stored.decoded(get(client, f"{MAIL}/place-square.jpg").data)
    left = np.s_[400:700, 60:300]  # where the neighbour is, beside the white line around the viewer
    assert np.ptp(before[left].mean(axis=(0, 1))) > 50  # a colour, if a dimmed one
    assert np.ptp(after[left].mean(axis=(0, 1))) < 5


@pytest.mark.parametrize("path", SHOWING)
def test_no_validator_of_before_keeps_a_face_in_sight(client: FlaskClient, store: Store, path: str) -> None:
    before = get(client, path)
    withdraw(store)
    validators = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    if "ETag" in before.headers:
        validators["If-None-Match"] = before.headers["ETag"]
    assert get(client, path, **validators).status_code in (200, 409)
    assert "max-age" not in before.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["collage-1024.jpg", "collage.png"])
def test_nginx_is_not_told_to_send_a_file_that_shows_a_withdrawn_person(
    client: FlaskClient, store: Store, name: str
) -> None:
    nginx = {"X-Sendfile-Type": "X-Accel-Redirect", "X-Accel-Mapping": f"{store.root.path}/=/_store/"}
    assert "X-Accel-Redirect" in get(client, f"{ADMINS}/{name}", **nginx).headers
    withdraw(store)
    assert "X-Accel-Redirect" not in get(client, f"{ADMINS}/{name}", **nginx).headers


def test_each_of_several_who_withdraw_one_after_the_other_is_gone_at_once(client: FlaskClient, store: Store) -> None:
    everyone = set(range(len(COLOURS)))
    for index in (7, 0, 11, 3):
        withdraw(store, index)
        everyone.remove(index)
        assert shown(get(client, f"{MAIL}/collage.jpg").data) == everyone


def test_who_is_approved_again_is_seen_again(client: FlaskClient, store: Store) -> None:
    whole = get(client, f"{MAIL}/collage.jpg").data
    archive = store.photos.archive("sayno", stored.name(GONE)) or b""
    withdraw(store)
    assert get(client, f"{MAIL}/collage.jpg").data != whole
    store.photos.put("sayno", stored.name(GONE), archive, stored.plain_intermediate(COLOURS[GONE]), 0)
    assert get(client, f"{MAIL}/collage.jpg").data == whole


def test_a_newer_version_of_a_photo_is_no_withdrawal(client: FlaskClient, store: Store) -> None:
    whole = get(client, f"{MAIL}/collage.jpg").data
    store.photos.put(
        "sayno",
        stored.name(GONE),
        stored.plain_archive("gold"),
        stored.plain_intermediate("gold"),
        9,
    )
    assert get(client, f"{MAIL}/collage.jpg").data == whole


def test_a_store_that_is_out_of_sight_has_lost_nobody(client: FlaskClient, store: Store) -> None:
    (store.root.path / "sayno" / "approved").rename(store.root.path / "sayno" / "elsewhere")
    (store.root.path / ".collagen").rename(store.root.path / "marker")
    assert get(client, f"{MAIL}/collage.jpg").status_code == 503


def test_the_dashboard_says_how_many_have_withdrawn_and_rebuilds_under_the_same_number(
    client: FlaskClient, store: Store
) -> None:
    assert "withdrawn" not in get(client, PAGE).text
    withdraw(store)
    assert "1 person has withdrawn" in get(client, PAGE).text
    assert "1 person has withdrawn" in get(client, "/admin/campaigns/sayno/history").text
    assert get(client, ADMINS).get_json()["withdrawn"] == [stored.name(GONE)]
    assert (
        client.post(f"{PAGE}/rebuild", auth=ADMIN, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    )
    answer = client.post(f"{PAGE}/rebuild", auth=ADMIN, headers=FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    page = settle(client)
    assert "withdrawn" not in page
    assert "revision 2" in page
    manifest = get(client, ADMINS).get_json()
    assert (manifest["revision"], "withdrawn" in manifest) == (2, False)
    assert stored.name(GONE) not in stored.seated(manifest)
    assert GONE not in shown(get(client, f"{ADMINS}/collage.png").data)


def test_the_api_rebuilds_and_says_where_nobody_has_withdrawn(client: FlaskClient, store: Store) -> None:
    refused = client.post(f"{ADMINS}/rebuild", auth=ADMIN)
    assert (refused.status_code, "Nobody" in refused.get_json()["error"]) == (422, True)
    withdraw(store)
    answer = client.post(f"{ADMINS}/rebuild", auth=ADMIN)
    assert (answer.status_code, answer.headers["Location"]) == (202, ADMINS)
    settle(client)
    assert get(client, ADMINS).get_json()["revision"] == 2


def test_a_rebuild_that_cannot_begin_says_so_on_the_page(client: FlaskClient, store: Store) -> None:
    withdraw(store)
    draft = store.collages.begin("sayno")
    try:
        answer = client.post(f"{PAGE}/rebuild", auth=ADMIN, headers=FORM)
        assert answer.status_code == 409
        assert "is being built; wait until it is done" in answer.text
    finally:
        os.close(draft.lock)


def test_where_everyone_has_withdrawn_no_face_is_left(client: FlaskClient, store: Store) -> None:
    for index in range(len(COLOURS)):
        withdraw(store, index)
    picture = stored.decoded(get(client, f"{MAIL}/collage.jpg").data)
    assert np.ptp(picture) < 5
