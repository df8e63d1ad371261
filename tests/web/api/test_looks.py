"""Looks through the admin's API: how far they are, why they failed, collages in them."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.adapters.store import Store
from app.services.looks.recipes import Look
from tests.support.looks import Negative, put_look
from tests.support.web import ADMIN, fill

GREEN = (20, 160, 40)
HERE = "/admin/campaigns/sayno/looks"


def get(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, auth=ADMIN, buffered=True)


def test_a_look_says_how_far_it_is_and_why_it_failed(client: FlaskClient, store: Store, look: Look) -> None:
    fill(store, "sayno", 4)
    put_look(store, ["p0", "p1"], GREEN, recipe=look.recipe)
    put_look(store, ["p2"], GREEN, recipe="former")
    summary = {
        "look": "dark",
        "title": "Dark",
        "recipe": look.recipe,
        "photos": {"current": 2, "missing": 1, "stale": 1, "failed": 0},
    }
    assert get(client, HERE).get_json() == {"looks": [summary]}
    number = store.photos.version("sayno", "p3")
    note = {"look": "dark", "identifier": "p3", "recipe": look.recipe, "number": str(number), "reason": "Nobody."}
    store.looks.fail("sayno", "dark", "p3", note | {"time": "2026-11-20T06:04:05Z"})
    found: dict[str, Any] = get(client, f"{HERE}/dark").get_json()
    assert found["photos"] == {"current": 2, "missing": 0, "stale": 1, "failed": 1}
    assert found["failures"] == [{"public_id": "p3", "reason": "Nobody.", "time": "2026-11-20T06:04:05Z"}]
    assert found["steps"] == [{"step": "negative", "revision": 1, "options": {"hole": 0}, "constants": {}}]
    stream = client.get(f"{HERE}/all/progress", auth=ADMIN)
    event = str(next(iter(stream.response)), "utf-8")  # type: ignore[call-overload]
    stream.close()
    assert json.loads(event.partition("data: ")[2]) == {"dark": {"current": 2, "due": 1, "failed": 1}}


def test_what_is_due_is_made_unless_something_is_lacking(
    client: FlaskClient, store: Store, look: Look, kind: Negative
) -> None:
    fill(store, "sayno", 1)
    put_look(store, ["p0"], GREEN, recipe=look.recipe)
    answer = client.post(f"{HERE}/dark", auth=ADMIN)
    assert (answer.status_code, answer.get_json()) == (200, {"look": "dark", "state": "done", "photos": 0})
    fill(store, "sayno", 2)
    kind.lack = "the weights of u2net are missing; scripts/models brings them."
    answer = client.post(f"{HERE}/dark", auth=ADMIN, json={"retry": True})
    assert answer.status_code == 422
    assert answer.get_json() == {"error": f"The look dark cannot be made here: {kind.lack}"}
    assert client.post(f"{HERE}/dark", auth=ADMIN, json={"retry": 1}).status_code == 422
    assert client.post(f"{HERE}/bright", auth=ADMIN).get_json()["error"].startswith("There is no look 'bright'")
    assert get(client, "/admin/campaigns/nobody/looks").status_code == 404


def test_a_collage_is_asked_for_in_a_look(client: FlaskClient, store: Store, look: Look) -> None:
    fill(store, "sayno", 3)
    path, small = "/admin/campaigns/sayno/collages", {"width": 300, "height": 300}
    answer = client.post(path, auth=ADMIN, json=small | {"look": "dark"})
    assert answer.status_code == 422
    assert "python -m app look sayno dark makes them" in answer.get_json()["error"]
    put_look(store, ["p0", "p1"], GREEN, recipe=look.recipe)
    answer = client.post(path, auth=ADMIN, json=small | {"look": "dark"}, headers={"Prefer": "wait=60"})
    made = answer.get_json()
    assert (answer.status_code, made["look"], made["recipe"], made["without_look"]) == (
        201,
        "dark",
        look.recipe,
        ["p2"],
    )
    answer = client.post(path, auth=ADMIN, json=small | {"look": "bright"})
    assert (answer.status_code, answer.get_json()) == (422, {"error": "'bright' is not a look; known are dark."})
    assert client.post(path, auth=ADMIN, json=small | {"look": 5}).status_code == 422
