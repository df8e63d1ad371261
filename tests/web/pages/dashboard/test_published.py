"""The dashboard's home page says where a campaign is published, and whether that is of the present; so do metrics."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.adapters.store import Store
from app.services.publish.pictures import state
from tests.support.collages import collage
from tests.support.web import ADMIN, fill

TO = "s3://faces/sayno?site=https://faces.example.org"
NOTE: dict[str, Any] = {
    "to": TO,
    "at": "2026-11-20T06:04:05Z",
    "tried": "2026-11-20T06:04:05Z",
    "collage": "0001",
    "state": "former",
    "error": "",
    "files": 1,
    "bytes": 1,
    "people": 1,
}


@pytest.fixture(autouse=True)
def rules(store: Store) -> None:
    (store.path.parent / "campaigns.toml").write_text(f'[sayno]\npublic = true\npublish = "{TO}"\n\n[other]\n')


def line(client: FlaskClient) -> str:
    found = re.findall(r'<p class="published">(.*?)</p>', client.get("/admin/", auth=ADMIN).text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", found[0]).split()) if len(found) == 1 else str(found)


def current(client: FlaskClient) -> list[str]:
    return re.findall(r"collagen_published_(?:current|timestamp_seconds)\{.*", client.get("/metrics").text)


def test_where_nothing_is_published_yet_it_says_so(client: FlaskClient) -> None:
    assert line(client) == "Published in s3://faces/sayno: not yet"
    assert current(client) == [
        'collagen_published_timestamp_seconds{campaign="sayno"} 0.0',
        'collagen_published_current{campaign="sayno"} 0.0',
    ]


def test_it_is_up_to_date_as_long_as_the_campaign_shows_what_was_published(
    app: Flask, client: FlaskClient, store: Store
) -> None:
    fill(store, "sayno", 2)
    collage(store)
    store.published.note("sayno", NOTE)
    assert line(client).endswith("is being brought up to date; as of 20 Nov 2026, 06:04 UTC")
    newest = app.extensions["collagen"].face.newest.of("sayno")
    store.published.note("sayno", NOTE | {"state": state(newest)})
    assert line(client).endswith("up to date since 20 Nov 2026, 06:04 UTC")
    assert current(client)[1].endswith(" 1.0")
    store.published.note("sayno", NOTE | {"error": "There is no <bucket>."})
    assert line(client).endswith("failed, and is tried again: There is no &lt;bucket&gt;.")
