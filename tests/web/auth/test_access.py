"""Every route declares who may use it, and enforces it."""

from __future__ import annotations

import base64
import itertools
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from app.web.http.peer import client_address
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.web import ADMIN, application

WHO = {"anyone", "cloudinary", "admin", "admin or this machine", "token", "gallery"}


def access(app: Flask, rule: Rule) -> str:
    """Who may use a route."""
    return str(vars(app.view_functions[rule.endpoint])["access"])


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    undeclared = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "access", None) not in WHO
    ]
    assert undeclared == []


def test_every_admin_route_refuses_everyone_but_the_admin(app: Flask, client: FlaskClient) -> None:
    admin_rules = [rule for rule in app.url_map.iter_rules() if access(app, rule) == "admin"]
    assert len(admin_rules) >= 3
    networks = (f"10.{part}.{other}.1" for part in range(250) for other in range(250))  # nobody guesses twice
    for rule in admin_rules:
        path = rule.rule.replace("<campaign>", "sayno").replace("<collage>", "0001").replace("<file>", "manifest.json")
        for method in rule.methods or ():
            if method != "OPTIONS":
                for auth in (None, ("admin", "wrong"), ("root", ADMIN[1]), ("", "")):
                    elsewhere = {"X-Forwarded-For": next(networks)}
                    answer = client.open(path, method=method, auth=auth, headers=elsewhere)
                    assert answer.status_code == 401, (method, path, auth)
                    assert answer.headers["WWW-Authenticate"].startswith("Basic")


TOKEN_RULES = {
    "/track/<token>/collage.jpg",
    "/track/<token>/place-square.jpg",
    "/track/<token>/place-story.jpg",
    "/track/<token>/tiles/<int:level>/<int:x>_<int:y>.jpg",
    "/track/<token>/wall",
    "/track/<token>/wall.jpg",
    "/unsubscribe/<token>",
}


@pytest.mark.parametrize("key", ["", "a key of more than sixteen characters"])
def test_every_personal_route_refuses_requests_without_a_token(standin: Standin, store: Store, key: str) -> None:
    environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY=key)
    app = application(environ)
    rules = [rule for rule in app.url_map.iter_rules() if access(app, rule) == "token"]
    assert (
        {rule.rule for rule in rules}
        == TOKEN_RULES
        == {r.rule for r in app.url_map.iter_rules() if "<token>" in r.rule}
    )
    claims = Claims("sayno", "0001", "a")
    foreign = Tokens(["a key that is not the service's"])
    forged = ("x", "x.y", foreign.image(claims), foreign.unsubscribe(claims), "%00", "a" * 2000)
    for rule in rules:
        for token, method in itertools.product(forged, rule.methods or ()):
            if method != "OPTIONS":
                path = re.sub(r"<int:\w+>", "0", rule.rule.replace("<token>", token))
                answer = app.test_client().open(path, method=method, auth=ADMIN)
                assert answer.status_code == 404, (method, rule.rule, token)
    app.extensions["collagen"].close()


def test_only_admin_routes_are_under_admin(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        declared = access(app, rule)
        assert (declared == "admin") == rule.rule.startswith("/admin"), rule.rule


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Bearer x", "Basic " + base64.b64encode(b"\xff\xfe").decode()]
)
def test_malformed_credentials_are_refused(client: FlaskClient, header: str) -> None:
    answer = client.get("/admin/campaigns/sayno/collages/0001", headers={"Authorization": header})
    assert answer.status_code == 401


