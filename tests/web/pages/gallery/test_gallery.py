"""The gallery: shows nothing before the password is entered, and afterwards all photos, a page at a time."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.adapters.store import Store
from app.adapters.store.root import MARKER
from app.adapters.store.state.logouts import KEPT, LOGOUTS
from app.core.errors import SettingError
from app.services.looks.recipes import Looks
from app.web.auth.buckets import ADDRESS
from app.web.auth.session import LIFETIME, Sessions
from app.web.pages.gallery.gallery import A_PAGE
from scripts.sandbox.pictures import decoded
from scripts.sandbox.samples import prepared
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.looks import Negative, look_of, put_look
from tests.support.web import ADMIN, application

KEY = "a key of sixteen characters"
PASSWORD = "correct horse, café"
CAMPAIGNS = f"""
[sayno]
title = "Say No"
gallery_password = "{PASSWORD}"

[other]
title = "Another campaign"
gallery_password = "battery staple"
gallery_until = 9999-12-31

[over]
title = "All is over"
gallery_password = "{PASSWORD}"
gallery_until = 2020-02-29

[none]
"""

PHOTOS = "/campaigns/sayno/photos"
LOGIN = "/campaigns/sayno/login"
LOGOUT = "/campaigns/sayno/logout"
PICTURES = [
    f"{PHOTOS}/p0/{picture}" for picture in ("thumb.jpg", "small.png", "medium.jpg", "full.jpg", "original.jpg")
]


def put(store: Store, campaign: str, public_id: str, approved_at: int = 1_700_000_000) -> None:
    files = prepared(approved_at % 6)
    store.photos.put(
        campaign, public_id, files.archive, files.intermediate, approved_at, approved_at, variants=files.variants
    )


def fill(store: Store, campaign: str, people: int) -> None:
    for number in range(people):
        put(store, campaign, f"p{number}", 1_700_000_000 + number)


@contextmanager
def running(standin: Standin, store: Store, campaigns: str = CAMPAIGNS, **more: str) -> Iterator[Flask]:
    (store.root.path.parent / "campaigns.toml").write_text(campaigns)
    environ = environment(standin, store.root.path, **{"COLLAGEN_SECRET_KEY": KEY} | more)
    app = application(environ)
    yield app
    app.extensions["collagen"].close()


@pytest.fixture
def app(standin: Standin, store: Store) -> Iterator[Flask]:
    fill(store, "sayno", 3)
    with running(standin, store) as made:
        yield made


@pytest.fixture
def member(app: Flask) -> FlaskClient:
    """A client logged in to sayno's gallery."""
    client = app.test_client()
    assert log_in(client).status_code == 303
    return client


def log_in(client: FlaskClient, password: str = PASSWORD, campaign: str = "sayno", **more: str) -> TestResponse:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"} | more
    return client.post(f"/campaigns/{campaign}/login", data={"password": password}, headers=headers)


def shown(page: TestResponse) -> list[str]:
    """The public IDs of the photos on a page, in their order."""
    return re.findall(r'<a href="/campaigns/sayno/photos/([^"]+)/full\.jpg', page.text)


# Before the password


def test_without_the_password_there_is_a_form_and_no_picture_no_name_and_no_count(app: Flask) -> None:
    page = app.test_client().get(PHOTOS)
    assert page.status_code == 200
    assert "Say No" in page.text
    assert '<form class="card" method="post" action="/campaigns/sayno/login">' in page.text
    assert "<img" not in page.text
    assert not re.search(r"\bp[0-9]\b|\b3\b|photo-", page.text)
    assert page.headers["Cache-Control"] == "no-store"


def test_without_the_password_nothing_tells_how_many_photos_there_are_or_which(app: Flask, store: Store) -> None:
    client = app.test_client()

    def answers() -> list[tuple[int, str, int]]:
        paths = [PHOTOS, f"{PHOTOS}?page=2", *PICTURES, f"{PHOTOS}/p99/thumb.jpg"]
        made = [client.open(path, method=method) for path in paths for method in ("GET", "HEAD")]
        return [(answer.status_code, answer.text, answer.content_length or 0) for answer in made]

    before = answers()
    fill(store, "sayno", 100)
    assert answers() == before


