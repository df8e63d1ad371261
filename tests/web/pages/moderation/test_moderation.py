"""The page of moderation without scripts, its pictures, and the API that scripts and programs use."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient
from PIL import Image

from app.adapters.store import Store
from scripts.sandbox.standin.client import Standin
from tests.support.dashboard import FORM, get, post, text
from tests.support.moderation import put_waiting
from tests.support.web import ADMIN

HERE = "/admin/campaigns/sayno/moderation"


def shown(page: str) -> list[str]:
    return re.findall(r'<li class="photo" data-id="([^"]+)"', page)


def counts(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-count="(\w+)"[^>]*>([\d,]+\+?)<', page))


def statuses(standin: Standin) -> dict[str, str]:
    return {name: asset["status"] for name, asset in standin.state()["assets"].items()}


def test_the_page_shows_who_waits_with_name_and_date_and_how_many_of_each_kind(
    client: FlaskClient, standin: Standin
) -> None:
    put_waiting(standin, 3)
    standin.upload_many(b"no picture", [{"public_id": "bad", "asset_folder": "sayno", "status": "rejected"}])
    page = get(client, HERE).text
    assert shown(page) == ["p000", "p001", "p002"]
    assert counts(page) == {"pending": "3", "approved": "0", "rejected": "1"}
    assert "Person p001 waiting for a moment sent " in text(page)
    rejected = get(client, f"{HERE}?status=rejected").text
    assert shown(rejected) == ["bad"]
    assert "rejected a moment ago" in text(rejected)
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_without_scripts_photos_are_decided_by_buttons_and_undone_after_a_reload(
    client: FlaskClient, standin: Standin
) -> None:
    put_waiting(standin, 4)
    fields = {"shown": "pending", "before": "pending"}
    answer = post(client, HERE, approve="p000", **fields)
    assert answer.status_code == 303
    answer = post(client, HERE, status="rejected", photo=["p001", "p002"], **fields)
    for _ in range(2):  # the page can be loaded again
        page = get(client, answer.headers["Location"]).text
        assert "2 photos were rejected." in text(page)
        assert counts(page) == {"pending": "1", "approved": "1", "rejected": "2"}
    undo = re.findall(r'<input type="hidden" name="photo" value="([^"]+)"', page)
    answer = post(client, HERE, status="pending", photo=undo, shown="pending")
    page = get(client, answer.headers["Location"]).text
    assert "2 photos were put back to wait." in text(page)
    assert statuses(standin) == {"p000": "approved", "p001": "pending", "p002": "pending", "p003": "pending"}


def test_the_page_names_what_failed_and_offers_to_try_again(client: FlaskClient, standin: Standin) -> None:
    put_waiting(standin, 2)
    standin.faults("api", "status", status=500, times=None, match="p001")
    answer = post(client, HERE, status="approved", photo=["p000", "p001"], shown="pending", before="pending")
    assert answer.status_code == 503
    assert "1 photo was not approved. p001: Cloudinary cannot be reached at the moment. Try again" in text(answer.text)
    assert counts(answer.text) == {"pending": "1", "approved": "1", "rejected": "0"}


def test_a_form_with_nothing_ticked_says_so_and_other_sites_decide_nothing(
    client: FlaskClient, standin: Standin
) -> None:
    put_waiting(standin, 1)
    answer = post(client, HERE, status="approved", shown="pending")
    assert (answer.status_code, "No photo is ticked" in text(answer.text)) == (422, True)
    assert post(client, HERE, status="gone", photo="p000").status_code == 422
    fields = {"approve": "p000"}
    assert client.post(HERE, data=fields, auth=ADMIN, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert statuses(standin) == {"p000": "pending"}


def test_pages_of_sixty_follow_one_another(client: FlaskClient, standin: Standin) -> None:
    ids = put_waiting(standin, 70)
    assert shown(get(client, HERE).text) == ids[:60]
    second = get(client, f"{HERE}?skip=60").text
    assert shown(second) == ids[60:]
    assert "Previous photos" in second
    assert "More photos" not in second


def test_a_waiting_photo_is_seen_by_the_admin_only_and_kept_by_nobody(client: FlaskClient, standin: Standin) -> None:
    put_waiting(standin, 1)
    get(client, HERE)
    before = len(standin.calls("api"))
    for size, longest in (("small", 480), ("large", 800)):
        answer = get(client, f"{HERE}/p000/{size}.jpg?v=1")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        with Image.open(io.BytesIO(answer.data)) as image:
            assert max(image.size) == longest
    assert client.get(f"{HERE}/p000/small.jpg").status_code == 401
    assert get(client, f"{HERE}/gone/small.jpg").status_code == 404
    assert get(client, "/admin/campaigns/other/moderation/p000/small.jpg").status_code == 404
    assert len(standin.calls("api")) == before, "pictures cost no call of the Admin API"


def test_a_rejected_photo_that_cloudinary_hides_has_no_picture(client: FlaskClient, standin: Standin) -> None:
    put_waiting(standin, 1)
    standin.reject("p000", notify=False)
    assert get(client, f"{HERE}/p000/small.jpg").status_code == 404


def test_while_cloudinary_is_away_the_page_shows_what_it_knows(client: FlaskClient, standin: Standin) -> None:
    put_waiting(standin, 2)
    standin.faults("api", "status", status=500, times=3)
    assert get(client, HERE).status_code == 503
    standin.clear_faults()
    assert shown(get(client, HERE).text) == ["p000", "p001"]
    assert get(client, f"{HERE}?again=1").status_code == 200


def test_programs_decide_and_count_by_json(client: FlaskClient, standin: Standin, store: Store) -> None:
    put_waiting(standin, 3)
    path, wanted = f"{HERE}/decisions", {"photos": ["p000", "gone"], "status": "approved"}
    answer = client.post(path, json=wanted, auth=ADMIN, headers=FORM)
    assert answer.json == {
        "done": ["p000"],
        "failed": {"gone": "There is no photo gone in sayno any more."},
        "counts": {"pending": 2, "approved": 1, "rejected": 0},
        "more": [],
        "notice": None,
    }
    assert get(client, f"{HERE}/counts").json == {
        "counts": {"pending": 2, "approved": 1, "rejected": 0},
        "more": [],
        "notice": None,
    }


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "photos must be a list of public IDs."),
        ({"photos": ["a"]}, "status must be one of pending, approved, rejected."),
        ({"photos": ["a"], "status": "x"}, "status must be one of pending, approved, rejected."),
        ({"photos": [1], "status": "approved"}, "photos must be a list of public IDs."),
        (
            {"photos": ["a"] * 101, "status": "approved"},
            "photos may have up to 100 public IDs in one request, not 101.",
        ),
    ],
)
def test_unusable_json_is_refused_by_name(client: FlaskClient, body: object, said: str) -> None:
    answer = client.post(f"{HERE}/decisions", json=body, auth=ADMIN, headers=FORM)
    assert (answer.status_code, answer.json) == (422, {"error": said})
