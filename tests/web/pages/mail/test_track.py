"""The picture in a mail: always served to anyone with the token, and recorded no more than allowed."""

from __future__ import annotations

import itertools
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.disk import Disk
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox import stored
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import PATIENCE, wait_for
from tests.support.mailed import ALLOWED, BROWSER, KEY, NOW, opens, present, publish
from tests.support.tiers import sampled
from tests.support.web import application

OLD = "an older key that is still good"
PICTURE = b"\xff\xd8 the picture of everyone \xff\xd9"
TOKENS = Tokens([KEY, OLD])
CLAIMS = Claims("sayno", "0001", "supporters/ann")
RULES = """
[sayno]
[counted]
tracking = "aggregate"
[quiet]
tracking = "off"
"""


@pytest.fixture
def app(standin: Standin, store: Store) -> Iterator[Flask]:
    (store.root.path.parent / "campaigns.toml").write_text(RULES)
    environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY=f"{KEY},{OLD}")
    for campaign in ("sayno", "counted", "quiet"):
        present(store, "supporters/ann", campaign=campaign)
        publish(store, PICTURE, campaign)
    made = application(environ)
    yield made
    made.extensions["collagen"].close()


def address(claims: Claims = CLAIMS, tokens: Tokens = TOKENS) -> str:
    return f"/track/{tokens.image(claims)}/collage.jpg"


def get(client: FlaskClient, path: str, method: str = "GET", **headers: str) -> TestResponse:
    return client.open(path, method=method, headers={"User-Agent": BROWSER} | headers)


def test_anyone_with_the_token_gets_the_picture_and_one_open_is_recorded(client: FlaskClient, store: Store) -> None:
    answer = get(client, address())
    assert (answer.status_code, answer.data) == (200, PICTURE)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Length"] == str(len(PICTURE))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not {"ETag", "Last-Modified", "Set-Cookie"} & set(answer.headers.keys())
    [record] = opens(store)
    assert {key: record[key] for key in ALLOWED - {"time"}} == {
        "campaign": "sayno",
        "collage": "0001",
        "photo": "supporters/ann",
        "class": "human",
    }


def test_head_tells_the_length_and_records_nothing(client: FlaskClient, store: Store) -> None:
    answer = get(client, address(), "HEAD")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PICTURE))
    assert opens(store) == []


def test_each_get_is_one_open_whatever_a_cache_asks_for(client: FlaskClient, store: Store) -> None:
    for headers in (
        {},
        {"If-Modified-Since": "Fri, 20 Nov 2036 06:04:05 GMT"},
        {"If-None-Match": "*"},
        {"Range": "bytes=0-1"},
    ):
        answer = get(client, address(), **headers)
        assert (answer.status_code, answer.data) == (200, PICTURE)
    assert len(opens(store)) == 4


def test_an_aggregate_campaign_records_no_photo(client: FlaskClient, store: Store) -> None:
    assert get(client, address(Claims("counted", "0001", "supporters/ann"))).data == PICTURE
    [record] = opens(store, "counted")
    assert "photo" not in record
    assert not any(b"ann" in path.read_bytes() for path in store.opens.directory("counted").iterdir())


@pytest.mark.parametrize(
    "claims",
    [
        Claims("quiet", "0001", "supporters/ann"),
        Claims("sayno", "0001", "supporters/withdrawn"),
        Claims("counted", "0001", "supporters/withdrawn"),
        Claims("sayno", "0001", "supporters/forgotten"),
        Claims("sayno", "0001", ""),
    ],
    ids=["tracking off", "withdrawn", "withdrawn, aggregate", "photo gone", "on trial"],
)
def test_the_picture_is_served_and_nothing_recorded(client: FlaskClient, store: Store, claims: Claims) -> None:
    for campaign in ("sayno", "counted"):
        present(store, "supporters/withdrawn", campaign=campaign)
        store.unsubscribes.add(campaign, NOW, "jo@example.org", ["supporters/withdrawn"])
    assert get(client, address(claims)).data == PICTURE
    assert opens(store, claims.campaign) == []


