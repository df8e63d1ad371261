"""The codes that an admin copies into other websites."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from app.adapters.store import Store
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import built, put
from tests.support.dashboard import close, get
from tests.support.manifests import manifest
from tests.support.web import application

RULES = """
[sayno]
title = 'Say "No" & <more>'
public = true
embed = ["https://www.example.org"]
[unframed]
title = "Unframed"
public = true
[quiet]
title = "Among ourselves"
"""


@pytest.fixture(scope="module")
def client(running_standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    directory = tmp_path_factory.mktemp("sharing")
    (directory / "campaigns.toml").write_text(RULES)
    store = Store(directory / "store")
    store.root.initialise()
    put(store, range(2))
    built(store, width=300, height=200)
    for campaign in ("unframed", "quiet"):
        draft = store.collages.begin(campaign)
        store.collages.publish(draft, manifest() | {"campaign": campaign})
        os.close(draft.lock)
    environ = environment(running_standin, directory / "store", COLLAGEN_PUBLIC_URL="https://collagen.example.org")
    app = application(environ)
    yield app.test_client()
    close(app)


def codes(client: FlaskClient, campaign: str) -> dict[str, str]:
    page = get(client, f"/admin/campaigns/{campaign}/history/0001").text
    found = re.findall(r'<textarea id="code-(\w+)" readonly[^>]*>([^<]*)</textarea>', page)
    return {kind: html.unescape(code) for kind, code in found}


def test_a_public_campaign_has_its_link_its_picture_and_its_frame_to_copy(client: FlaskClient) -> None:
    found = codes(client, "sayno")
    assert found["link"] == "https://collagen.example.org/c/sayno"
    assert 'href="https://collagen.example.org/c/sayno"' in found["picture"]
    assert 'alt="Say &quot;No&quot; &amp; &lt;more&gt;"' in found["picture"]
    assert "width=" in found["frame"]
    for kind, content in (("picture", "image/jpeg"), ("frame", "text/html")):
        address = html.unescape(re.findall(r'src="([^"]+)"', found[kind])[0])
        assert address.startswith("https://collagen.example.org/c/sayno/")
        parts = urlsplit(address)
        answer = client.get(f"{parts.path}?{parts.query}")
        assert (answer.status_code, answer.mimetype) == (200, content)


def test_where_no_website_may_frame_it_there_is_no_frame_and_where_nothing_is_public_no_code(
    client: FlaskClient,
) -> None:
    assert set(codes(client, "unframed")) == {"link", "picture"}
    assert "<code>embed</code>" in get(client, "/admin/campaigns/unframed/history/0001").text
    assert codes(client, "quiet") == {}
