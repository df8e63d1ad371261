"""The form that asks for a collage, with a picture for people to show together."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.adapters.store import Store
from app.core import limits
from scripts.sandbox.samples import prepared
from scripts.sandbox.waiting import wait_for
from tests.support.dashboard import FORM, HERE, get, text
from tests.support.web import ADMIN, fill


def build(client: FlaskClient, file: bytes, **fields: str | list[str]) -> TestResponse:
    form = {
        "width": "300",
        "height": "400",
        "mosaic": FileStorage(io.BytesIO(file), "a portrait.png", "mosaic"),
    } | fields
    boundary, body = encode_multipart(form)  # in memory: the client itself would leave a file open
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(f"{HERE}/build", data=body, auth=ADMIN, headers=FORM, content_type=kind)


def test_the_form_takes_a_picture_for_a_mosaic_that_can_be_rebuilt(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 4)
    answer = build(client, prepared(0).intermediate, repeat="2", tint="0.1", exclude=["p3"])
    assert answer.status_code == 303, text(answer.text)
    wait_for(lambda: store.collages.ids("sayno"), "the collage was built")
    made = store.collages.manifest("sayno", "0001")
    assert made.mosaic is not None
    assert (made.mosaic.repeat, made.mosaic.tint, set(made.shown)) == (2, 0.1, {"p0", "p1", "p2"})
    assert store.collages.read("sayno", "0001", "target.jpg") is not None


def test_without_a_picture_it_is_a_collage_like_any_other(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 4)
    assert build(client, b"").status_code == 303
    wait_for(lambda: store.collages.ids("sayno"), "the collage was built")
    assert store.collages.manifest("sayno", "0001").mosaic is None


@pytest.mark.parametrize(
    ("file", "fields", "words"),
    [
        (b"no picture", {}, "No mosaic can be made of this picture"),
        (b"x", {"repeat": "0"}, "repeat must be from 1 to 100"),
        (b"x", {"tint": "much"}, "tint must be a number from 0 to 0.4"),
    ],
    ids=["broken", "repeat", "tint"],
)
def test_what_makes_no_mosaic_is_said_beside_the_form(
    client: FlaskClient, store: Store, file: bytes, fields: dict[str, str], words: str
) -> None:
    fill(store, "sayno", 4)
    answer = build(client, file, **fields)
    assert answer.status_code == 422
    assert words in text(answer.text)
    assert 'name="tint"' in answer.text
    assert store.collages.ids("sayno") == []


def test_a_picture_that_is_too_large_is_refused(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 1)
    answer = build(client, bytes(limits.PICTURE_BYTES + 1))
    assert (answer.status_code, "The picture of a mosaic may have 30 MB." in answer.text) == (422, True)


def test_thousands_of_people_can_be_left_out_of_a_mosaic(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 2)
    answer = build(client, b"", exclude=[f"nobody-{number}" for number in range(3000)])
    assert "not in the campaign" in text(answer.text)
    assert get(client, f"{HERE}/").status_code == 200
