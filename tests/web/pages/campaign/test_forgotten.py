"""Somebody who was forgotten by the command is at no address of a service of two workers that knew them."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from app.web.auth.session import Sessions
from scripts.sandbox import stored
from scripts.sandbox.service import PASSWORD, Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.command import run
from tests.support.mailed import BROWSER, KEY
from tests.support.moderation import PICTURE

EMAIL, NAME = "ann@example.org", "Ann of the hills"
COLOURS = ["red", "lime", "magenta", "yellow", "cyan", "navy"]
ANN, BEN = stored.name(2), stored.name(1)
GALLERY = "a word for the gallery"
RULES = f"""
[sayno]
title = "Say No"
public = true
download = true
embed = ["https://www.example.org"]
gallery_password = "{GALLERY}"
"""
MAIL = f"/track/{Tokens([KEY]).image(Claims('sayno', '0001', BEN))}"
HERE = "/admin/campaigns/sayno"
PICTURES = (  # those that show her
    *(f"/c/sayno/collage.{ending}" for ending in ("jpg", "webp", "png", "jpg?v=0001-1-6")),
    *(f"/c/sayno/collage.{ending}?width=90" for ending in ("jpg", "webp")),
    "/wall/sayno/0001/1/collage.jpg",
    "/wall/sayno/0001/1/9/0_0.jpg",
    *(f"{MAIL}/{name}" for name in ("collage.jpg", "wall.jpg", "tiles/9/0_0.jpg", "tiles/9/0_0.jpg?r=1")),
    *(f"{MAIL}/place-{shape}.jpg" for shape in ("square", "story")),
    *(f"/campaigns/sayno/photos/{ANN}/{name}" for name in ("thumb.jpg", "full.jpg", "small.png", "original.jpg")),
    f"{HERE}/collages/0001/collage-1024.jpg",
    f"{HERE}/plan.jpg",
)  # fmt: skip
UNUSED = ("/c/sayno/collage.jpg?width=80", "/c/sayno/collage.webp?width=111", "/wall/sayno/0001/2/9/0_0.jpg")
NAMING = (  # those that name her, by her name or her photo's
    f"{HERE}/",
    f"{HERE}/moderation?status=approved",
    "/campaigns/sayno/photos",
)
OTHERS = (
    "/c/sayno",
    "/c/sayno.json",
    "/c/sayno/embed",
    "/c/sayno/screen",
    "/admin/",
    f"{HERE}/plan",
    f"{HERE}/history/0001",
    f"{MAIL}/wall",
)
TIMES = 3  # that each address is fetched, so that every worker has to do with it


@pytest.fixture
def service(standin: Standin, tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "campaigns.toml").write_text(RULES)
    (tmp_path / "tmp").mkdir()
    store = Store(tmp_path / "store")
    store.root.initialise()
    stored.put(
        store,
        range(len(COLOURS)),
        archive=lambda index: stored.plain_archive(COLOURS[index]),
        intermediate=lambda index: stored.plain_intermediate(COLOURS[index]),
    )
    stored.built(store, width=400, height=400)
    standin.upload(PICTURE, ANN, folder="sayno", email=EMAIL, display_name=NAME, moderation="approved", notify=False)
    with Service(settings(standin, tmp_path), workers=2) as running:
        yield running


def settings(standin: Standin, top: Path) -> dict[str, str]:
    return environment(standin, top / "store", COLLAGEN_SECRET_KEY=KEY, TMPDIR=str(top / "tmp"))


def fetch(service: Service, path: str, **headers: str) -> requests.Response:
    sent = {"User-Agent": BROWSER, "Connection": "close"} | headers
    auth = ("admin", PASSWORD) if path.startswith("/admin/") else None
    cookies = {"gallery": Sessions([KEY]).cookie("sayno", GALLERY, time.time(), "x")} if "/photos" in path else None
    return requests.get(service.url + path, auth=auth, cookies=cookies, headers=sent, timeout=300)


def shows_her(answer: requests.Response) -> bool:
    if not answer.headers["Content-Type"].startswith("image/"):
        return False
    with Image.open(io.BytesIO(answer.content)) as opened:
        red, green, blue = np.moveaxis(np.asarray(opened.convert("RGB"), np.int16), 2, 0)
    return bool(((red > green + 50) & (abs(red - blue) < 40)).mean() > 0.002)  # magenta, also if it is dimmed


def names_her(answer: requests.Response) -> bool:
    return NAME in answer.text or ANN in answer.text


def test_after_forget_no_address_of_any_worker_shows_or_names_the_person(
    standin: Standin, service: Service, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(TIMES) as pool:
        known = dict(zip(PICTURES, pool.map(lambda path: fetch(service, path), PICTURES), strict=True))
        for path, answer in known.items():
            assert shows_her(answer), (path, answer.status_code)
        every = [path for path in (*PICTURES, *NAMING, *OTHERS) for _ in range(TIMES)]
        seen = list(zip(every, pool.map(lambda path: fetch(service, path), every), strict=True))
        assert {answer.status_code for _, answer in seen} == {200}
        named = pool.map(lambda path: fetch(service, path), [path for path in NAMING for _ in range(TIMES)])
        assert [answer.url for answer in named if not names_her(answer)] == []

        done = run("forget", EMAIL, "--yes", environ=settings(standin, tmp_path))
        assert done.returncode == 0, done.stderr

        def again(path: str) -> requests.Response:
            old = known.get(path)
            held = {} if old is None else {
                "If-None-Match": old.headers.get("ETag", '"none"'),
                "If-Modified-Since": old.headers.get("Last-Modified") or old.headers["Date"],
            }  # fmt: skip
            return fetch(service, path, **held)

        every += [path for path in UNUSED for _ in range(TIMES)]
        for path, answer in zip(every, pool.map(again, every), strict=True):
            assert answer.status_code in (200, 404), (path, answer.status_code)
            assert not shows_her(answer), path
            assert ANN in path or not names_her(answer), path
        for path in UNUSED:
            assert fetch(service, path).status_code == 200, path
