"""The dashboard calls photos by their names, and finds them by name and by address."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient

from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.dashboard import HERE, get, people, post, text
from tests.support.moderation import PICTURE

NAMES = {"p0": "Ann’s selfie", "p1": "Ben", "p2": "p2"}


@pytest.fixture
def named(client: FlaskClient, standin: Standin, addressed: None) -> FlaskClient:
    """Five people, of whom three are in Cloudinary's lists."""
    rows = [
        {"public_id": public_id, "asset_folder": "sayno", "status": "approved", "display_name": name}
        for public_id, name in NAMES.items()
    ]
    standin.upload_many(PICTURE, rows)
    wait_for(lambda: "Ben" in get(client, f"{HERE}/").text, "the names have been read")
    return client


def test_photos_have_names_and_dates_where_lists_know_them(named: FlaskClient, standin: Standin) -> None:
    page = get(named, f"{HERE}/").text
    assert 'alt="Ann’s selfie (p0)"' in page
    assert 'data-caption="Ben (p1), sent ' in page
    assert 'alt="p2"' in page
    assert 'alt="p3"' in page
    for _ in range(3):
        get(named, f"{HERE}/")
    assert len(standin.calls("api")) == 1, "the list is read now and then"


def test_photos_are_found_by_name_and_by_public_id(named: FlaskClient) -> None:
    assert people(get(named, f"{HERE}/?q=ANN").text) == ["p0"]
    assert people(get(named, f"{HERE}/?q=p4").text) == ["p4"]
    assert "No photo has “zoe” in its name or ID." in text(get(named, f"{HERE}/?q=zoe").text)


def test_photos_are_found_by_address_without_it_in_an_address_or_the_log(
    client: FlaskClient, addressed: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = post(client, f"{HERE}/find", address=" BEN@example.org ")
    assert answer.status_code == 200
    assert people(answer.text) == ["p1"]
    assert "1 photo with this address" in text(answer.text)
    assert people(post(client, f"{HERE}/find", address="@EXAMPLE.").text) == ["p4", "p1", "p0"]
    assert people(post(client, f"{HERE}/find", address="").text) == ["p4", "p3", "p2", "p1", "p0"]
    assert "No approved photo has this address." in text(post(client, f"{HERE}/find", address="zoe@x.org").text)
    assert "example.org" not in caplog.text.lower()
    assert client.post(f"{HERE}/find", data={"address": "ben@example.org"}).status_code == 401


def test_without_cloudinary_the_dashboard_has_no_names_and_works(
    client: FlaskClient, standin: Standin, addressed: None
) -> None:
    standin.faults("api", "status", status=500, times=None)
    assert people(get(client, f"{HERE}/").text) == ["p4", "p3", "p2", "p1", "p0"]
    wait_for(lambda: len(standin.calls("api")) > 0, "the list was asked for")
    assert get(client, f"{HERE}/").status_code == 200
