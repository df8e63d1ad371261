"""Health says what is missing, and nothing else."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.store import Store
from app.store.root import MARKER


def test_everything_is_ok_when_everything_is_there(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "ok",
        "checks": {"store": "ok", "exiftool": "ok", "imagemagick": "ok"},
    }


def test_a_store_that_is_not_mounted_is_named_without_its_path(client: FlaskClient, store: Store) -> None:
    (store.root.path / MARKER).unlink()
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {
        "store": "The store cannot be used at the moment.",
        "exiftool": "ok",
        "imagemagick": "ok",
    }
    assert str(store.root.path) not in answer.text
