"""How far workers are with looks, wherever it is shown; tests/queue has the queue itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.adapters.store import Store
from app.services.looks.backlog import Backlog
from app.web.api.metrics import Gauges
from tests.support.dashboard import HERE, get, post, text
from tests.support.looks import Known
from tests.support.web import ADMIN, fill

AWAY = "The queue cannot be used at the moment."


def with_queue(app: Flask, store: Store, queue: Known) -> FlaskClient:
    given = replace(app.extensions["collagen"], looks_queue=queue)
    app.extensions["collagen"] = given
    app.extensions["collagen.gauges"] = Gauges(store, given.campaigns, queue=queue)
    return app.test_client()


def test_where_there_is_no_queue_nothing_speaks_of_one(client: FlaskClient) -> None:
    assert "Workers" not in get(client, f"{HERE}/finishes/").text
    assert "queue" not in get(client, f"{HERE}/looks").get_json()
    assert "details" not in client.get("/health").get_json()
    assert 'collagen_looks_queue{state="waiting"} 0.0' in client.get("/metrics").text
    answer = post(client, f"{HERE}/finishes/")
    assert (answer.status_code, "COLLAGEN_LOOKS_QUEUE is not set" in answer.text) == (422, True)
    assert client.post(f"{HERE}/looks", auth=ADMIN).status_code == 422


def test_how_many_orders_wait_and_were_given_up_is_shown_and_nothing_is_unhealthy(app: Flask, store: Store) -> None:
    fill(store, "sayno", 1)
    client = with_queue(app, store, Known(Backlog(1200, 3)))
    page = get(client, f"{HERE}/finishes/").text
    assert "waiting 1,200 given up 3" in text(page)
    assert "Send 3 orders again" in page
    assert "They are being sent again" in get(client, f"{HERE}/finishes/?sent=again").text
    assert get(client, f"{HERE}/looks").get_json()["queue"] == {"waiting": 1200, "failed": 3}
    health = client.get("/health")
    assert health.status_code == 200
    assert health.get_json()["details"] == {"looks_queue": {"waiting": 1200, "failed": 3}}
    metrics = client.get("/metrics").text
    assert 'collagen_looks_queue{state="failed"} 3.0' in metrics
    assert 'collagen_looks{campaign="sayno",state="ready"} 0.0' in metrics


@pytest.mark.parametrize("path", [f"{HERE}/finishes/", f"{HERE}/looks", "/health"])
def test_a_queue_that_is_away_is_said_and_nothing_is_unhealthy(app: Flask, store: Store, path: str) -> None:
    client = with_queue(app, store, Known(None, AWAY))
    answer = get(client, path)
    assert (answer.status_code, AWAY in answer.text) == (200, True)
    metrics = client.get("/metrics").text
    assert "collagen_looks_queue{" not in metrics