@pytest.mark.parametrize("path", PICTURES)
def test_without_the_password_there_is_no_picture(app: Flask, member: FlaskClient, path: str) -> None:
    kept = member.get(path, buffered=True)
    assert kept.status_code == 200
    assert kept.mimetype in ("image/jpeg", "image/png")
    stranger = app.test_client()
    for method in ("GET", "HEAD"):
        for headers in ({}, {"If-None-Match": kept.headers.get("ETag", "*")}, {"Range": "bytes=0-99"}):
            answer = stranger.open(path, method=method, headers=headers)
            assert (answer.status_code, answer.mimetype) == (403, "text/html")
            assert b"\xff\xd8" not in answer.data
            assert answer.headers["Cache-Control"] == "no-store"


def test_a_campaign_without_a_gallery_is_answered_like_one_that_does_not_exist(app: Flask) -> None:
    client = app.test_client()
    for room in ("photos", "photos/p0/thumb.jpg"):
        answers = [client.get(f"/campaigns/{campaign}/{room}") for campaign in ("none", "nowhere")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].data == answers[1].data
    for room in ("login", "logout"):
        answers = [client.post(f"/campaigns/{campaign}/{room}") for campaign in ("none", "nowhere")]
        assert [answer.status_code for answer in answers] == [404, 404]


def test_after_its_last_day_the_gallery_is_gone_for_everyone(app: Flask, store: Store) -> None:
    fill(store, "over", 1)
    client = app.test_client()
    client.set_cookie("gallery", Sessions([KEY]).cookie("over", PASSWORD, time.time(), "x"), path="/campaigns/over")
    page = client.get("/campaigns/over/photos")
    assert page.status_code == 410
    assert "29 February 2020" in page.text
    assert "<img" not in page.text
    pictures = [client.get(f"/campaigns/over/photos/p0/{variant}.jpg") for variant in ("thumb", "medium", "full")]
    assert {(answer.status_code, answer.mimetype) for answer in pictures} == {(410, "text/html")}
    assert log_in(client, campaign="over").status_code == 410


# Sessions


def test_the_password_opens_the_gallery(app: Flask) -> None:
    client = app.test_client()
    answer = log_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, PHOTOS)
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/campaigns/sayno", f"Max-Age={LIFETIME}"):
        assert part in cookie
    assert "Secure" not in cookie
    assert PASSWORD not in cookie
    page = client.get(PHOTOS)
    assert "3 photos" in page.text
    assert shown(page) == [
        "p2",
        "p1",
        "p0",
    ], "the newest first"


@pytest.mark.parametrize("typed", [f" {PASSWORD} ", PASSWORD.replace("é", "e\u0301")])
def test_the_password_may_be_typed_or_pasted_in_other_ways(app: Flask, typed: str) -> None:
    assert log_in(app.test_client(), typed).status_code == 303


@pytest.mark.parametrize("typed", ["", "correct horse", PASSWORD.upper(), "battery staple", "x" * 100_000, "\0"])
def test_a_wrong_password_gives_the_form_again_and_no_session(app: Flask, typed: str) -> None:
    client = app.test_client()
    answer = log_in(client, typed)
    assert answer.status_code == 403
    assert "That is not the password" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert client.get(PICTURES[0]).status_code == 403


def test_a_session_of_another_campaign_opens_nothing(app: Flask, store: Store) -> None:
    client = app.test_client()
    cookie = log_in(client, "battery staple", "other").headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    assert "There are no photos yet" in client.get("/campaigns/other/photos").text
    client.set_cookie("gallery", cookie, path="/campaigns/sayno")  # a browser would not send it here
    assert "<form" in client.get(PHOTOS).text
    assert "<img" not in client.get(PHOTOS).text
    assert client.get(PICTURES[0]).status_code == 403


def test_a_session_ends_after_twelve_hours(app: Flask) -> None:
    client = app.test_client()
    for age, status in ((LIFETIME - 60, 200), (LIFETIME + 1, 403)):
        client.set_cookie("gallery", Sessions([KEY]).cookie("sayno", PASSWORD, time.time() - age, "x"))
        assert client.get(PICTURES[0], buffered=True).status_code == status


