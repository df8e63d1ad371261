"""The page of looks as a person uses it: numbers that follow, the keyboard, a phone, dark mode; photos in a look."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys
from werkzeug.serving import WSGIRequestHandler, make_server

from app.adapters.store import Store
from app.services.looks.backlog import Backlog
from app.services.looks.recipes import Look, Looks
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.chromium import SCREENS, Watched, crowd, until
from tests.support.looks import Known, Negative, look_of, put_look
from tests.support.web import application

HERE = "/admin/campaigns/sayno"
PEOPLE = 12
GREEN = (20, 160, 40)
PICTURES = Path(os.environ["PICTURES_OF_PAGES"]) if "PICTURES_OF_PAGES" in os.environ else None


@dataclass
class Served:
    """The application with looks that need no model."""

    url: str
    store: Store
    look: Look
    everyone: list[str]


class Quiet(WSGIRequestHandler):
    def log(self, *arguments: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def service(running_standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("looks")
    store = Store(place / "store")
    store.root.initialise()
    crowd(store, "sayno", PEOPLE)
    app = application(environment(running_standin, store.root.path))
    look = look_of(place, Negative())
    other = look_of(place, Negative(), name="light")
    app.extensions["collagen"] = replace(app.extensions["collagen"], looks=Looks({"dark": look, "light": other}))
    app.extensions["collagen"] = replace(app.extensions["collagen"], looks_queue=Known(Backlog(12, 3)))
    everyone = [photo.public_id for photo in store.photos.all("sayno")]
    put_look(store, everyone[:5], GREEN, recipe=look.recipe)
    number = str(store.photos.version("sayno", everyone[11]))
    note = {"look": "dark", "identifier": everyone[11], "recipe": look.recipe, "number": number}
    reason = "u2net found nobody on it (0 % of the area)."
    store.looks.fail("sayno", "dark", everyone[11], note | {"reason": reason, "time": "2026-11-20T06:04:05Z"})
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(f"http://127.0.0.1:{server.server_port}", store, look, everyone)
    server.shutdown()
    thread.join()
    app.extensions["collagen"].close()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_page_is_readable_everywhere(browser: Watched, service: Served, width: int, scheme: Any) -> None:
    browser.see(f"{service.url}{HERE}/finishes/", width=width, scheme=scheme)
    until(browser, "document.body.classList.contains('scripted')")
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true")
    assert browser.serious() == []
    assert not browser.scrolls_sideways()
    if PICTURES:
        browser.driver.save_screenshot(str(PICTURES / f"looks-{width}-{scheme}.png"))


def test_the_numbers_follow_what_is_made(browser: Watched, service: Served) -> None:
    browser.see(f"{service.url}{HERE}/finishes/", width=1280, scheme="light")
    ready = "document.querySelector('[data-look=dark] [data-count=current]').textContent"
    until(browser, f"{ready} === '5'")
    put_look(service.store, [service.everyone[5]], GREEN, recipe=service.look.recipe)
    until(browser, f"{ready} === '6' && document.querySelector('[data-look=dark] progress').value === 6")


def test_the_form_and_the_photos_follow_the_choice_of_a_look(browser: Watched, service: Served) -> None:
    browser.see(f"{service.url}{HERE}/", width=1280, scheme="light")
    until(browser, "document.body.classList.contains('scripted')")
    browser.run("document.getElementById('look').focus()")
    browser.press(Keys.ARROW_DOWN)
    until(browser, "document.getElementById('look').value === 'dark'")
    until(browser, "/no current result of this look/.test(document.getElementById('plan').textContent)")
    assert "look=dark" in browser.driver.current_url
    browser.run("document.getElementById('view').value = 'dark'")
    browser.run("document.getElementById('view').nextElementSibling.click()")
    until(browser, "document.getElementById('view')?.dataset.shown === 'dark'")
    until(browser, "document.querySelectorAll('#tiles li').length < 12")
    first = "document.querySelector('#tiles img')"
    until(browser, f"{first}.src.includes('look=dark') && {first}.complete && {first}.naturalWidth === 150")
    assert browser.serious() == []
    if PICTURES:
        browser.driver.save_screenshot(str(PICTURES / "looks-photos.png"))
