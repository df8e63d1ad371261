"""Each request has an ID and one line in the log, which does not reveal who requested what."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.adapters.store import Store
from app.core.logging import current_request_id
from scripts.sandbox.standin.client import Standin
from tests.support.web import ADMIN, approve, notify

GIVEN = "0123456789abcdef0123456789abcdef"  # as nginx makes them


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "app.access"]


@pytest.fixture(autouse=True)
def _everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "app.access")


@pytest.mark.parametrize(
    ("path", "status"), [("/health", 200), ("/nothing", 404), ("/admin/", 401), ("/webhook/cloudinary", 405)]
)
def test_every_answer_tells_the_id_that_nginx_gave(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path, headers={"X-Request-ID": GIVEN})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (status, GIVEN)
    assert current_request_id() is None, "the next one on this thread has another"


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.1", "::ffff:127.0.0.2", "2001:db8::1"])
def test_from_elsewhere_nobody_gives_an_id(client: FlaskClient, peer: str) -> None:
    headers, environ = {"X-Request-ID": GIVEN}, {"REMOTE_ADDR": peer}
    answer = client.get("/health", headers=headers, environ_overrides=environ)
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])


@pytest.mark.parametrize("given", ["short", "x" * 65, "ann@example.org", "a b c d e f g h", ""])
def test_an_invalid_id_is_replaced(client: FlaskClient, given: str) -> None:
    answer = client.get("/health", headers={"X-Request-ID": given})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_a_line_has_method_route_status_and_time_and_nothing_about_who_asked(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get(
        "/track/a-personal-token/collage.jpg?email=ann@example.org",
        headers={"X-Forwarded-For": "203.0.113.9", "User-Agent": "Some Browser", "Referer": "https://mail.example"},
        auth=ADMIN,
    )
    (line,) = lines(caplog)
    assert re.fullmatch(r"GET /track/<token>/collage.jpg 404 in \d+\.\d{3} s", line.getMessage())
    said: dict[str, Any] = vars(line)
    assert (said["method"], said["route"], said["status"]) == ("GET", "/track/<token>/collage.jpg", 404)
    told = {name: value for name, value in said.items() if not isinstance(value, float)}  # 1203.05 is not an address
    for private in ("a-personal-token", "ann@", "203.0", "127.0", "Browser", "mail.example", *ADMIN[1:]):
        assert private not in str(told), private


def test_a_path_without_a_route_is_not_told(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.post("/ann@example.org/wp-login.php")
    assert [line.getMessage().split(" in ")[0] for line in lines(caplog)] == ["POST none 404"]


def test_frequent_health_and_metrics_requests_are_logged_only_at_debug(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/health", "/metrics", "/admin/"):
        client.get(path)
    assert [line.levelname for line in lines(caplog)] == ["DEBUG", "DEBUG", "INFO"]


def test_the_log_of_the_campaign_ends_with_the_request_and_the_desk_does_not_show_it(
    client: FlaskClient, standin: Standin, store: Store
) -> None:
    answer = notify(client, approve(standin, "p/1"))
    (line,) = store.logs.tail("sayno", 9)
    assert line.endswith(f" request={answer.headers['X-Request-ID']}")
    page = client.get("/admin/", auth=ADMIN).text
    assert "p/1" in page
    assert "request=" not in page
