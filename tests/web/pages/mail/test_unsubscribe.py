"""Unsubscribing: a page with one button, or the mail program's one click. A GET changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.services.forget.traces import Person
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox.browser import Browser, Scheme, browser
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.mailed import BROWSER, KEY, enrol, opens, publish, sent
from tests.support.web import application

__all__ = ["browser"]

TOKENS = Tokens([KEY])
ANN = "ann@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def app(standin: Standin, store: Store) -> Iterator[Flask]:
    environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY)
    made = application(environ)
    publish(store, b"picture")
    yield made
    made.extensions["collagen"].close()


def path(claims: Claims) -> str:
    return f"/unsubscribe/{TOKENS.unsubscribe(claims)}"


def withdrawn(store: Store, address: str = ANN, campaign: str = "sayno") -> bool:
    return store.unsubscribes.addresses(campaign).has(address)


def files(store: Store) -> dict[Path, bytes]:
    return {found: found.read_bytes() for found in store.root.path.rglob("*") if found.is_file()}


def look(client: FlaskClient, store: Store, claims: Claims) -> list[str | None]:
    """Opens the picture; returns the photos of every recorded open."""
    assert client.get(f"/track/{TOKENS.image(claims)}/collage.jpg", headers={"User-Agent": BROWSER}).data == b"picture"
    return [record.get("photo") for record in opens(store)]


def test_the_page_has_one_button_names_nobody_and_changes_nothing(
    client: FlaskClient, store: Store, exiftool: ExifTool
) -> None:
    ann = enrol(store, exiftool, "supporters/ann", ANN)
    before = files(store)
    page = client.get(path(ann))
    assert page.status_code == 200
    assert "No more mails about <bdi>Say No</bdi>?" in page.text
    assert len(re.findall(r"<button", page.text)) == 1
    assert '<form method="post">' in page.text
    assert not re.search(r"<script|@|ann", page.text.replace("and", ""))
    assert re.findall(r'(?:src|href)="([^"]+)"', page.text) == ["/static/icon.svg", "/static/page.css"]
    assert "Set-Cookie" not in page.headers
    assert client.head(path(ann)).status_code == 200
    assert files(store) == before


def test_the_button_ends_mails_and_records(client: FlaskClient, store: Store, exiftool: ExifTool) -> None:
    ann, bob = enrol(store, exiftool, "ann", ANN), enrol(store, exiftool, "bob", "bob@example.org")
    assert look(client, store, ann) == ["ann"]
    answer = client.post(path(ann))
    assert answer.status_code == 200
    assert "You are unsubscribed." in answer.text
    assert "<button" not in answer.text
    assert withdrawn(store)
    assert look(client, store, ann) == ["ann"]
    assert look(client, store, bob) == ["ann", "bob"]
    assert not withdrawn(store, "bob@example.org")
    assert not withdrawn(store, campaign="other")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://mail.example.com", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
)
def test_a_mail_program_does_it_with_one_click_from_anywhere_without_cookies(
    client: FlaskClient, store: Store, exiftool: ExifTool, headers: dict[str, str]
) -> None:
    ann = enrol(store, exiftool, "ann", ANN)
    answer = client.post(path(ann), data=None if "Content-Type" in headers else ONE_CLICK, headers=headers)
    assert answer.status_code == 200
    assert withdrawn(store)


def test_doing_it_again_is_fine_and_writes_nothing(client: FlaskClient, store: Store, exiftool: ExifTool) -> None:
    ann = enrol(store, exiftool, "ann", ANN)
    first = client.post(path(ann))
    before = files(store)
    again = client.post(path(ann), data=ONE_CLICK)
    assert (again.status_code, again.text) == (200, first.text)
    assert files(store) == before


def test_where_the_photo_is_gone_the_log_of_mails_knows_the_address(client: FlaskClient, store: Store) -> None:
    store.photos.put("sayno", "ann", b"archive", b"intermediate", 0)
    sent(store, "ann", ANN)
    store.photos.remove("sayno", "ann")
    assert client.post(path(Claims("sayno", "0001", "ann"))).status_code == 200
    assert withdrawn(store)
    assert store.unsubscribes.photo("sayno", "ann")


def test_an_address_that_was_corrected_since_the_mail_is_withdrawn_in_both_forms(
    client: FlaskClient, store: Store, exiftool: ExifTool
) -> None:
    ann = enrol(store, exiftool, "ann", ANN)
    sent(store, "ann", "wrong@example.org")
    client.post(path(ann))
    assert withdrawn(store)
    assert withdrawn(store, "wrong@example.org")


def test_every_photo_that_the_person_had_mails_about_is_withdrawn(
    client: FlaskClient, store: Store, exiftool: ExifTool
) -> None:
    first, second = enrol(store, exiftool, "one", ANN), enrol(store, exiftool, "two", ANN.upper())
    sent(store, "one", ANN)
    sent(store, "two", ANN.upper())
    client.post(path(first))
    assert look(client, store, second) == []


def test_nothing_of_a_forgotten_person_comes_back(client: FlaskClient, store: Store, exiftool: ExifTool) -> None:
    ann = enrol(store, exiftool, "ann", ANN)
    sent(store, "ann", ANN)
    store.photos.remove("sayno", "ann")
    person = Person(frozenset(["ann"]), frozenset([ANN]))
    store.logs.purge("sayno", person.is_in_line, person.is_in_document)
    assert client.post(path(ann)).status_code == 200
    assert not (store.root.path / "sayno/logs/unsubscribed.jsonl").exists()


def test_a_photo_without_an_address_is_not_recorded_any_more(
    client: FlaskClient, store: Store, exiftool: ExifTool
) -> None:
    ann = enrol(store, exiftool, "ann", None)
    client.post(path(ann))
    assert look(client, store, ann) == []


def test_a_mail_on_trial_unsubscribes_nobody(client: FlaskClient, store: Store) -> None:
    before = files(store)
    assert client.post(path(Claims("sayno", "0001", ""))).status_code == 200
    assert files(store) == before


def test_the_rewritten_address_of_a_trial_is_what_is_withdrawn(
    client: FlaskClient, store: Store, exiftool: ExifTool
) -> None:
    stored = "collagen-test+ann-example-org@antb.me"
    client.post(path(enrol(store, exiftool, "ann", stored, "test_prototype")))
    assert withdrawn(store, stored, "test_prototype")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "address",
    [
        f"/unsubscribe/{TOKENS.image(Claims('sayno', '0001', 'ann'))}",
        f"/unsubscribe/{Tokens(['the key of somebody else']).unsubscribe(Claims('sayno', '0001', 'ann'))}",
        path(Claims("ended", "0001", "ann")),
        "/unsubscribe/x",
    ],
    ids=["a picture's token", "another key", "a campaign that is no more", "nonsense"],
)
def test_an_invalid_token_is_not_found_and_changes_nothing(
    client: FlaskClient, store: Store, exiftool: ExifTool, method: str, address: str
) -> None:
    enrol(store, exiftool, "ann", ANN)
    before = files(store)
    assert client.open(address, method=method).status_code == 404
    assert files(store) == before


@given(st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_forged_token_unsubscribes_anyone(client: FlaskClient, store: Store, data: st.DataObject) -> None:
    right = TOKENS.unsubscribe(Claims("sayno", "0001", "ann"))
    place = data.draw(st.integers(0, len(right) - 1))
    token = right[:place] + data.draw(st.text("abcXYZ019-_.=!", max_size=3)) + right[data.draw(st.integers(place)) :]
    assume(token not in (right, ""))
    assert client.post(f"/unsubscribe/{token}").status_code == 404
    assert not (store.root.path / "sayno/logs").exists()


def test_where_opens_are_not_recorded_the_page_does_not_speak_of_them(standin: Standin, store: Store) -> None:
    (store.root.path.parent / "campaigns.toml").write_text('[sayno]\ntitle = "<Say> No"\ntracking = "off"\n')
    environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY)
    app = application(environ)
    for method in ("GET", "POST"):
        page = app.test_client().open(path(Claims("sayno", "0001", "")), method=method).text
        assert "record" not in page
        assert "&lt;Say&gt; No" in page
    app.extensions["collagen"].close()


def test_in_a_browser_on_a_phone_the_button_is_reached_by_keyboard_and_works_without_scripts(
    browser: Browser, standin: Standin, store: Store, exiftool: ExifTool
) -> None:
    people: dict[Scheme, Claims] = {
        "light": enrol(store, exiftool, "ann", ANN),
        "dark": enrol(store, exiftool, "bob", "bob@example.org"),
    }
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    with Service(environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY), workers=1) as service:
        for scheme, claims in people.items():
            browser.see(f"{service.url}{path(claims)}", width=320, scheme=scheme)
            assert browser.run("return document.documentElement.scrollWidth") <= 320
            assert not store.unsubscribes.photo("sayno", claims.public_id)
            ActionChains(browser.driver).send_keys(Keys.TAB).perform()
            assert browser.run("return document.activeElement.textContent") == "Unsubscribe"
            assert browser.run("return document.activeElement.getBoundingClientRect().height") >= 44
            ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
            wait_for(lambda: browser.driver.title.startswith("You are unsubscribed"), "the page said so")
            assert store.unsubscribes.photo("sayno", claims.public_id)


def test_a_store_that_is_gone_is_worth_another_try(client: FlaskClient, store: Store, exiftool: ExifTool) -> None:
    ann = enrol(store, exiftool, "ann", ANN)
    (store.root.path / ".collagen").rename(store.root.path / "away")
    (store.root.path / "sayno").rename(store.root.path / "out-of-sight")
    answer = client.post(path(ann))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
