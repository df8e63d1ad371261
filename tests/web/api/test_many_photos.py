"""A notification that names many photos: several are handled at once, and the next delivery continues where it
stopped.
"""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from app.adapters.store import Store
from app.adapters.store.state.checkpoints import UNFINISHED
from app.services.intake import MOST_FAILURES, PHOTOS_AT_ONCE
from scripts.sandbox.standin.client import Standin
from tests.support.web import fill, notify

PEOPLE = 12


def deletion(standin: Standin, store: Store) -> dict[str, Any]:
    """A deletion of twelve photos that the store has and Cloudinary has not."""
    fill(store, "sayno", PEOPLE)
    resources = [{"resource_type": "image", "type": "upload", "public_id": f"p{number}"} for number in range(PEOPLE)]
    return {"notification_type": "delete", "resources": resources}


def left(store: Store) -> set[str]:
    return set(store.photos.public_ids("sayno"))


def test_all_are_done_with_one_delivery(client: FlaskClient, standin: Standin, store: Store) -> None:
    answer = notify(client, deletion(standin, store))
    assert (answer.status_code, answer.get_json()["status"]) == (200, "removed")
    assert [photo["public_id"] for photo in answer.get_json()["photos"]] == [f"p{number}" for number in range(PEOPLE)]
    assert left(store) == set()
    assert len(standin.calls("api")) == PEOPLE
    assert not (store.root.path / UNFINISHED).exists()


def test_one_photo_that_fails_keeps_no_other_from_being_done_and_is_all_that_the_next_delivery_asks_about(
    client: FlaskClient, standin: Standin, store: Store
) -> None:
    body = deletion(standin, store)
    standin.faults("api", "status", match="p0", times=None, status=503)
    assert notify(client, body).status_code == 503
    assert left(store) == {"p0"}
    standin.clear_faults()
    before = len(standin.calls("api"))
    answer = notify(client, body)
    assert answer.get_json()["status"] == "removed"
    assert len(standin.calls("api")) == before + 1
    assert left(store) == set()
    assert list((store.root.path / UNFINISHED).iterdir()) == []
    assert {path.parts[-5] for path in store.root.path.rglob("*.delete.p0.json")} == {"sayno"}


def test_without_cloudinary_not_every_photo_is_tried(client: FlaskClient, standin: Standin, store: Store) -> None:
    body = deletion(standin, store)
    standin.faults("api", "status", times=None, status=503)
    assert notify(client, body).status_code == 503
    assert len(left(store)) == PEOPLE
    assert len(standin.calls("api")) < MOST_FAILURES + PHOTOS_AT_ONCE
    standin.clear_faults()
    assert notify(client, body).status_code == 200
    assert left(store) == set()


def test_a_photo_with_an_impossible_name_keeps_no_other_from_being_done(
    client: FlaskClient, standin: Standin, store: Store
) -> None:
    body = deletion(standin, store)
    body["resources"].insert(0, {"public_id": "x" * 201, "resource_type": "image", "type": "upload"})
    assert notify(client, body).status_code == 400
    assert left(store) == set()
