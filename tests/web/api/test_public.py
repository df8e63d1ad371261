"""What other websites' programs read: the numbers of a campaign, and oEmbed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from PIL import Image

from app.adapters.store import Store
from scripts.sandbox import stored
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support import previews
from tests.support.web import application

PEOPLE = 13  # of whom 12 have a place
RULES = """
[sayno]
title = "Say No"
public = true
download = true
embed = ["https://www.example.org"]
[plain]
title = "Plain"
public = true
[empty]
title = "Empty"
public = true
[quiet]
"""


@pytest.fixture(scope="module")
def client(running_standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    top = tmp_path_factory.mktemp("public")
    (top / "campaigns.toml").write_text(RULES)
    store = Store(top / "store")
    store.root.initialise()
    for campaign in ("sayno", "plain", "quiet"):
        stored.put(store, range(PEOPLE), campaign)
        stored.built(store, campaign, width=400, height=400, photos=12)
    environ = environment(running_standin, store.root.path, COLLAGEN_CAMPAIGNS=str(top / "campaigns.toml"))
    app = application(environ)
    yield app.test_client()
    app.extensions["collagen"].close()


def test_the_numbers_are_for_every_website_and_name_nobody(client: FlaskClient) -> None:
    answer = client.get("/c/sayno.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    found = answer.json
    assert found is not None
    collage = found.pop("collage")
    page = "http://localhost/c/sayno"
    assert found == {"title": "Say No", "language": "en", "people": PEOPLE, "shown": 12, "page": page}
    assert (collage["id"], collage["revision"]) == ("0001", 1)
    assert datetime.fromisoformat(collage["created_at"]) == stored.NOW
    assert (collage["url"], collage["webp"], collage["png"]) == tuple(
        f"{page}/collage.{kind}" for kind in ("jpg", "webp", "png")
    )
    assert collage["wall"] == "http://localhost/wall/sayno/0001"
    assert not any(stored.name(index) in answer.text for index in range(PEOPLE))
    assert client.get("/c/sayno.json", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_link_preview_has_the_picture_that_is_there(client: FlaskClient) -> None:
    found = previews.checked(client.get("/c/sayno").text)
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:image"].startswith("http://localhost/c/sayno/collage.jpg?width=")
    picture = client.get(found["og:image"].removeprefix("http://localhost"))
    assert picture.content_type == found["og:image:type"]
    with Image.open(io.BytesIO(picture.data)) as opened:
        assert opened.size == (int(found["og:image:width"]), int(found["og:image:height"]))


def test_a_campaign_without_a_collage_says_so(client: FlaskClient) -> None:
    found = client.get("/c/empty.json").json or {}
    assert (found["people"], found["shown"], found["collage"]) == (0, 0, None)


def test_a_campaign_that_is_not_public_looks_like_none(client: FlaskClient) -> None:
    for address in ("/c/{}.json", "/oembed?url=http://localhost/c/{}"):
        quiet, none = client.get(address.format("quiet")), client.get(address.format("nobody"))
        assert (quiet.status_code, quiet.data) == (404, none.data)


def test_oembed_describes_a_campaigns_page(client: FlaskClient) -> None:
    described = client.get("/oembed?url=http://localhost/c/sayno&maxwidth=300&maxheight=200")
    assert described.mimetype == "application/json"
    found = described.json or {}
    previews.rich(found, (300, 200))
    assert found["title"] == "Say No"
    assert (found["width"], found["height"]) == (300, 200)
    assert found["html"].startswith(
        '<iframe src="http://localhost/c/sayno/embed" width="300" height="200" title="Say No"'
    )
    assert found["thumbnail_url"] == f"http://localhost/c/sayno/collage.jpg?width={found['thumbnail_width']}"
    plain = client.get("/oembed?url=http%3A%2F%2Flocalhost%2Fc%2Fplain%2F&format=json").json or {}
    assert plain["html"].startswith('<a href="http://localhost/c/plain"><img ')
    assert "thumbnail_url" not in (client.get("/oembed?url=http://localhost/c/empty").json or {})


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("url=http://localhost/admin/", 404),
        ("url=http://elsewhere.example/c/sayno", 404),
        ("url=javascript:/c/sayno", 404),
        ("url=http://[", 404),
        ("url=http://localhost/c/sayno&format=xml", 501),
        ("url=http://localhost/c/sayno&maxwidth=wide", 422),
        ("url=http://localhost/c/sayno&maxheight=0", 422),
    ],
)
def test_what_oembed_cannot_describe_is_an_error_in_json(client: FlaskClient, query: str, status: int) -> None:
    answer = client.get(f"/oembed?{query}")
    assert answer.status_code == status
    assert set(answer.json or {}) == {"error"}
