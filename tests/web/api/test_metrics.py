"""The metrics for Prometheus, and who may read them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families as families

from app.adapters.store import Store
from app.adapters.store.root import MARKER
from app.core.config import Campaign, Campaigns
from app.core.metrics import Reading
from app.web.api.metrics import KEPT, Gauges
from scripts.sandbox.standin.client import Standin
from tests.support.web import ADMIN, approve, fill, notify

NGINX = {"X-Forwarded-For": "203.0.113.9"}
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def value(client: FlaskClient, name: str, **labels: str) -> float:
    found = [
        sample.value
        for family in families(client.get("/metrics").text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return found[0] if found else 0.0


def test_a_program_on_this_machine_needs_no_password(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")


@pytest.mark.parametrize("peer", ["127.0.0.1", "203.0.113.9"])
@pytest.mark.parametrize("auth", [None, ("admin", "wrong"), ("root", ADMIN[1])])
def test_requests_through_nginx_or_from_elsewhere_must_be_the_admins(
    client: FlaskClient, peer: str, auth: tuple[str, str] | None
) -> None:
    environ = {"REMOTE_ADDR": peer}
    headers = {"X-Forwarded-For": f"{auth} {peer}"} if peer == "127.0.0.1" else {}  # nobody guesses twice
    answer = client.get("/metrics", auth=auth, headers=headers, environ_overrides=environ)
    assert (answer.status_code, list(answer.get_json())) == (401, ["error"])


def test_the_admin_may_come_from_anywhere_and_guessing_is_slowed_down(client: FlaskClient) -> None:
    assert client.get("/metrics", auth=ADMIN, headers=NGINX).status_code == 200
    statuses = {client.get("/metrics", auth=("admin", "guess"), headers=NGINX).status_code for _ in range(20)}
    assert statuses == {401, 429}


def test_notifications_are_counted_by_what_became_of_them(client: FlaskClient, standin: Standin) -> None:
    def now() -> dict[str, float]:
        outcomes = ("stored", "unchanged", "removed", "ignored", "refused", "failed")
        return {name: value(client, "collagen_notifications_total", outcome=name) for name in outcomes}

    before, payload, ago = now(), approve(standin), time.time() - 90  # signed so that no two are the same question
    notify(client, payload, at=ago)
    notify(client, payload, at=ago + 30)
    standin.reject("a")
    notify(client, standin.notifications()[-1]["payload"], at=ago + 60)
    notify(client, {"notification_type": "create_folder"})
    notify(client, payload, secret="guessed")
    notify(client, b"no json")
    standin.faults("api", "status")
    notify(client, payload)
    counted = {name: number - before[name] for name, number in now().items()}
    assert counted == {"stored": 1, "unchanged": 1, "removed": 1, "ignored": 1, "refused": 2, "failed": 1}
    assert value(client, "collagen_cloudinary_calls_left") < value(client, "collagen_cloudinary_calls_limit")


def gauges(store: Store) -> tuple[Gauges, list[float]]:
    clock = [0.0]
    campaigns = Campaigns([Campaign("sayno", "Say No", "sayno"), Campaign("other", "Other", "other")])
    return Gauges(store, campaigns, lambda: clock[0]), clock


def test_campaigns_are_those_of_the_rules_and_photos_are_counted_once_a_minute(store: Store) -> None:
    reader, clock = gauges(store)
    fill(store, "sayno", 2)
    fill(store, "closed", 3)
    first = reader.read()
    assert (first.photos, first.collages) == ({"sayno": 2, "other": 0}, {"sayno": 0, "other": 0})
    assert first.free is not None
    assert first.free > 0
    fill(store, "sayno", 3)
    clock[0] = KEPT - 1
    assert reader.read().photos == first.photos
    clock[0] = KEPT
    assert reader.read().photos == {"sayno": 3, "other": 0}


def test_the_last_sync_is_one_that_came_to_its_end_wherever_it_ran(store: Store) -> None:
    reader, _ = gauges(store)
    with store.syncs.turn("sayno"):
        store.syncs.keep_cursor("sayno", "p")
    assert reader.read().synced == {"sayno": 0, "other": 0}
    store.syncs.end("sayno", NOW)
    store.syncs.end("sayno", NOW + timedelta(hours=1))
    assert reader.read().synced == {"sayno": NOW.timestamp() + 3600, "other": 0}
    assert store.syncs.cursor("sayno") == ""


@pytest.mark.parametrize("spoiled", [b"", b"yesterday\n", b"\xff\xfe"])
def test_an_unreadable_note_counts_as_missing(store: Store, spoiled: bytes) -> None:
    store.syncs.end("sayno", NOW)
    (store.root.path / ".sync/sayno.ended").write_bytes(spoiled)
    assert store.syncs.ended("sayno") is None


def test_a_store_that_goes_away_is_noticed_at_once_and_when_it_is_back(store: Store) -> None:
    reader, _ = gauges(store)
    assert reader.read().is_there
    (store.root.path / MARKER).rename(store.root.path.parent / "away")
    assert reader.read() == Reading(None, orders={"waiting": 0, "failed": 0})
    (store.root.path.parent / "away").rename(store.root.path / MARKER)
    assert reader.read().is_there
