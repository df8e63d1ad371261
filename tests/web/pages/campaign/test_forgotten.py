"""`forget`, and every public address of the picture, through gunicorn with two workers: no old picture comes back."""

from __future__ import annotations

from pathlib import Path

import requests

from app.adapters.store import Store
from scripts.sandbox.samples import person
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.command import run

RULES = """
[sayno]
public = true
download = true
gallery_password = "open, for everyone"
"""
FORGOTTEN = "p1"
ADDRESSES = (
    *(f"/c/sayno/collage.{ending}{width}" for ending in ("jpg", "webp") for width in ("", "?width=90", "?width=320")),
    "/c/sayno/collage.png",
    "/c/sayno.json",
    "/wall/sayno/0001/1/collage.jpg",
    "/wall/sayno/0001/1/9/0_0.jpg",
    "/wall/sayno/0001/1/12/1_1.jpg",
)
ANSWERS = 5  # of each address: some of each worker


def test_no_public_address_brings_back_who_was_forgotten(standin: Standin, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.root.initialise()
    (tmp_path / "campaigns.toml").write_text(RULES)
    environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY="a key for this test alone")
    for number in range(4):
        email = f"person{number}@example.org"
        standin.upload(person(number), f"p{number}", folder="sayno", email=email, notify=False)
        standin.approve(f"p{number}", notify=False)
    assert run("sync", environ=environ).returncode == 0
    with Service(environ, workers=2) as service, requests.Session() as visitor:
        service.build("sayno", width=600, height=800).raise_for_status()
        before = {one: [visitor.get(service.url + one) for _ in range(ANSWERS)] for one in ADDRESSES}
        assert {answer.status_code for answers in before.values() for answer in answers} == {200}
        named = service.admin.get(f"{service.url}/admin/campaigns/sayno/")
        assert FORGOTTEN in named.text
        answer = run("forget", f"person{FORGOTTEN[1:]}@example.org", "--yes", environ=environ)
        assert answer.returncode == 0, answer.stderr
        for address, answers in before.items():
            for old in answers:
                since = {"If-None-Match": old.headers.get("ETag", ""), "If-Modified-Since": old.headers["Date"]}
                now = visitor.get(service.url + address, headers=since)
                assert now.status_code in (200, 404), address
                assert now.content != old.content, address
        for _ in range(ANSWERS):
            named = service.admin.get(f"{service.url}/admin/campaigns/sayno/")
            assert FORGOTTEN not in named.text
    assert store.photos.public_ids("sayno") == {"p0", "p2", "p3"}
