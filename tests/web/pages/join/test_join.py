"""The form for a photo, without scripts: what is taken, and the sentence for what is not."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.adapters import people
from app.adapters.store import Store
from app.core import limits
from app.web.auth.buckets import PHOTOS
from scripts.sandbox.pictures import jpeg, scene
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.remembering import Remembering
from tests.support.web import application

RULES = """
[sayno]
title = "Say No"
public = true
join = true
[album]
title = "قل لا"
source = "folder:album"
language = "ar"
public = true
join = true
[album.form]
address = "required"
show = "Zeigt mich <ruhig>!"
[over]
public = true
join = true
form.until = 2020-01-31
[closed]
public = true
[quiet]
join = true
"""
KEY = "0123456789abcdef01234567"
FILLED = {"key": KEY, "show": "yes", "email": "ann@example.org"}


@pytest.fixture(scope="module")
def app(running_standin: Standin, decoder: Remembering, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    directory = tmp_path_factory.mktemp("join")
    (directory / "campaigns.toml").write_text(RULES)
    (directory / "album/pending").mkdir(parents=True)
    Store(directory / "store").root.initialise()
    environ = environment(running_standin, directory / "store")
    made = application(environ)
    for processor in made.extensions["collagen"].processors._by_source.values():
        processor._mirror.decoder = decoder
    made.extensions["directory"] = directory
    yield made
    made.extensions["collagen"].close()


@pytest.fixture
def album(app: Flask) -> Path:
    return Path(app.extensions["directory"]) / "album"


@pytest.fixture
def client(app: Flask, standin: Standin) -> FlaskClient:
    return app.test_client()


PHOTO = jpeg(scene(600, 800))


def send(client: FlaskClient, campaign: str = "sayno", photo: bytes = PHOTO, **fields: str) -> TestResponse:
    given: dict[str, Any] = FILLED | fields
    if photo:
        given |= {"photo": FileStorage(io.BytesIO(photo), "me.jpg")}
    boundary, body = encode_multipart(given)  # in memory, where the client itself would leave a file open
    return client.post(f"/c/{campaign}/join", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def saved(kind: str, width: int, height: int) -> bytes:
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind)
    return out.getvalue()


def test_a_photo_waits_in_cloudinary_with_what_was_said(client: FlaskClient, standin: Standin) -> None:
    answer = send(client, mail="yes")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/c/sayno/join/thanks")
    asset = standin.asset(KEY)
    said = {"email": "ann@example.org", "consent": "yes", "mail": "yes", "tracking": "no"}
    assert {name: value for name, value in asset["context"].items() if name != "sha256"} == said
    assert (asset["status"], asset["asset_folder"]) == ("pending", "sayno")
    assert (asset["width"], asset["height"], asset["format"]) == (1500, 2000, "jpg")
    assert "What happens next" in client.get("/c/sayno/join/thanks").text


def test_a_form_that_is_sent_twice_makes_one_photo_and_another_photo_gets_a_sentence(
    client: FlaskClient, standin: Standin, album: Path
) -> None:
    for campaign in ("sayno", "album"):
        assert [send(client, campaign).status_code for _ in range(2)] == [303, 303]
        another = send(client, campaign, jpeg(scene(300, 400)))
        assert another.status_code == 409
        assert f'name="key" value="{KEY}"' not in another.text, "the next try is another photo"
    assert list(standin.state()["assets"]) == [KEY]
    assert [path.name for path in (album / "pending").iterdir()] == [f"{KEY}.jpg"]
    assert people.read(album)[f"{KEY}.jpg"].email == "ann@example.org"


@pytest.mark.parametrize(
    ("photo", "status", "sentence"),
    [
        (b"", 422, "Choose a photo first."),
        (b"%PDF-1.7 and so on", 422, "cannot be read as a photo"),
        (PHOTO[:2000], 422, "cannot be read as a photo"),
        (bytes(limits.PICTURE_BYTES + 1), 413, "at most 30 MB"),
        (bytes(40_000_000), 413, "at most 30 MB"),
        (saved("JPEG", 10_000, 6_000), 422, "at most 50 megapixels"),
    ],
    ids=["none", "no picture", "half a picture", "over 30 MB", "40 MB", "60 megapixels"],
)
def test_what_cannot_be_taken_gets_a_sentence(
    client: FlaskClient, standin: Standin, photo: bytes, status: int, sentence: str
) -> None:
    answer = send(client, photo=photo)
    assert (answer.status_code, sentence in answer.text) == (status, True), answer.text
    assert standin.state()["assets"] == {}


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_other_formats_are_taken_as_jpeg(client: FlaskClient, standin: Standin, kind: str) -> None:
    assert send(client, photo=saved(kind, 90, 120)).status_code == 303
    assert standin.asset(KEY)["format"] == "jpg"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"show": ""}, "Tick that your photo may be shown"),
        ({"email": "nobody"}, "does not look like an e-mail address"),
        ({"email": "", "mail": "yes"}, "Enter your e-mail address."),
        ({"more": "spam"}, "there for programs only"),
        ({"key": "x"}, "not complete any more"),
    ],
)
def test_a_form_that_is_not_complete_comes_back_as_it_was(
    client: FlaskClient, standin: Standin, fields: dict[str, str], sentence: str
) -> None:
    answer = send(client, "sayno", PHOTO, **fields)
    assert (answer.status_code, sentence in answer.text) == (422, True), answer.text
    assert f'value="{(FILLED | fields)["email"]}"' in answer.text
    assert "spam" not in answer.text
    assert standin.state()["assets"] == {}


def test_the_form_asks_in_the_campaigns_words_and_language(client: FlaskClient) -> None:
    page = client.get("/c/album/join").text
    assert '<html lang="ar" dir="rtl">' in page
    assert "Zeigt mich &lt;ruhig&gt;!" in page
    assert re.search(r'name="email"[^>]* required', page)
    assert "data-signature" not in page, "a folder's photos go through us"
    assert re.search(r'name="key" value="[0-9a-f]{24}"', page)
    assert send(client, "album", email="").status_code == 422


def test_only_this_page_may_use_the_camera_and_reach_cloudinary(client: FlaskClient, standin: Standin) -> None:
    policies = [client.get(f"/c/{name}/join").headers for name in ("sayno", "album")]
    assert f"connect-src 'self' {standin.url};" in policies[0]["Content-Security-Policy"]
    assert "connect-src 'self';" in policies[1]["Content-Security-Policy"]
    for headers in policies:
        assert "img-src 'self' blob:;" in headers["Content-Security-Policy"]
        assert "camera=(self)" in headers["Permissions-Policy"]
    assert "camera=()" in client.get("/c/sayno/join/thanks").headers["Permissions-Policy"]


@pytest.mark.parametrize(("campaign", "status"), [("over", 410), ("closed", 404), ("quiet", 404), ("nobody", 404)])
def test_where_no_photos_are_taken_none_is(client: FlaskClient, campaign: str, status: int) -> None:
    assert client.get(f"/c/{campaign}/join").status_code == status
    assert send(client, campaign).status_code == status
    assert client.post(f"/c/{campaign}/join/signature", data=FILLED).status_code == status


def test_the_campaigns_page_leads_to_the_form_until_its_last_day(client: FlaskClient) -> None:
    assert 'href="/c/sayno/join"' in client.get("/c/sayno").text
    for campaign in ("over", "closed"):
        assert "/join" not in client.get(f"/c/{campaign}").text


def test_another_sites_page_cannot_send_photos(client: FlaskClient) -> None:
    for path in ("join", "join/signature"):
        answer = client.post(f"/c/sayno/{path}", data=FILLED, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403


def test_scripts_get_a_signature_for_a_complete_form_only(client: FlaskClient) -> None:
    signed = client.post("/c/sayno/join/signature", data=FILLED).get_json()
    assert signed["url"].endswith("/image/upload")
    assert signed["fields"]["public_id"] == KEY
    refused = client.post("/c/sayno/join/signature", data=FILLED | {"show": ""})
    assert (refused.status_code, refused.get_json()) == (422, {"error": "The form is not complete: show."})
    assert client.post("/c/album/join/signature", data=FILLED).status_code == 404


def test_one_address_sends_so_many_photos_and_then_waits(client: FlaskClient) -> None:
    def sign(address: str) -> int:
        headers = {"X-Forwarded-For": address}
        return client.post("/c/sayno/join/signature", data=FILLED, headers=headers).status_code

    assert [sign("203.0.113.5") for _ in range(PHOTOS.address.most)] == [200] * PHOTOS.address.most
    assert (sign("203.0.113.5"), sign("203.0.113.6")) == (429, 200)
    answer = client.post(
        "/c/sayno/join",
        data=FILLED | {"photo": (io.BytesIO(PHOTO), "me.jpg")},
        headers={"X-Forwarded-For": "203.0.113.5"},
    )
    assert (answer.status_code, "Too many photos" in answer.text) == (429, True)


def test_when_cloudinary_is_away_the_form_says_so_and_no_log_names_anybody(
    client: FlaskClient, standin: Standin, caplog: pytest.LogCaptureFixture
) -> None:
    standin.faults(
        "upload", "status", status=401, message="Invalid Signature x. String to sign - 'email=ann@example.org'"
    )
    with caplog.at_level(logging.INFO):
        answer = send(client)
    assert (answer.status_code, "cannot be taken at the moment" in answer.text) == (503, True)
    standin.clear_faults()
    assert send(client).status_code == 303
    assert "A photo was not taken" in caplog.text
    assert "ann" not in caplog.text
    assert KEY not in caplog.text
