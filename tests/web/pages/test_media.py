"""Pictures that are in object storage: who is sent there, and what is shown where they are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from app.adapters import imaging
from app.adapters.store import Store
from app.services.media.media import KEPT, LIFE, Media
from scripts.sandbox import stored
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.buckets import Bucket
from tests.support.web import ADMIN, application

PHOTO = stored.name(1)
GALLERY = "/campaigns/sayno/photos"
HERE = f"/admin/campaigns/sayno/photos/{PHOTO}"


@pytest.fixture
def app(standin: Standin, store: Store, media: Media, tmp_path: Path) -> Flask:
    """With one photo, which is in object storage, and a gallery."""
    stored.put(store, range(1, 2), archive=stored.archive)
    with store.photos.lock(PHOTO):
        media.put("sayno", PHOTO)
    (tmp_path / "with-gallery.toml").write_text('[sayno]\ntitle = "Say No"\ngallery_password = "a long password"\n')
    environ = environment(
        standin, store.path, COLLAGEN_CAMPAIGNS=str(tmp_path / "with-gallery.toml"), COLLAGEN_SECRET_KEY="k" * 32
    )
    made = application(environ)
    made.extensions["collagen"] = replace(made.extensions["collagen"], media=media)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def full(store: Store) -> bytes:
    archive = store.photos.archive("sayno", PHOTO)
    assert archive is not None
    return imaging.bare(archive)


def test_the_admin_and_the_gallerys_visitors_are_sent_to_object_storage_and_nobody_else(
    client: FlaskClient, store: Store
) -> None:
    assert client.get(f"{HERE}/full.jpg").status_code == 401
    assert client.get(f"{GALLERY}/{PHOTO}/full.jpg").status_code == 403
    assert client.post("/campaigns/sayno/login", data={"password": "wrong"}).status_code == 403
    assert client.get(f"{GALLERY}/{PHOTO}/full.jpg").status_code == 403
    assert client.post("/campaigns/sayno/login", data={"password": "a long password"}).status_code == 303
    for answer in (client.get(f"{HERE}/full.jpg", auth=ADMIN), client.get(f"{GALLERY}/{PHOTO}/full.jpg")):
        assert answer.status_code == 302
        assert answer.headers["Cache-Control"] == f"private, max-age={KEPT}"
        (life,) = parse_qs(urlsplit(answer.headers["Location"]).query)["X-Amz-Expires"]
        assert KEPT < int(life) == LIFE
        assert requests.get(answer.headers["Location"], timeout=300).content == full(store)
    download = client.get(f"{HERE}/original.jpg", auth=ADMIN)
    assert (download.status_code, download.data) == (200, full(store)), "a download has a name, so we send it"


def test_a_gallery_that_is_over_sends_nobody_there(app: Flask) -> None:
    given = app.extensions["collagen"]
    over = replace(given.campaigns["sayno"], gallery_until=date(2020, 1, 1))
    app.extensions["collagen"] = replace(given, campaigns=type(given.campaigns)([over]))
    assert app.test_client().get(f"{GALLERY}/{PHOTO}/full.jpg").status_code == 410


def test_what_is_not_there_or_without_credentials_comes_from_here(
    client: FlaskClient,
    store: Store,
    media: Media,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    media.removed("sayno", PHOTO)
    answer = client.get(f"{HERE}/full.jpg", auth=ADMIN)
    assert (answer.status_code, answer.data) == (200, full(store))


def test_pages_may_load_pictures_from_there_and_from_nowhere_else(
    standin: Standin,
    store: Store,
    bucket: Bucket,
    app: Flask,
) -> None:
    made = application(environment(standin, store.path, COLLAGEN_MEDIA=bucket.url))
    policy = made.test_client().get("/health").headers["Content-Security-Policy"]
    given = made.extensions["collagen"]
    assert f"img-src 'self' {given.media.origin};" in policy
    given.close()
    plain = app.test_client().get("/health").headers["Content-Security-Policy"]
    assert "img-src 'self';" in plain
