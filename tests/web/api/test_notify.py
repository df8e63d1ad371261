"""The admin's API: mailing the people in a collage, and the results."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.adapters.store import Store
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.web import ADMIN, application, mail_settings

COLLAGE = "/admin/campaigns/sayno/collages/0001"


@pytest.fixture
def store(addressed_collage: Path, tmp_path: Path) -> Store:
    return Store(shutil.copytree(addressed_collage, tmp_path / "store"))


@pytest.fixture
def environ(standin: Standin, store: Store, mails: MailServer) -> dict[str, str]:
    return environment(standin, store.root.path, **mail_settings(mails.plain_url))


def client_of(environ: dict[str, str]) -> Iterator[FlaskClient]:
    app = application(environ)
    yield app.test_client()
    app.extensions["collagen"].close()


@pytest.fixture
def client(environ: dict[str, str]) -> Iterator[FlaskClient]:
    yield from client_of(environ)


@pytest.fixture
def collage(store: Store) -> str:
    """A collage of five: three with an address, one without, one with an invalid one."""
    return COLLAGE


def post(client: FlaskClient, body: Any = None, path: str = COLLAGE) -> TestResponse:
    return client.post(f"{path}/notify", data=None if body is None else json.dumps(body), auth=ADMIN)


def get(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, auth=ADMIN)


def until_done(client: FlaskClient, path: str) -> dict[str, Any]:
    def over() -> dict[str, Any] | None:
        state: dict[str, Any] = get(client, path).get_json()
        assert 0 <= state.get("progress", 0) <= 1
        return state if state["state"] != "sending" else None

    found = wait_for(over, "the mails were sent")
    assert found is not None
    return found


def test_without_send_it_says_how_many_would_be_told_and_tells_nobody(
    client: FlaskClient, collage: str, mails: MailServer
) -> None:
    for body in (None, {}, {"send": False}):
        answer = post(client, body)
        assert (answer.status_code, answer.get_json()) == (
            200,
            {"recipients": 3, "skipped": {"no address": 1, "malformed address": 1}},
        )
        assert b"@" not in answer.get_data()
    assert mails.taken() == []
    assert get(client, f"{collage}/notify").get_json()["state"] == "idle"


def test_with_send_it_is_promised_at_once_and_done_by_a_process_apart(
    client: FlaskClient, collage: str, mails: MailServer
) -> None:
    answer = post(client, {"send": True})
    assert (answer.status_code, answer.get_json()) == (202, {"state": "sending"})
    location = answer.headers["Location"]
    assert location == f"{collage}/notify"
    state = until_done(client, location)
    assert (state["state"], state["sent"], state["failed"], state["total"]) == ("done", 3, 0, 3)
    assert state["progress"] == 1
    assert "@" not in json.dumps(state)
    assert mails.told() == {"ann@example.org": 1, "ben@example.org": 1, "cem@example.org": 1}


def test_the_mail_that_arrives_is_whole_and_its_links_lead_somewhere(
    client: FlaskClient, collage: str, mails: MailServer
) -> None:
    until_done(client, post(client, {"send": True, "limit": 1}).headers["Location"])
    (message,) = mails.messages()
    assert message["To"] == "ann@example.org"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # in one piece in the message, or no mail program finds it
    assert re.search(r"^List-Unsubscribe: <https://\S+>\r?$", mails.taken()[0]["content"], re.MULTILINE)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    part = message.get_body(("plain",))
    assert part is not None
    addresses = [line for line in part.get_content().splitlines() if line.startswith("https://collagen.example.org/")]
    assert len(addresses) == 3
    for address in addresses:
        answer = client.get(address.removeprefix("https://collagen.example.org"))
        assert answer.status_code in (200, 302)
        answer.close()


def test_nobody_is_told_twice(client: FlaskClient, collage: str, mails: MailServer) -> None:
    until_done(client, post(client, {"send": True}).headers["Location"])
    answer = post(client).get_json()
    assert (answer["recipients"], answer["skipped"]["told before"]) == (0, 3)
    until_done(client, post(client, {"send": True, "everyone": True}).headers["Location"])
    assert len(mails.taken()) == 3


def test_while_mails_are_sent_no_others_are(client: FlaskClient, collage: str, mails: MailServer) -> None:
    mails.refuse(delay=0.5)
    first, second = post(client, {"send": True}), post(client, {"send": True})
    assert (first.status_code, second.status_code) == (202, 409)
    assert "already being sent" in second.get_json()["error"]
    assert until_done(client, first.headers["Location"])["state"] == "done"
    assert set(mails.told().values()) == {1}


@pytest.mark.parametrize(
    "body",
    [
        [],
        "send",
        {"send": 1},
        {"send": "true"},
        {"everyone": None},
        {"limit": 0},
        {"limit": -1},
        {"limit": True},
        {"limit": 1.5},
        {"rate": "fast"},
        {"test": "ann@example.org"},
        {"sned": True},
    ],
)
def test_unusable_input_is_refused(client: FlaskClient, collage: str, body: Any) -> None:
    answer = post(client, body)
    assert answer.status_code == 422
    assert answer.get_json()["error"].endswith(".")


def test_a_body_that_is_no_json_is_refused(client: FlaskClient, collage: str) -> None:
    assert client.post(f"{collage}/notify", data=b"send=true", auth=ADMIN).status_code == 422


@pytest.mark.parametrize("path", ["nope/collages/0001", "sayno/collages/0009", "sayno/collages/x"])
def test_a_missing_collage_sends_no_mails(client: FlaskClient, collage: str, path: str) -> None:
    base = f"/admin/campaigns/{path}"
    assert [post(client, body, base).status_code for body in ({}, {"send": True})] == [404, 404]
    assert [get(client, f"{base}/{what}").status_code for what in ("notify", "opens")] == [404, 404]


def test_an_unsound_collage_sends_no_mails(client: FlaskClient, collage: str, store: Store, mails: MailServer) -> None:
    (store.collages.directory("sayno", "0001") / "collage-1024.jpg").write_bytes(b"torn")
    for body in ({}, {"send": True}):
        answer = post(client, body)
        assert answer.status_code == 409
        assert "not sound" in answer.get_json()["error"]
        assert str(store.root.path) not in answer.get_json()["error"]
    assert mails.taken() == []


@pytest.mark.parametrize(
    "name", ["COLLAGEN_SMTP_URL", "COLLAGEN_MAIL_FROM", "COLLAGEN_PUBLIC_URL", "COLLAGEN_SECRET_KEY"]
)
def test_a_setting_that_is_missing_is_named(collage: str, environ: dict[str, str], name: str) -> None:
    for lacking in client_of(environ | {name: ""}):
        for body in ({}, {"send": True}):
            answer = post(lacking, body)
            assert answer.status_code == 503
            assert name in answer.get_json()["error"]


def test_opens_are_counted_for_one_collage(client: FlaskClient, collage: str, store: Store) -> None:
    until_done(client, post(client, {"send": True}).headers["Location"])
    now = datetime(2026, 11, 20, 7, 0, 0, tzinfo=UTC)
    for photo, kind in (("p0", "human"), ("p0", "proxy"), ("p1", "prefetch")):
        store.opens.add("sayno", now, {"collage": "0001", "photo": photo, "class": kind})
    store.opens.add("sayno", now, {"collage": "0002", "photo": "p4", "class": "human"})
    answer = get(client, f"{collage}/opens")
    assert answer.status_code == 200
    figures = answer.get_json()
    assert (figures["told"], figures["delivered"], figures["opened"], figures["hits"]) == (3, 3, 2, 3)
    assert figures["by_class"]["human"] == {"people": 1, "hits": 1}
    assert figures["by_day"] == [{"day": "2026-11-20", "people": 2, "hits": 3}]
    assert "@" not in answer.get_data(as_text=True)


def test_a_picture_that_is_loaded_counts_as_opened(client: FlaskClient, collage: str, mails: MailServer) -> None:
    until_done(client, post(client, {"send": True, "limit": 1}).headers["Location"])
    (message,) = mails.messages()
    part = message.get_body(("html",))
    assert part is not None
    path = part.get_content().partition('src="https://collagen.example.org')[2].partition('"')[0]
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0"}
    picture = client.get(path, headers=agent, buffered=True)
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    figures = get(client, f"{collage}/opens").get_json()
    assert (figures["told"], figures["opened"], figures["by_class"]["human"]["people"]) == (1, 1, 1)


def test_a_collage_without_mails_has_zero_figures(client: FlaskClient, collage: str) -> None:
    figures = get(client, f"{collage}/opens").get_json()
    assert (figures["told"], figures["opened"], figures["hits"], figures["by_day"]) == (0, 0, 0, [])