@pytest.mark.parametrize(
    "path",
    [
        address(Claims("sayno", "0002", "supporters/ann")),
        address(Claims("ended", "0001", "supporters/ann")),
        address(tokens=Tokens(["the key of somebody else"])),
        address()[: -len("/collage.jpg")] + "x/collage.jpg",
        f"/track/{TOKENS.unsubscribe(CLAIMS)}/collage.jpg",
        "/track/x/collage.jpg",
        f"/track/{'x' * 5000}/collage.jpg",
    ],
    ids=["no such collage", "no such campaign", "other key", "altered", "other salt", "nonsense", "oversized"],
)
def test_a_dead_link_is_not_found_and_not_recorded(client: FlaskClient, store: Store, path: str) -> None:
    answer = get(client, path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert opens(store) == []
    assert (
        "This link is not valid." in answer.text
        or "no picture behind this address" in answer.text
        or "has expired." in answer.text
    )


@given(st.data(), st.sampled_from(["GET", "HEAD"]), st.sampled_from(["collage.jpg", "wall"]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_forged_or_truncated_token_is_found_or_recorded(
    client: FlaskClient, store: Store, data: st.DataObject, method: str, file: str
) -> None:
    right = TOKENS.image(CLAIMS)
    letters = st.text(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=!~"), max_size=8
    )
    place = data.draw(st.integers(0, len(right)))
    token = data.draw(
        st.sampled_from(
            [
                right[:place],
                right[place:],
                right[:place] + data.draw(letters) + right[place:],
                right[:place] + data.draw(letters) + right[place + 1 :],
                right.swapcase(),
                right + right,
                TOKENS.unsubscribe(CLAIMS),
                Tokens([data.draw(st.text("abc", min_size=1))]).image(CLAIMS),
            ]
        )
    )
    assume(token not in (right, ""))
    assert get(client, f"/track/{token}/{file}", method).status_code == 404
    assert not store.opens.directory("sayno").exists()


def test_after_a_change_of_keys_addresses_that_were_sent_stay_good(client: FlaskClient, store: Store) -> None:
    assert get(client, address(tokens=Tokens([OLD]))).data == PICTURE
    assert get(client, address(tokens=Tokens([KEY]))).data == PICTURE
    assert len(opens(store)) == 2


def test_without_a_key_nobody_has_a_token(standin: Standin, store: Store) -> None:
    publish(store, PICTURE)
    app = application(environment(standin, store.root.path))
    assert get(app.test_client(), address()).status_code == 404
    app.extensions["collagen"].close()


def test_the_newest_revision_is_served(client: FlaskClient, store: Store) -> None:
    publish(store, b"revised", revise="0001")
    answer = get(client, address())
    assert (answer.data, answer.headers["Content-Length"]) == (b"revised", "7")


def test_while_revisions_take_each_others_place_every_picture_is_whole(app: Flask, store: Store) -> None:
    enough = threading.Event()
    seen: list[tuple[int, bytes, str]] = []

    def fetch() -> None:
        client = app.test_client()
        while not enough.is_set():
            answer = get(client, address())
            seen.append((answer.status_code, answer.data, answer.headers["Content-Length"]))

    fetcher = threading.Thread(target=fetch)
    fetcher.start()
    try:
        for number in range(1, 40):
            publish(store, b"%d" % number * 5000 * number, revise="0001")
    finally:
        enough.set()
        fetcher.join()
    whole = {PICTURE, *(b"%d" % number * 5000 * number for number in range(1, 40))}
    assert {status for status, _, _ in seen} == {200}
    assert all(data in whole and int(length) == len(data) for _, data, length in seen)
    assert len({data for _, data, _ in seen}) > 2
    assert len(opens(store)) == len(seen)


def test_a_swap_that_is_under_way_is_waited_for(app: Flask, store: Store) -> None:
    top = store.collages.directory("sayno", "0001").parent
    (top / "0001").rename(top / ".old-0001")
    waits = threading.Event()

    class Looked(Disk):
        def stat(self, path: Path) -> os.stat_result | None:
            found = super().stat(path)
            if path.name == ".old-0001" and found:
                waits.set()
            return found

    app.extensions["collagen"].store.root.files.disk = Looked()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(lambda: get(app.test_client(), address()))
        wait_for(waits.is_set, "it had seen that a revision takes the collage's place", every=0.001)
        (top / ".old-0001").rename(top / "0001")
        assert answer.result(PATIENCE).data == PICTURE


def test_a_swap_that_was_cut_off_is_worth_another_try(client: FlaskClient, store: Store) -> None:
    top = store.collages.directory("sayno", "0001").parent
    (top / "0001").rename(top / ".old-0001")
    answer = get(client, address())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert opens(store) == []


def test_a_collage_that_was_withdrawn_is_not_found(client: FlaskClient, store: Store) -> None:
    draft = store.collages.begin("sayno", revise="0001")
    store.collages.withdraw(draft)
    os.close(draft.lock)
    assert get(client, address()).status_code == 404
    assert opens(store) == []


def test_where_nothing_can_be_recorded_the_picture_is_still_served(client: FlaskClient, store: Store) -> None:
    store.root.files.make_directories(store.opens.directory("sayno").parent)
    store.opens.directory("sayno").write_bytes(b"in the way")
    answer = get(client, address())
    assert (answer.status_code, answer.data) == (200, PICTURE)


def test_where_the_list_of_the_withdrawn_cannot_be_read_the_picture_is_served_and_not_recorded(
    client: FlaskClient, store: Store
) -> None:
    store.root.files.make_directories(store.root.path / "sayno/logs/unsubscribed.jsonl")
    assert get(client, address()).data == PICTURE
    assert opens(store) == []


@pytest.mark.parametrize("many", sampled([200, 1_000], every=2))
def test_four_workers_and_twenty_clients_lose_no_open_and_record_no_person(
    standin: Standin, store: Store, exiftool: ExifTool, many: int
) -> None:
    clients = 20
    people = stored.put(store, range(clients), intermediate=lambda index: stored.plain_intermediate())
    stored.built(store, width=600, height=600)
    picture = store.collages.file("sayno", "0001", "collage-1024.jpg").read_bytes()
    agent = f"{BROWSER} of-nobody-else"

    def fetch(person: str) -> int:
        connection = HTTPConnection(urlsplit(service.url).netloc, timeout=300)
        path, headers = (
            address(Claims("sayno", "0001", person)),
            {"User-Agent": agent, "X-Forwarded-For": "203.0.113.9"},
        )
        good = 0
        for _ in range(many // clients):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            good += answer.read() == picture and answer.status == 200
        connection.close()
        return good

    with Service(environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY), workers=2) as service:
        with ThreadPoolExecutor(clients) as pool:
            assert sum(pool.map(fetch, people)) == many
        workers = {path.name for path in store.opens.directory("sayno").iterdir()}
    records = opens(store)
    assert Counter(record["photo"] for record in records) == dict.fromkeys(people, many // clients)
    assert {frozenset(record) for record in records} == {frozenset(ALLOWED)}
    assert {record["class"] for record in records} == {"human"}
    assert 1 <= len(workers) <= 4  # a day may have ended meanwhile
    kept = b"".join(path.read_bytes() for path in (store.root.path / "sayno/logs").rglob("*") if path.is_file())
    for hidden in (b"203.0.113.9", b"127.0.0.1", b"Mozilla", b"of-nobody-else", b"@"):
        assert hidden not in kept
    said = "\n".join(service.log)
    for private in ("203.0.113.9", "Mozilla", TOKENS.image(Claims("sayno", "0001", people[0]))):
        assert private not in said


def test_a_record_is_one_line_of_json(client: FlaskClient, store: Store) -> None:
    odd = 'a "quoted" \\ name/日本\u2028'
    present(store, odd)
    for _ in range(2):
        get(client, address(Claims("sayno", "0001", odd)))
    (path,) = store.opens.directory("sayno").iterdir()
    assert [json.loads(line)["photo"] for line in path.read_bytes().split(b"\n")[:-1]] == list(itertools.repeat(odd, 2))