def test_another_password_ends_every_session(standin: Standin, store: Store, member: FlaskClient) -> None:
    cookie = member.get_cookie("gallery", path="/campaigns/sayno")
    assert cookie is not None
    with running(standin, store, CAMPAIGNS.replace(PASSWORD, "new and better")) as changed:
        client = changed.test_client()
        client.set_cookie("gallery", cookie.value)
        assert "<img" not in client.get(PHOTOS).text
        assert client.get(PICTURES[0]).status_code == 403
    with running(standin, store) as unchanged:
        client = unchanged.test_client()
        client.set_cookie("gallery", cookie.value)
        assert client.get(PICTURES[0], buffered=True).status_code == 200, "a session outlives a restart"


def test_logging_out_ends_the_session_and_the_browser_forgets_the_pictures(member: FlaskClient) -> None:
    answer = member.post(LOGOUT, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["Location"]) == (303, PHOTOS)
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "<img" not in member.get(PHOTOS).text
    assert member.get(PICTURES[0]).status_code == 403


def copied(member: FlaskClient) -> str:
    cookie = member.get_cookie("gallery", path="/campaigns/sayno")
    assert cookie is not None
    return cookie.value


def test_a_copied_cookie_is_worth_nothing_after_the_logout_in_no_process(
    standin: Standin, store: Store, app: Flask, member: FlaskClient
) -> None:
    cookie = copied(member)
    with running(standin, store) as another:
        thieves = [made.test_client() for made in (app, another)]
        for thief in thieves:
            thief.set_cookie("gallery", cookie)
            assert thief.get(PICTURES[0], buffered=True).status_code == 200
        member.post(LOGOUT)
        for thief in thieves:
            assert thief.get(PICTURES[0]).status_code == 403
            assert "<img" not in thief.get(PHOTOS).text


def test_a_logout_ends_no_other_session(app: Flask, member: FlaskClient) -> None:
    other = app.test_client()
    log_in(other)
    member.post(LOGOUT)
    assert other.get(PICTURES[0], buffered=True).status_code == 200
    assert log_in(member).status_code == 303
    assert member.get(PICTURES[0], buffered=True).status_code == 200


@pytest.mark.parametrize("cookie", [None, "", "x", "x.y", "a" * 3000])
def test_without_a_session_a_logout_writes_nothing(app: Flask, store: Store, cookie: str | None) -> None:
    client = app.test_client()
    if cookie is not None:
        client.set_cookie("gallery", cookie)
    assert client.post(LOGOUT).status_code == 303
    assert not (store.root.path / LOGOUTS).exists()


def test_a_logout_that_the_store_cannot_keep_is_an_error_and_can_be_tried_again(
    app: Flask, store: Store, member: FlaskClient
) -> None:
    cookie = copied(member)
    (store.root.path / MARKER).rename(store.root.path / "away")
    answer = member.post(LOGOUT)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (503, False)
    assert member.get(PICTURES[0]).status_code == 503, "who has logged out cannot be told"
    (store.root.path / "away").rename(store.root.path / MARKER)
    assert member.post(LOGOUT).status_code == 303
    member.set_cookie("gallery", cookie)
    assert member.get(PICTURES[0]).status_code == 403


def test_logouts_are_kept_for_as_long_as_a_session_lasts_and_name_none(store: Store, member: FlaskClient) -> None:
    cookie = copied(member)
    member.post(LOGOUT)
    (noted,) = (store.root.path / LOGOUTS).iterdir()
    assert re.fullmatch("[0-9a-f]{64}", noted.name)
    assert noted.name not in cookie
    assert KEPT > LIFETIME


def test_over_https_the_cookie_goes_nowhere_else(standin: Standin, store: Store) -> None:
    with running(standin, store, COLLAGEN_PUBLIC_URL="https://collagen.example.org") as app:
        assert "Secure" in log_in(app.test_client()).headers["Set-Cookie"]


def test_without_a_key_that_signs_sessions_a_gallery_cannot_start(standin: Standin, store: Store) -> None:
    with (
        pytest.raises(SettingError, match=r"^COLLAGEN_SECRET_KEY is not set"),
        running(standin, store, COLLAGEN_SECRET_KEY=""),
    ):
        pass


# Attacks


