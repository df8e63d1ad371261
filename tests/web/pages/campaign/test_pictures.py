"""The picture of a campaign, as every website gets it: headers, validators, and who has withdrawn."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from app.adapters.store import Store
from scripts.sandbox import stored
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.web import application

RULES = """
[sayno]
public = true
download = true
[closed]
public = true
[empty]
public = true
[quiet]
"""
PICTURES = ("collage.jpg", "collage.jpg?width=90", "collage.webp", "collage.webp?width=90", "collage.png")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("pictures") / "store")
    store.root.initialise()
    for campaign in ("sayno", "closed", "quiet"):
        stored.put(store, range(4), campaign)
        stored.built(store, campaign, width=200, height=200)
    return store.root.path


@pytest.fixture
def store(model: Path, tmp_path: Path) -> Store:
    shutil.copytree(model, tmp_path / "store", copy_function=shutil.copy2)
    return Store(tmp_path / "store")


@pytest.fixture
def client(running_standin: Standin, store: Store, tmp_path: Path) -> Iterator[FlaskClient]:
    (tmp_path / "campaigns.toml").write_text(RULES)
    environ = environment(running_standin, store.root.path, COLLAGEN_CAMPAIGNS=str(tmp_path / "campaigns.toml"))
    app = application(environ)
    yield app.test_client()
    app.extensions["collagen"].close()


def fetch(client: FlaskClient, name: str, tag: str | None = None) -> TestResponse:
    answer = client.get(f"/c/sayno/{name}", headers={} if tag is None else {"If-None-Match": tag})
    answer.get_data()
    answer.close()
    return answer


def test_every_format_is_for_every_website_for_a_minute(client: FlaskClient) -> None:
    for name in PICTURES:
        answer = fetch(client, name)
        assert answer.status_code == 200, name
        with Image.open(io.BytesIO(answer.data)) as opened:
            assert answer.content_type == Image.MIME[opened.format or ""]
            if "width" in name:
                assert opened.width == 90
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        again = fetch(client, name, answer.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Cache-Control"] == "public, max-age=60"


def test_old_validators_do_not_bring_back_somebody_who_has_withdrawn(client: FlaskClient, store: Store) -> None:
    before = {name: fetch(client, name) for name in PICTURES}
    store.photos.remove("sayno", stored.name(0))
    for name, old in before.items():
        since = {"If-None-Match": old.headers["ETag"], "If-Modified-Since": old.headers.get("Last-Modified", "")}
        now = client.get(f"/c/sayno/{name}", headers=since)
        assert now.status_code == (404 if name == "collage.png" else 200), name
        assert now.data != old.data
        assert now.headers.get("ETag") != old.headers["ETag"]


def test_a_new_collage_takes_the_place_of_the_old_one(client: FlaskClient, store: Store) -> None:
    old = fetch(client, "collage.jpg")
    stored.built(store, width=300, height=300)
    new = fetch(client, "collage.jpg", old.headers["ETag"])
    assert new.status_code == 200
    assert new.headers["ETag"] != old.headers["ETag"]


@pytest.mark.parametrize("width", ["0", "-1", "wide", "1e3", "16384", "9" * 5000])
def test_a_width_that_is_none_is_refused_by_name(client: FlaskClient, width: str) -> None:
    answer = fetch(client, f"collage.jpg?width={width}")
    assert answer.status_code == 422
    assert "width must be" in answer.text


def test_there_is_no_picture_of_a_campaign_that_has_none_or_is_not_public(client: FlaskClient) -> None:
    for name in PICTURES:
        assert client.get(f"/c/empty/{name}").status_code == 404
        quiet, none = client.get(f"/c/quiet/{name}"), client.get(f"/c/nobody/{name}")
        assert (quiet.status_code, quiet.data) == (404, none.data)
    assert client.get("/c/closed/collage.png").status_code == 404, "its master is not to be downloaded"
    assert client.get("/c/closed/collage.jpg").status_code == 200


def test_a_store_that_is_gone_is_said_in_a_page(client: FlaskClient, store: Store) -> None:
    store.root.path.rename(store.root.path.with_name("gone"))
    for name in ("", "/collage.jpg", "/embed", "/screen"):
        answer = client.get(f"/c/sayno{name}")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert "This page cannot be shown at the moment." in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
