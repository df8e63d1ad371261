"""A collage with a damaged manifest: administrators learn what to do, visitors find nothing there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from tests.support.web import ADMIN, mail_settings

HERE = "/admin/campaigns/sayno"
TRACK = Tokens([mail_settings("")["COLLAGEN_SECRET_KEY"]])
SAID = "The manifest of the collage 0001 of sayno is damaged"
DO = "python -m app check sayno --repair"


@pytest.fixture
def store(tmp_path: Path, addressed_collage: Path) -> Store:
    """Two collages of the same people, the newer one damaged; 0002 differs only in its number."""
    (tmp_path / "campaigns.toml").write_text('[sayno]\ntitle = "Say No"\npublic = true\n[other]\n')
    shutil.copytree(addressed_collage, tmp_path / "store")
    made = Store(tmp_path / "store")
    older, newer = (made.collages.directory("sayno", number) for number in ("0001", "0002"))
    shutil.copytree(older, newer)
    manifest = made.collages.manifest("sayno", "0001").as_json()
    made.collages.rewrite_manifest("sayno", "0002", manifest | {"id": "0002"})
    (older / "manifest.json").write_bytes(b'{"id": "0001", "tiles"')
    return made


def get(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, auth=ADMIN, buffered=True)


def test_the_dashboard_names_it_and_shows_the_others(client: FlaskClient) -> None:
    assert "damaged collage" in get(client, "/admin/").text
    page = get(client, f"{HERE}/history").text
    assert (SAID in page, DO in page, "Collage 0002" in page) == (True, True, True)
    answer = get(client, f"{HERE}/history/0001")
    assert (answer.status_code, SAID in answer.text, DO in answer.text) == (409, True, True)
    assert get(client, f"{HERE}/history/0002").status_code == 200
    assert "damaged" not in get(client, f"{HERE}/history/0002").text


@pytest.mark.parametrize("path", ["", "/collage.png", "/collage-1024.jpg", "/manifest.json", "/notify", "/opens"])
def test_the_api_answers_409_and_says_what_to_do(client: FlaskClient, path: str) -> None:
    answer = get(client, f"{HERE}/collages/0001{path}")
    assert (answer.status_code, DO in answer.get_json()["error"]) == (409, True)
    assert get(client, f"{HERE}/collages/0002{path}").status_code == 200


def test_nobody_is_told_of_it(client: FlaskClient) -> None:
    answer = client.post(f"{HERE}/collages/0001/notify", json={"send": True}, auth=ADMIN)
    assert (answer.status_code, "is damaged" in answer.get_json()["error"]) == (409, True)


def test_visitors_are_led_to_the_newest_wall_that_is_whole(client: FlaskClient, store: Store) -> None:
    for path in ("/wall/sayno/0001", f"/track/{TRACK.image(Claims('sayno', '0001', 'p0'))}/wall"):
        page = client.get(path)
        assert (page.status_code, '"/wall/sayno/0002"' in page.text) == (404, True)
        assert (DO in page.text, "damaged" in page.text) == (False, False)
    (store.collages.directory("sayno", "0002") / "manifest.json").write_bytes(b"null")
    assert "/wall/sayno/" not in client.get("/wall/sayno/0001").text


@pytest.mark.parametrize("picture", ["collage.jpg", "wall.jpg", "tiles/9/0_0.jpg", "place-square.jpg"])
def test_its_pictures_are_not_served_as_nobody_can_tell_who_has_withdrawn(client: FlaskClient, picture: str) -> None:
    answer = client.get(f"/track/{TRACK.image(Claims('sayno', '0001', 'p0'))}/{picture}")
    assert (answer.status_code, DO in answer.text) == (404, False)


def test_while_a_log_is_damaged_the_page_says_why_nobody_can_be_mailed(client: FlaskClient, store: Store) -> None:
    log = store.root.path / "sayno/logs/sends.jsonl"
    log.parent.mkdir(exist_ok=True)
    log.write_bytes(b"null\n")
    page = get(client, f"{HERE}/history/0002/notify")
    assert page.status_code == 200
    assert "The log sends.jsonl is damaged (line 1 is not a record)" in page.text
    assert "Send 3 mails now" not in page.text
    log.unlink()
    assert "Send 3 mails now" in get(client, f"{HERE}/history/0002/notify").text
