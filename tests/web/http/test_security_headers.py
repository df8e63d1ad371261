"""Headers on every response, slowed-down guessing, and no request that ends in an internal error."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import socket
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.store import Store
from app.core.errors import where
from app.web.auth.buckets import ADDRESS
from app.web.auth.throttle import Throttle
from app.web.http.event_stream import Streams
from app.web.http.security_headers import HEADERS
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.web import ADMIN, fill, notify, sign

ADMIN_PATH = "/admin/campaigns/sayno/collages/0001"


@pytest.mark.parametrize("path", ["/health", "/nowhere", ADMIN_PATH, "/webhook/x", "/static/page.css"])
def test_every_answer_tells_the_browser_to_be_careful(client: FlaskClient, path: str) -> None:
    answer = client.get(path, buffered=True)
    for name in HEADERS:
        assert answer.headers[name]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_loads_nothing_from_elsewhere_and_says_nothing_of_the_machine(client: FlaskClient, store: Store) -> None:
    page = client.get("/nowhere").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert "/static/page.css" in addresses
    assert all(address.startswith("/") and not address.startswith("//") for address in addresses), addresses
    assert str(store.root.path) not in page


def test_after_too_many_wrong_passwords_even_the_right_one_is_not_looked_at(client: FlaskClient) -> None:
    elsewhere = {"X-Forwarded-For": "10.0.0.1, 203.0.113.9"}
    for _ in range(ADDRESS.most):
        assert client.get(ADMIN_PATH, auth=("admin", "guess"), headers=elsewhere).status_code == 401
    refused = client.get(ADMIN_PATH, auth=ADMIN, headers=elsewhere)
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    # the admin elsewhere is not locked out, and an invented first entry does not help the guesser
    assert client.get(ADMIN_PATH, auth=ADMIN, headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 404
    again = client.get(ADMIN_PATH, auth=ADMIN, headers={"X-Forwarded-For": "8.8.8.8, 203.0.113.9"})
    assert again.status_code == 429


def test_asking_without_a_password_is_no_guess(client: FlaskClient) -> None:
    for _ in range(2 * ADDRESS.most):
        assert client.get(ADMIN_PATH).status_code == 401
    assert client.get(ADMIN_PATH, auth=ADMIN).status_code == 404


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]),
    data=st.data(),
    body=st.binary(max_size=200),
    signed=st.booleans(),
    logged_in=st.booleans(),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_to_any_route_is_an_internal_error(
    app: Flask, client: FlaskClient, method: str, data: st.DataObject, body: bytes, signed: bool, logged_in: bool
) -> None:
    app.extensions["collagen"] = replace(app.extensions["collagen"], streams=Streams(seconds=0))  # each ends at once
    rule = data.draw(st.sampled_from([rule.rule for rule in app.url_map.iter_rules()] + ["/<any>"]))
    word = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.sampled_from(
        ["sayno", "0001", "..", "manifest.json", ".lock", "%2e%2e", "\x00"]
    )
    path = re.sub(r"<[^>]+>", lambda _: data.draw(word).replace("?", "").replace("#", ""), rule)
    path = f"/{path.lstrip('/')}"  # the test client takes what follows two slashes for a host
    headers: Any = sign(body) if signed else {}
    answer = client.open(
        path, method=method, data=body, headers=headers, auth=ADMIN if logged_in else None, buffered=True
    )
    assert answer.status_code < 500
    # /metrics counts what every test of this process has requested
    assert len(answer.get_data()) < (1_000_000 if rule == "/metrics" else 100_000)
    assert b"Traceback" not in answer.get_data()


def test_a_thousand_forged_notifications_are_refused(client: FlaskClient, standin: Standin) -> None:
    body = json.dumps({"notification_type": "moderation", "moderation_status": "approved", "public_id": "a"}).encode()
    right = sign(body)
    digits = "0123456789abcdef"
    for number in range(1_000):
        forged = dict(right)
        if number % 3 == 0:  # one digit of the signature
            place = number % 40
            digit = digits[(digits.index(right["X-Cld-Signature"][place]) + 1 + number % 15) % 16]
            forged["X-Cld-Signature"] = right["X-Cld-Signature"][:place] + digit + right["X-Cld-Signature"][place + 1 :]
        elif number % 3 == 1:  # another time
            forged["X-Cld-Timestamp"] = str(int(right["X-Cld-Timestamp"]) - 1 - number % 7000)
        answer = client.post(
            "/webhook/cloudinary", data=body + b" " * (1 + number) if number % 3 == 2 else body, headers=forged
        )
        assert answer.status_code == 401
    assert standin.calls() == []


def test_an_unexpected_error_is_one_line_that_repeats_nothing_it_says(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail() -> str:
        raise KeyError("ann@example.org")

    app.view_functions["api.health.show"] = fail
    with caplog.at_level(logging.INFO):
        answer = client.get("/health")
    assert answer.status_code == 500
    assert "ann@example.org" not in answer.text + caplog.text
    assert "KeyError" in caplog.text
    assert "Traceback" not in caplog.text


def test_where_names_the_place_in_our_code() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        Throttle(clock=lambda: 1 / 0).attempt("admin", "x")
    assert re.fullmatch(r"ZeroDivisionError in attempt, throttle.py line \d+", where(caught.value))


def test_neither_answers_nor_the_log_say_where_the_store_is(
    client: FlaskClient, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    (store.root.path / ".collagen").unlink()
    with caplog.at_level(logging.INFO):
        answers = [
            client.post("/admin/campaigns/sayno/collages", auth=ADMIN),
            notify(client, {"notification_type": "upload", "public_id": "a"}),
            client.get("/health"),
        ]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert str(store.root.path) not in caplog.text + "".join(answer.text for answer in answers)


def test_a_body_without_an_end_is_cut_off_at_the_limit(standin: Standin, store: Store) -> None:
    with Service(environment(standin, store.root.path), workers=1) as service:
        host, port = service.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=300) as connection:
            head = f"POST /webhook/x HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(head.encode())
            chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
            answer = b""
            with contextlib.suppress(OSError):
                for _ in range(64):  # 4 MiB
                    connection.sendall(chunk)
            with contextlib.suppress(OSError):
                answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 413") or answer == b""  # or the connection is cut


def test_a_manifest_names_nobody(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 1)
    client.post(
        "/admin/campaigns/sayno/collages", json={"width": 64, "height": 64}, auth=ADMIN, headers={"Prefer": "wait=60"}
    )
    assert "@" not in client.get(f"{ADMIN_PATH}/manifest.json", auth=ADMIN, buffered=True).text


@pytest.mark.parametrize("path", ["/admin/campaigns/sayno/collages", "/admin/campaigns/sayno/collages/0001/notify"])
@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"photos":' * 100_000, b'{"photos": ' + b"9" * 10_000 + b"}"])
def test_json_that_is_deep_or_large_is_refused_with_a_sentence(client: FlaskClient, path: str, body: bytes) -> None:
    answer = client.post(path, data=body, auth=ADMIN)
    assert answer.status_code == 422
    assert answer.get_json()["error"]


def test_a_notification_that_is_deep_is_refused_with_a_sentence(client: FlaskClient) -> None:
    answer = notify(client, b"[" * 200_000)
    assert (answer.status_code, "not JSON" in answer.get_json()["error"]) == (400, True)
