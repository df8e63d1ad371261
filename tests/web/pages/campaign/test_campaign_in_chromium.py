"""A campaign's public face in a browser: by itself, and inside another website's page."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.adapters.store import Store
from scripts.sandbox import stored
from scripts.sandbox.browser import Scheme
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.chromium import SCREENS, Watched, until

PEOPLE = 13  # of whom 12 have a place
RULES = """
[sayno]
title = "Say No"
public = true
join = true
download = true
embed = ["{elsewhere}"]
[sayno.brand]
colour = "#ff9416"
logo = "logo.svg"
text = "Run by volunteers."
link = "https://www.example.org"
[la]
title = "قل لا"
public = true
language = "ar"
[la.brand]
colour = "#0b5cad"
"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#c00"/></svg>'
ELSEWHERE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Elsewhere</title>
<link rel="icon" href="data:,">
<img id="picture" src="{url}/c/sayno/collage.jpg?width=90" alt="">
<iframe id="frame" src="{url}/c/{framed}/embed" title="Wall" width="600" height="400"></iframe>
<p id="people"></p>
<script>
fetch('{url}/c/sayno.json').then((answer) => answer.json()).then((facts) => {{
  document.getElementById('people').textContent = facts.people;
}});
</script>
"""
# where to put screenshots for review
PICTURES = Path(os.environ["PICTURES_OF_PAGES"]) if "PICTURES_OF_PAGES" in os.environ else None
KILOBYTES = 200
LOADED = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Writes nothing."""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Another website: its origin, and the directory that it serves."""
    directory = tmp_path_factory.mktemp("elsewhere")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=directory)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}", directory
        server.shutdown()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(tmp_path_factory.mktemp("face") / "store")
    made.root.initialise()
    for campaign in ("sayno", "la"):
        stored.put(made, range(PEOPLE), campaign)
        stored.built(made, campaign, width=400, height=400, photos=12)
    return made


@pytest.fixture(scope="module")
def service(running_standin: Standin, store: Store, elsewhere: tuple[str, Path]) -> Iterator[Service]:
    top = store.root.path.parent
    (top / "campaigns.toml").write_text(RULES.format(elsewhere=elsewhere[0]))
    (top / "logo.svg").write_text(LOGO)
    (top / "tmp").mkdir()
    environ = environment(running_standin, store.root.path, TMPDIR=str(top / "tmp"))
    with Service(environ, workers=1) as running:
        for framed in ("sayno", "la"):
            (elsewhere[1] / f"{framed}.html").write_text(ELSEWHERE.format(url=running.url, framed=framed))
        yield running


@pytest.fixture
def browser(one_browser: Watched, service: Service) -> Watched:
    one_browser.begin(service.url)
    return one_browser


def keep(browser: Watched, name: str) -> None:
    """Saves a screenshot of the page, if requested."""
    if PICTURES is not None:
        browser.screenshot(PICTURES / f"face-{name}.png")


@pytest.mark.parametrize(
    ("address", "screens"),
    [
        ("sayno", SCREENS),
        ("la", ((360, "light"), (1280, "dark"))),
        ("sayno/screen", SCREENS),
        ("la/screen", (SCREENS[0],)),
        ("la/embed", SCREENS),
    ],
)
def test_everyone_can_read_and_use_the_pages(
    browser: Watched, service: Service, address: str, screens: tuple[tuple[int, Scheme], ...]
) -> None:
    for width, scheme in screens:
        browser.see(f"{service.url}/c/{address}", width=width, scheme=scheme, height=740)
        until(browser, LOADED)
        assert browser.serious() == []
        assert not browser.scrolls_sideways()
        keep(browser, f"{address.replace('/', '-')}-{width}-{scheme}")
    assert browser.complaints() == []
    assert browser.hosts() <= {service.url.removeprefix("http://")}


def test_the_first_view_of_a_page_is_small(browser: Watched, service: Service) -> None:
    browser.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    browser.see(f"{service.url}/c/sayno", width=1280, scheme="light")
    until(browser, LOADED)
    assert len(set(browser.asked())) <= 5
    sizes = "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
    assert browser.run(f"return {sizes}.reduce((sum, one) => sum + one.transferSize, 0)") < KILOBYTES * 1000


def test_another_website_shows_the_picture_the_numbers_and_the_wall(
    browser: Watched, service: Service, elsewhere: tuple[str, Path]
) -> None:
    browser.see(f"{elsewhere[0]}/sayno.html", width=1280, scheme="light")
    until(browser, "document.getElementById('people').textContent")
    assert browser.run("return document.getElementById('people').textContent") == str(PEOPLE)
    assert browser.run("return document.getElementById('picture').naturalWidth") == 90
    browser.driver.switch_to.frame("frame")
    until(browser, "document.getElementById('wall')?.dataset.state === 'open'")
    until(browser, "OpenSeadragon.getViewer('wall').world.getItemAt(0).getFullyLoaded()")
    browser.driver.switch_to.default_content()
    assert browser.complaints() == []


def test_a_website_that_is_not_listed_cannot_frame_the_wall(
    browser: Watched, service: Service, elsewhere: tuple[str, Path]
) -> None:
    browser.see(f"{elsewhere[0]}/la.html", width=1280, scheme="light")
    until(browser, "document.getElementById('people').textContent")
    (complaint,) = browser.complaints()
    assert "frame-ancestors 'none'" in complaint


def test_a_screen_at_an_event_shows_a_new_collage_by_itself(browser: Watched, service: Service, store: Store) -> None:
    browser.see(f"{service.url}/c/sayno/screen", width=1280, scheme="light")
    until(browser, LOADED)
    browser.run("window.kept = true")
    assert browser.run("return document.getElementById('canvas').dataset.version") == "0001-1-12"
    stored.built(store, width=300, height=400, photos=12)
    browser.run("dispatchEvent(new Event('online'))")
    until(browser, "document.getElementById('canvas').dataset.version.startsWith('0002-')")
    until(browser, LOADED)
    assert browser.run("return document.images[0].currentSrc.includes('v=0002-')")
    assert browser.run("return window.kept"), "the page was not reloaded"
    assert browser.complaints() == []
