"""The admin's API: requesting a collage, watching it, fetching it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.adapters.store import Store
from app.adapters.store.root import MARKER
from scripts.sandbox.samples import prepared
from scripts.sandbox.stored import built
from scripts.sandbox.waiting import wait_for
from tests.support.web import ADMIN, fill

SMALL: dict[str, Any] = {"width": 300, "height": 300}


def ask(client: FlaskClient, parameters: Any = None, wait: int | None = 60, campaign: str = "sayno") -> TestResponse:
    headers = {} if wait is None else {"Prefer": f"respond-async, wait={wait}"}
    return client.post(f"/admin/campaigns/{campaign}/collages", json=parameters, auth=ADMIN, headers=headers)


def get(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, auth=ADMIN, buffered=True)


def until_done(client: FlaskClient, location: str) -> dict[str, Any]:
    def over() -> dict[str, Any] | None:
        state: dict[str, Any] = get(client, location).get_json()
        assert 0 <= state.get("progress", 0) <= 1
        return state if state["state"] != "building" else None

    found = wait_for(over, "the collage was built")
    assert found is not None
    return found


def test_a_print_is_built_as_its_parameters_say(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 7)
    wish = {"print": "60x40mm", "dpi": 150, "format": ["pdf", "webp"], "background": "#FF9416"}
    manifest = ask(client, wish).get_json()
    assert manifest["print"] == {"width_mm": 60, "height_mm": 40, "dpi": 150, "format": "pdf"}
    assert (manifest["canvas"], manifest["background"]) == ({"width": 354, "height": 236}, "#FF9416")
    assert [file["name"] for file in manifest["files"]][:2] == ["collage.pdf", "collage-1920.jpg"]
    answer = get(client, "/admin/campaigns/sayno/collages/0001/collage.pdf")
    assert (answer.content_type, answer.data[:5]) == ("application/pdf", b"%PDF-")
    assert "print" not in ask(client, SMALL | {"format": "avif"}).get_json()


def test_the_form_has_a_background(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 7)
    origin = {"Origin": "http://localhost"}
    form = {"width": "300", "height": "400", "background": " #ff9416 "}
    page = client.post("/admin/campaigns/sayno/build", data=form, auth=ADMIN, headers=origin)
    assert page.status_code == 303
    assert until_done(client, "/admin/campaigns/sayno/collages/0001")["background"] == "#ff9416"
    form["background"] = "orange"
    page = client.post("/admin/campaigns/sayno/build", data=form, auth=ADMIN, headers=origin)
    assert page.status_code == 422
    assert "background must be a colour such as #FF9416" in page.text
    assert 'value="orange"' in page.text


def test_a_collage_is_promised_at_once_and_found_at_its_location(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 7)
    answer = ask(client, SMALL, wait=None)
    assert (answer.status_code, answer.get_json()) == (202, {"id": "0001", "state": "building"})
    location = answer.headers["Location"]
    assert location == "/admin/campaigns/sayno/collages/0001"
    state = until_done(client, location)
    assert (state["state"], state["id"], state["layout"]["used"]) == ("done", "0001", 6)
    for file in state["files"]:
        data = get(client, f"{location}/{file['name']}").get_data()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
    manifest = get(client, f"{location}/manifest.json").get_json()
    assert manifest | {"state": "done"} == state


def test_a_client_that_prefers_to_wait_gets_the_manifest(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 2)
    answer = ask(client, SMALL)
    assert answer.status_code == 201
    assert answer.get_json()["state"] == "done"
    assert answer.headers["Location"].endswith("/0001")


def test_parameters_are_heeded(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 9)
    manifest = ask(client, {"photos": 5, "width": 800, "height": 500, "exclude": ["p0", "p3"]}).get_json()
    assert manifest["canvas"] == {"width": 800, "height": 500}
    seated = {tile["public_id"] for tile in manifest["tiles"]}
    assert len(seated) <= 5
    assert not seated & {"p0", "p3"}


def test_somebody_is_pinned_and_an_excluded_person_is_not(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 9)
    pin = {"p7": "1, 2", "p8": "middle", "p0": "2,1"}
    manifest = ask(client, SMALL | {"photos": 4, "exclude": ["p0"], "pin": pin}).get_json()
    assert manifest["pin"] == {"p7": "1,2", "p8": "middle"}
    assert manifest["tiles"][1]["public_id"] == "p7"
    assert "p8" in {tile["public_id"] for tile in manifest["tiles"]}


def test_people_are_seated_to_show_a_picture(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 9)
    wish = {"mosaic": base64.b64encode(prepared(0).intermediate).decode(), "repeat": 2, "tint": 0.1}
    manifest = ask(client, SMALL | wish).get_json()
    assert {"repeat": 2, "tint": 0.1}.items() <= manifest["mosaic"].items()
    assert get(client, "/admin/campaigns/sayno/collages/0001/target.jpg").status_code == 404


@pytest.mark.parametrize(
    "parameters",
    [
        {"mosaic": 3}, {"mosaic": "not Base64"}, {"mosaic": "AAAA"}, {"repeat": 2}, {"tint": 0.2},
        {"mosaic": "AAAA", "repeat": 0}, {"mosaic": "AAAA", "tint": 0.5}, {"mosaic": "AAAA", "tint": True},
        {"photos": 0}, {"photos": -1}, {"photos": "all"}, {"photos": True}, {"photos": 1.5}, {"width": 0},
        {"width": 10**9}, {"width": 16000, "height": 16000}, {"height": None}, {"exclude": "p1"}, {"exclude": [1]},
        {"print": "3x2m"}, {"print": 3}, {"print": "300x200mm", "dpi": "100"}, {"dpi": 100}, {"format": "jpeg"},
        {"format": "gif"}, {"format": [1]}, {"print": "300x200mm", "format": ["png", "pdf"]}, {"background": "red"},
        {"background": None}, {"print": "300x200mm", "width": 300}, {"print": "20000x1000mm", "format": "jpeg"},
        {"print": "3000x2000mm", "dpi": 600},
        {"pin": "p1"}, {"pin": {"p1": [1, 1]}}, {"pin": {"p1": "top"}}, {"pin": {"p1": "9,9"}},
        {"pin": {"x": "middle"}}, {"pin": {"p0": "middle", "p1": "1,1", "p2": "middle"}},
        {"exclude": ["p0", "p1", "p2"]}, {"widht": 600}, [], "text", {"width": 4096, "height": 16},
    ],
)  # fmt: skip
def test_unusable_parameters_are_refused_in_one_sentence(client: FlaskClient, store: Store, parameters: Any) -> None:
    fill(store, "sayno", 3)
    answer = ask(client, parameters)
    assert answer.status_code == 422
    assert answer.get_json()["error"].endswith(".")
    assert not (store.root.path / "sayno/collages").exists()


def test_to_exclude_somebody_who_is_not_there_is_refused_by_the_api_and_on_the_page(
    client: FlaskClient, store: Store
) -> None:
    fill(store, "sayno", 2)
    answer = ask(client, SMALL | {"exclude": ["p1", "p11", "P0"]})
    assert answer.status_code == 422
    assert answer.get_json()["error"].startswith("P0 and p11 are not in the campaign sayno")
    origin = {"Origin": "http://localhost"}
    form = {"width": "600", "height": "600", "exclude": ["p11"]}
    page = client.post("/admin/campaigns/sayno/build", data=form, auth=ADMIN, headers=origin)
    assert page.status_code == 422
    assert "p11 is not in the campaign sayno" in page.text
    assert "p11 is not in the campaign sayno" in get(client, "/admin/campaigns/sayno/plan?exclude=p11").text
    assert store.collages.ids("sayno") == []


def test_a_body_that_is_no_json_is_refused(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 3)
    answer = client.post("/admin/campaigns/sayno/collages", data=b"photos=3", auth=ADMIN)
    assert answer.status_code == 422


def test_a_campaign_without_photos_makes_no_collage(client: FlaskClient) -> None:
    answer = ask(client)
    assert answer.status_code == 422
    assert "no approved photos" in answer.get_json()["error"]


def test_an_unmounted_store_is_not_a_campaign_without_photos(client: FlaskClient, store: Store) -> None:
    (store.root.path / MARKER).unlink()
    assert ask(client).status_code == 503


def test_a_second_collage_at_the_same_time_is_refused(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 12)
    fill(store, "other", 1)
    large = {"width": 1000, "height": 1000}
    first, second = ask(client, large, wait=None), ask(client, large, wait=None)
    assert (first.status_code, second.status_code) == (202, 409)
    assert ask(client, SMALL, campaign="other").status_code == 201
    assert until_done(client, first.headers["Location"])["state"] == "done"
    assert ask(client, SMALL).status_code == 201


@pytest.mark.parametrize(
    "path",
    ["nope/collages/0001", "sayno/collages/0001", "sayno/collages/x", "sayno/collages/..", "sayno/collages/0001/x.png"],
)
def test_a_missing_page_is_404(client: FlaskClient, path: str) -> None:
    assert get(client, f"/admin/campaigns/{path}").status_code == 404
    assert ask(client, campaign="nope").status_code == 404


@pytest.mark.parametrize("file", ["../../approved/p0.jpg", "..%2f..%2fapproved%2fp0.jpg", ".lock", "%2e%2e"])
def test_only_the_files_of_a_collage_can_be_fetched(client: FlaskClient, store: Store, file: str) -> None:
    fill(store, "sayno", 1)
    built(store, **SMALL)
    assert get(client, "/admin/campaigns/sayno/collages/0001/collage-1024.jpg").status_code == 200
    assert get(client, f"/admin/campaigns/sayno/collages/0001/{file}").status_code == 404


def test_nginx_is_told_which_file_to_send_once_it_is_known_who_asks(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 1)
    built(store, **SMALL)
    path = "/admin/campaigns/sayno/collages/0001/collage.png"
    nginx = {"X-Sendfile-Type": "X-Accel-Redirect", "X-Accel-Mapping": f"{store.root.path}/=/_store/"}
    answer = client.get(path, auth=ADMIN, headers=nginx)
    assert answer.headers["X-Accel-Redirect"] == "/_store/sayno/collages/0001/collage.png"
    assert (answer.get_data(), answer.mimetype) == (b"", "image/png")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert client.get(path, headers=nginx).status_code == 401
    assert client.get(path.replace("0001", "0002"), auth=ADMIN, headers=nginx).status_code == 404


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("203.0.113.9", {}),
        ("127.0.0.1", {"X-Sendfile-Type": "X-Sendfile"}),
        ("127.0.0.1", {"X-Accel-Mapping": ""}),
        ("127.0.0.1", {"X-Accel-Mapping": "=/_store/"}),
        ("127.0.0.1", {"X-Accel-Mapping": "/nowhere/=/_store/"}),
    ],
)
def test_clients_other_than_nginx_get_the_file_itself(
    client: FlaskClient, store: Store, peer: str, headers: dict[str, str]
) -> None:
    fill(store, "sayno", 1)
    built(store, **SMALL)
    nginx = {"X-Sendfile-Type": "X-Accel-Redirect", "X-Accel-Mapping": f"{store.root.path}/=/_store/"}
    answer = client.get(
        "/admin/campaigns/sayno/collages/0001/collage.png",
        auth=ADMIN,
        headers=nginx | headers,
        environ_base={"REMOTE_ADDR": peer},
        buffered=True,
    )
    assert answer.get_data() == store.collages.file("sayno", "0001", "collage.png").read_bytes()
    assert "X-Accel-Redirect" not in answer.headers


def test_a_build_that_fails_says_why(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 2)
    for path in store.root.path.glob("sayno/*/p*"):
        path.write_bytes(b"torn")
    answer = ask(client, SMALL, wait=None)
    state = until_done(client, answer.headers["Location"])
    assert (state["state"], "can be read" in state["error"]) == ("failed", True)


def test_errors_are_json_on_the_api_and_a_page_elsewhere(client: FlaskClient) -> None:
    assert client.get("/admin/campaigns/nope/collages/1", auth=ADMIN).is_json
    page = client.get("/nowhere")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    wrong = client.get("/webhook/cloudinary")
    assert (wrong.status_code, wrong.is_json, "POST" in wrong.headers["Allow"]) == (405, True, True)


def test_no_address_is_in_a_manifest(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 1)
    assert "@" not in json.dumps(ask(client, SMALL).get_json())
