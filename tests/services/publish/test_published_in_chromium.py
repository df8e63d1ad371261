"""A published site in a browser: from a disk and from a plain file server, everything it asks for is there."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.adapters.targets.directory import Directory
from app.services.publish.publish import Publisher
from app.services.publish.run import Order
from tests.support.chromium import Watched, until, watched
from tests.support.published import PLACE, RULES, Clock
from tests.support.stores import linked

LOADED = "OpenSeadragon.getViewer('wall').world.getItemAt(0)?.getFullyLoaded()"
VIEW = "OpenSeadragon.getViewer('wall').viewport"
FIRST_VIEW = 250_000  # bytes


class Plain(SimpleHTTPRequestHandler):
    """Serves files, and notes the status of each answer."""

    answers: list[tuple[int, str]]

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        self.answers.append((int(code), self.path))


@pytest.fixture(scope="module")
def browser() -> Iterator[Watched]:
    with watched() as running:
        yield running


@pytest.fixture(scope="module")
def site(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("seen")
    store = linked(model, place / "store")  # publishing notes in the store what it did, and the model is others', too
    Publisher(store, Clock()).publish(Order(RULES, None, PLACE), Directory(place / "site"), None)
    return place / "site"


@pytest.fixture
def answers() -> list[tuple[int, str]]:
    return []


@pytest.fixture(params=["disk", "server"])
def address(request: pytest.FixtureRequest, site: Path, answers: list[tuple[int, str]]) -> Iterator[str]:
    """Where the site begins."""
    if request.param == "disk":
        yield f"file://{site}"
        return
    handler = functools.partial(type("Noting", (Plain,), {"answers": answers}), directory=str(site))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_page_leads_to_a_wall_that_zooms_to_a_face_and_no_request_fails(
    browser: Watched, address: str, answers: list[tuple[int, str]]
) -> None:
    browser.complaints()
    browser.see(f"{address}/index.html", width=1280, scheme="light")
    assert browser.run("return document.querySelector('.collage img').naturalWidth") > 0
    assert answers == [] or browser.serious() == []  # which itself loads what a browser does not from a disk
    assert not browser.scrolls_sideways()
    browser.run("document.querySelector('.acts a').click()")
    until(browser, "window.OpenSeadragon?.getViewer('wall')?.world.getItemCount()")
    until(browser, LOADED)
    for _ in range(6):
        browser.run("document.querySelector('[data-do=in]').click()")
    until(browser, f"{VIEW}.getZoom(true) > 3 * {VIEW}.getHomeZoom()")
    until(browser, LOADED)
    assert answers == [] or browser.serious() == []
    assert browser.complaints() == []
    assert [answer for answer in answers if answer[0] not in (200, 304) and "favicon" not in answer[1]] == []


def test_the_page_of_a_phone_is_small(browser: Watched, site: Path) -> None:
    browser.asked()
    browser.see(f"file://{site}/index.html", width=360, scheme="dark")
    asked = [one.removeprefix("file://") for one in browser.asked() if one.startswith("file://")]
    assert sum(Path(one).stat().st_size for one in asked) <= FIRST_VIEW


def test_without_scripts_the_wall_is_one_picture(browser: Watched, site: Path) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.see(f"file://{site}/wall.html", width=1280, scheme="light")
        assert browser.driver.find_element("css selector", "noscript img.whole").screenshot_as_png
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
