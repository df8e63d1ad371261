"""Mailing people from the dashboard: the numbers first, then the button, then the results."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.adapters.store import Store
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.dashboard import FORM, HERE, close, get, text
from tests.support.web import ADMIN, application, mail_settings


@pytest.fixture
def store(addressed_collage: Path, tmp_path: Path) -> Store:
    return Store(shutil.copytree(addressed_collage, tmp_path / "store"))


@pytest.fixture
def client(standin: Standin, store: Store, mails: MailServer) -> Iterator[FlaskClient]:
    environ = environment(standin, store.root.path, **mail_settings(mails.plain_url))
    app = application(environ)
    yield app.test_client()
    close(app)


@pytest.fixture
def page(store: Store) -> str:
    """The page of a collage of five: three with an address, one without, one with an invalid one."""
    return f"{HERE}/history/0001"


def send(client: FlaskClient, page: str, recipients: int = 3, **fields: str) -> TestResponse:
    form = {"recipients": str(recipients)} | fields
    return client.post(f"{page}/notify", data=form, auth=ADMIN, headers=FORM)


def until_sent(client: FlaskClient, page: str) -> str:
    wait_for(lambda: "Mails are being sent" not in get(client, f"{page}/notify").text, "the mails were sent")
    return text(get(client, f"{page}/notify").text)


def test_first_there_are_the_numbers_and_nobody_is_told(client: FlaskClient, page: str, mails: MailServer) -> None:
    answer = get(client, f"{page}/notify")
    said = text(answer.text)
    assert "3 of 5 people will get a mail." in said
    assert "1 have no address" in said
    assert "1 have an unusable address" in said
    assert "Send 3 mails now" in said
    assert "@" not in answer.text
    assert "2 of 5 people" in text(get(client, f"{page}/notify?limit=2").text)
    assert mails.taken() == []


def test_the_button_tells_them_and_the_page_says_what_came_of_it(
    client: FlaskClient, page: str, mails: MailServer, store: Store
) -> None:
    answer = send(client, page)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{page}/notify")
    said = until_sent(client, page)
    assert "3 of 3 mails were sent" in said
    assert "3 already got a mail" in said
    assert len(mails.taken()) == 3
    store.opens.add("sayno", datetime(2026, 11, 20, tzinfo=UTC), {"collage": "0001", "photo": "p0", "class": "human"})
    collage = get(client, page).text
    assert "sent 3 delivered 3 opened 1 33 %" in text(collage)
    assert re.search(r'<svg class="chart".*People who opened the mail by day. 20 Nov: 1', collage, re.DOTALL)


def test_only_as_many_as_the_page_said_are_told(client: FlaskClient, page: str, mails: MailServer) -> None:
    answer = send(client, page, recipients=2)
    assert answer.status_code == 409
    assert "The numbers have changed" in answer.text
    assert "Send 3 mails now" in text(answer.text)
    assert send(client, page, recipients=1, limit="1").status_code == 303
    until_sent(client, page)
    assert len(mails.taken()) == 1


@pytest.mark.parametrize(
    ("limit", "reason"),
    [("0", "at least 1, not 0"), ("-1", "at least 1, not -1"), ("x", "a whole number"), ("1.5", "a whole number")],
)
def test_a_limit_is_refused_with_the_right_reason(
    client: FlaskClient, page: str, mails: MailServer, limit: str, reason: str
) -> None:
    assert f"limit must be {reason}" in text(get(client, f"{page}/notify?limit={limit}").text)
    assert send(client, page, limit=limit).status_code == 422
    assert mails.taken() == []


def test_a_collage_that_is_not_sound_is_said_to_be(client: FlaskClient, page: str, store: Store) -> None:
    (store.collages.directory("sayno", "0001") / "collage-1024.jpg").write_bytes(b"")
    said = text(get(client, f"{page}/notify").text)
    assert "not sound" in said
    assert "mails now" not in said
    assert send(client, page).status_code == 409


def test_without_a_mail_server_the_page_says_which_setting_is_missing(
    standin: Standin, store: Store, client: FlaskClient, page: str
) -> None:
    app = application(environment(standin, store.root.path))
    answer = get(app.test_client(), f"{page}/notify")
    assert answer.status_code == 200
    assert "COLLAGEN_SMTP_URL is not set" in answer.text
    assert "mails now" not in text(answer.text)
    close(app)


def test_another_sites_page_sends_nothing(client: FlaskClient, page: str, mails: MailServer) -> None:
    answer = client.post(f"{page}/notify", data={"recipients": "3"}, auth=ADMIN, headers={"Origin": "null"})
    assert answer.status_code == 403
    assert mails.taken() == []


def test_the_page_shows_the_mail_and_looking_at_it_leaves_no_trace(
    client: FlaskClient, page: str, store: Store, mails: MailServer
) -> None:
    answer = get(client, f"{page}/notify")
    assert "Subject: Say No: you are in the collage" in text(answer.text)
    assert "See yourself in the collage:" in answer.text
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    frame = get(client, f"{page}/notify/preview")
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert {"sandbox", "frame-ancestors 'self'", "default-src 'none'"} <= set(
        frame.headers["Content-Security-Policy"].split("; ")
    )
    (picture,) = re.findall(r'<img src="([^"]*)"', frame.text)
    assert picture.startswith("//localhost/track/")
    shown = client.get(picture.removeprefix("//localhost"))
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    assert list(store.opens.read("sayno")) == []
    assert mails.taken() == []


@pytest.mark.parametrize("part", ["preview", "test", "stop"])
def test_nobody_else_sees_sends_or_stops_a_mail(client: FlaskClient, page: str, part: str) -> None:
    ask = client.get if part == "preview" else client.post
    assert ask(f"{page}/notify/{part}").status_code == 401


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    return client.post(path, data=fields, auth=ADMIN, headers=FORM)


def test_a_test_mail_can_be_sent_first(client: FlaskClient, page: str, store: Store, mails: MailServer) -> None:
    answer = post(client, f"{page}/notify/test", address=" Me <me@MÜLLER.example> ")
    assert answer.status_code == 303
    assert "One mail was sent to you." in text(get(client, answer.headers["Location"]).text)
    assert mails.told() == {"me@xn--mller-kva.example": 1}
    assert store.sends.read("sayno") == []
    assert "3 of 5 people will get a mail." in text(get(client, f"{page}/notify").text)


def test_one_mail_that_cannot_be_sent_says_why(client: FlaskClient, page: str, mails: MailServer) -> None:
    answer = post(client, f"{page}/notify/test", address="me at example.org")
    assert (answer.status_code, "This is not a valid e-mail address." in answer.text) == (422, True)
    mails.refuse(recipients={"me@example.org": ["550 no such user me@example.org"]})
    answer = post(client, f"{page}/notify/test", address="me@example.org")
    assert (answer.status_code, "does not take it: 550 no such user" in text(answer.text)) == (502, True)
    assert "me@example.org" not in answer.text
    assert mails.taken() == []


def test_a_run_shows_how_many_are_sent_and_can_be_stopped(client: FlaskClient, page: str, mails: MailServer) -> None:
    send(client, page, rate="1")  # the second mail would be sent in a minute
    assert "of 3 mails sent" in text(get(client, f"{page}/notify").text)
    wait_for(lambda: bool(mails.taken()), "the first mail was sent")
    assert post(client, f"{page}/notify/stop").status_code == 303
    wait_for(lambda: "Mails are being sent" not in get(client, f"{page}/notify").text, "the run was stopped")
    said = text(get(client, f"{page}/notify").text)
    assert "The last run ended early: It was stopped. 1 of 3 mails were sent." in said
    assert "Send 2 mails now" in said
    assert send(client, page, recipients=2).status_code == 303  # the stop was for the run before
    assert "2 of 2 mails were sent" in until_sent(client, page)
    assert sum(mails.told().values()) == 3


def test_where_nothing_is_sent_there_is_nothing_to_stop(client: FlaskClient, page: str, store: Store) -> None:
    assert post(client, f"{page}/notify/stop").status_code == 303
    assert not store.sends.is_stopped("sayno")