def test_a_guesser_has_to_wait_and_others_do_not(app: Flask) -> None:
    client = app.test_client()
    guesser = {"X-Forwarded-For": "203.0.113.9"}
    for _ in range(ADDRESS.most):
        assert log_in(client, "guess", **guesser).status_code == 403
    refused = log_in(client, PASSWORD, **guesser)
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    assert "Set-Cookie" not in refused.headers
    assert log_in(client, PASSWORD, **{"X-Forwarded-For": "198.51.100.7"}).status_code == 303
    assert log_in(client, "battery staple", "other", **guesser).status_code == 303


def test_the_gallery_s_password_does_not_make_wrong_ones_of_the_admin_s_forgotten(app: Flask) -> None:
    client = app.test_client()
    for _ in range(ADDRESS.most):
        client.get("/admin/campaigns/sayno/collages/0001", auth=("admin", "guess"))
    assert log_in(client).status_code == 303
    assert client.get("/admin/campaigns/sayno/collages/0001", auth=ADMIN).status_code == 429


@pytest.mark.parametrize("room", [LOGIN, LOGOUT])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_a_page_of_another_site_can_neither_log_in_nor_out(
    member: FlaskClient, room: str, headers: dict[str, str]
) -> None:
    answer = member.post(room, data={"password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert member.get(PICTURES[0], buffered=True).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}]
)
def test_our_own_page_can(app: Flask, headers: dict[str, str]) -> None:
    assert app.test_client().post(LOGIN, data={"password": PASSWORD}, headers=headers).status_code == 303


@pytest.mark.parametrize("room", [LOGIN, LOGOUT])
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_nobody_is_led_elsewhere(app: Flask, room: str, elsewhere: str) -> None:
    names = ("next", "url", "redirect", "return", "to", "continue", "page")
    given = dict.fromkeys(names, elsewhere)
    answer = app.test_client().post(
        room,
        query_string=given,
        data=given | {"password": PASSWORD},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Referer": elsewhere},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, PHOTOS)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_link_can_neither_log_in_nor_out(member: FlaskClient, method: str) -> None:
    for room in (LOGIN, LOGOUT):
        assert member.open(room, method=method).status_code == 405
    assert member.get(PICTURES[0], buffered=True).status_code == 200


@pytest.mark.parametrize("path", ["..%2fother%2fp0", "%2e%2e/%2e%2e/p0", "p0%00", ".lock", "p99", "p0/../p1"])
def test_only_photos_of_the_campaign_are_there(member: FlaskClient, path: str) -> None:
    assert member.get(f"{PHOTOS}/{path}/thumb.jpg").status_code in (400, 404)


def test_only_known_variants_are_there(member: FlaskClient) -> None:
    for variant in ("thumb.png", "huge.jpg", "thumb", ".jpg", "intermediate.jpg"):
        assert member.get(f"{PHOTOS}/p0/{variant}").status_code == 404


# The page


def test_a_page_has_sixty_photos_and_leads_to_the_next_without_javascript(member: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 2 * A_PAGE + 1)
    pages = [member.get(f"{PHOTOS}?page={number}") for number in (1, 2, 3)]
    seen = [shown(page) for page in pages]
    assert [len(ids) for ids in seen] == [A_PAGE, A_PAGE, 1]
    assert [one for page in seen for one in page] == [f"p{number}" for number in range(2 * A_PAGE, -1, -1)]
    assert ['rel="prev"' in page.text for page in pages] == [False, True, True]
    assert ['rel="next" href="?page=2"' in page.text for page in pages] == [True, False, False]
    assert 'rel="next" href="?page=3"' in pages[1].text


@pytest.mark.parametrize("page", ["0", "2", "-1", "1.0", "one", "", "9" * 30, "١"])
def test_a_page_that_there_is_not_is_not_found(member: FlaskClient, page: str) -> None:
    assert member.get(PHOTOS, query_string={"page": page}).status_code == 404


def test_an_empty_gallery_says_so(member: FlaskClient, store: Store) -> None:
    for number in range(3):
        store.photos.remove("sayno", f"p{number}")
    page = member.get(PHOTOS)
    assert page.status_code == 200
    assert "There are no photos yet" in page.text
    assert "rel=" not in page.text.partition("<main")[2]


def test_a_photo_that_is_removed_is_gone_at_once(member: FlaskClient, store: Store) -> None:
    store.photos.remove("sayno", "p1")
    assert shown(member.get(PHOTOS)) == ["p2", "p0"]
    for variant in ("thumb", "medium", "full", "original"):
        assert member.get(f"{PHOTOS}/p1/{variant}.jpg").status_code == 404


@pytest.mark.parametrize("public_id", ["test_prototype/bs8psp5f", "a b&c=d;é", "thumb.jpg", "a/thumb.jpg/b", "100 %"])
def test_every_public_id_has_pictures_at_the_addresses_on_the_page(
    member: FlaskClient, store: Store, public_id: str
) -> None:
    fill(store, "sayno", 1)
    put(store, "sayno", public_id, 1_800_000_000)
    page = member.get(PHOTOS).text.partition('id="photo-2"')[0]
    addresses = re.findall(r'(?:href|src|data-download)="(/campaigns/sayno/photos/[^"]+)"', page)
    assert len(addresses) == 3
    addresses += re.findall(r' 150w, (\S+) 300w"', page)
    for address in addresses:
        answer = member.get(html.unescape(address), buffered=True)
        kind = "image/png" if "/small.png" in address else "image/jpeg"
        assert (answer.status_code, answer.mimetype) == (200, kind), address
        assert answer.headers["Cache-Control"] == "private, max-age=60"


def test_a_page_says_the_true_size_of_each_picture(member: FlaskClient, store: Store) -> None:
    page = html.unescape(member.get(PHOTOS).text)
    link = re.findall(r'<a href="([^"]+)" data-width="(\d+)" data-height="(\d+)"', page)[0]
    small = re.findall(r'src="([^"]+)" [^>]* width="(\d+)" height="(\d+)"', page)[0]
    for address, width, height in (link, small, (re.findall(r' 150w, (\S+) 300w"', page)[0], 300, 400)):
        assert decoded(member.get(address, buffered=True).data).size == (int(width), int(height))


def test_a_page_loads_nothing_from_elsewhere_and_needs_no_inline_code(member: FlaskClient) -> None:
    answer = member.get(PHOTOS)
    addresses = re.findall(r'(?:src|href|action|srcset|data-download)="([^"]+)"', answer.text)
    assert addresses
    assert all(address.startswith(("/static/", "/campaigns/sayno", "#main")) for address in addresses)
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?! type=\"module\" src=)", answer.text)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert "blob:" not in policy


def test_pictures_are_kept_by_the_browser_only_at_the_address_of_their_version(member: FlaskClient) -> None:
    address = html.unescape(re.findall(r' src="(/campaigns[^"]+)"', member.get(PHOTOS).text)[0])
    kept = member.get(address, buffered=True)
    assert kept.headers["Cache-Control"].startswith("private, max-age=")
    assert member.get(address.partition("?")[0], buffered=True).headers["Cache-Control"] == "private, no-cache"
    again = member.get(address, headers={"If-None-Match": kept.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_members_see_photos_in_a_look_and_nobody_else_does(
    app: Flask, member: FlaskClient, store: Store, tmp_path: Path
) -> None:
    look = look_of(tmp_path, Negative())
    assert "<select" not in member.get(PHOTOS).text
    app.extensions["collagen"] = replace(app.extensions["collagen"], looks=Looks({look.name: look}))
    assert "<select" not in member.get(PHOTOS).text, "there are no results yet"
    put_look(store, ["p0", "p2"], (20, 160, 40), recipe=look.recipe)
    page = member.get(f"{PHOTOS}?look=dark")
    assert shown(page) == ["p2", "p0"]
    assert '<option value="dark" selected>Dark</option>' in page.text
    assert shown(member.get(PHOTOS)) == ["p2", "p1", "p0"]
    address = f"{PHOTOS}/p0/small.png?look=dark"
    assert decoded(member.get(address).data).size == (300, 400)
    assert member.get(f"{PHOTOS}/p1/full.jpg?look=dark").status_code == 404
    assert member.get(f"{PHOTOS}?look=bright").status_code == 404
    stranger = app.test_client()
    assert stranger.get(address).status_code == 403
    assert "Dark" not in stranger.get(f"{PHOTOS}?look=dark").text
    store.photos.remove("sayno", "p0")
    assert member.get(address).status_code == 404
    assert shown(member.get(f"{PHOTOS}?look=dark")) == ["p2"]