def test_without_a_password_admin_is_closed_and_says_so(standin: Standin, store: Store) -> None:
    environ = environment(standin, store.root.path) | {"COLLAGEN_ADMIN_PASSWORD": ""}
    client = application(environ).test_client()
    answer = client.get("/admin/campaigns/sayno/collages/0001", auth=("admin", ""))
    assert answer.status_code == 401
    assert "COLLAGEN_ADMIN_PASSWORD is not set" in answer.get_json()["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[localhost"},
        {"Origin": "http://localhost:8000"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost", "X-Forwarded-Proto": "https"},
        {"Origin": "https://localhost", "X-Forwarded-Proto": "https, http"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_browser_on_another_origin_cannot_change_anything(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/admin/campaigns/sayno/collages", auth=ADMIN, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost", "X-Forwarded-Proto": "https"},
        {"Origin": "https://localhost", "X-Forwarded-Proto": "http, https"},
    ],
)
def test_a_browser_on_the_same_origin_can(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/admin/campaigns/sayno/collages", auth=ADMIN, headers=headers)
    assert answer.status_code == 422


def test_the_scheme_that_a_stranger_says_is_not_believed(client: FlaskClient) -> None:
    for origin, status in (("https://localhost", 403), ("http://localhost", 422)):
        answer = client.post(
            "/admin/campaigns/sayno/collages",
            auth=ADMIN,
            headers={"Origin": origin, "X-Forwarded-Proto": "https"},
            environ_base={"REMOTE_ADDR": "203.0.113.9"},
        )
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("setting", "headers", "ours", "foreign"),
    [
        (
            {"COLLAGEN_TRUSTED_PROXIES": "203.0.113.9"},
            {"X-Forwarded-Proto": "https"},
            "https://localhost",
            "http://localhost",
        ),
        (
            {"COLLAGEN_PUBLIC_URL": "https://collagen.example.com/here"},
            {},
            "https://collagen.example.com",
            "http://collagen.example.com",
        ),
    ],
    ids=["the scheme that a trusted proxy names", "the public address, behind another proxy"],
)
def test_a_request_from_our_own_address_is_taken(
    standin: Standin, store: Store, setting: dict[str, str], headers: dict[str, str], ours: str, foreign: str
) -> None:
    app = application(environment(standin, store.root.path, **setting))
    for origin, status in ((ours, 422), (foreign, 403)):
        answer = app.test_client().post(
            "/admin/campaigns/sayno/collages",
            auth=ADMIN,
            headers={"Origin": origin} | headers,
            environ_base={"REMOTE_ADDR": "203.0.113.9"},
        )
        assert answer.status_code == status
    app.extensions["collagen"].close()


@pytest.mark.parametrize(
    ("peer", "forwarded", "client_is"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("172.17.0.1", "203.0.113.9", "203.0.113.9"),
        ("::ffff:172.17.0.1", "203.0.113.9", "203.0.113.9"),
        ("172.17.0.1", "8.8.8.8, 203.0.113.9", "203.0.113.9"),
        ("172.17.0.1", "8.8.8.8, 203.0.113.9, 172.18.0.2", "203.0.113.9"),
        ("172.17.0.1", "172.18.0.2", "172.18.0.2"),
        ("172.17.0.1", None, "172.17.0.1"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # anyone can write the header
        ("172.32.0.1", "203.0.113.9", "172.32.0.1"),
        ("127.0.0.1", "no address, 172.17.0.1,", "no address"),
    ],
)
def test_whose_request_it_is_says_the_peer_or_a_proxy_that_is_trusted(
    standin: Standin, store: Store, peer: str, forwarded: str | None, client_is: str
) -> None:
    environ = environment(standin, store.root.path, COLLAGEN_TRUSTED_PROXIES="172.16.0.0/12, 2001:db8::5")
    app = application(environ)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with app.test_request_context(headers=headers, environ_base={"REMOTE_ADDR": peer}):
        assert client_address() == client_is
    app.extensions["collagen"].close()


def test_where_no_proxy_is_named_only_this_machine_is_believed(app: Flask) -> None:
    for peer, client_is in (("127.0.0.1", "203.0.113.9"), ("172.17.0.1", "172.17.0.1")):
        with app.test_request_context(headers={"X-Forwarded-For": "203.0.113.9"}, environ_base={"REMOTE_ADDR": peer}):
            assert client_address() == client_is
