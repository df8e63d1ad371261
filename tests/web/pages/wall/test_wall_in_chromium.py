"""The wall as a person uses it: the flight to one's own face, the keyboard, a phone, dark mode, no JavaScript."""

from __future__ import annotations

import base64
import functools
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.keys import Keys

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox import stored
from scripts.sandbox.browser import Scheme
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.chromium import SCREENS, Watched, until
from tests.support.mailed import KEY

PEOPLE = 13  # of whom 12 have a place, 4×3
RULES = """
[sayno]
title = "Say No"
public = true
"""
# where to put screenshots for review
PICTURES = Path(os.environ["PICTURES_OF_PAGES"]) if "PICTURES_OF_PAGES" in os.environ else None
HIGHEST = 13
LOADED = "OpenSeadragon.getViewer('wall').world.getItemAt(0).getFullyLoaded()"
VIEW = "OpenSeadragon.getViewer('wall').viewport"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(tmp_path_factory.mktemp("wall") / "store")
    made.root.initialise()
    stored.put(made, range(PEOPLE), archive=stored.archive)
    stored.built(made, width=400, height=400, photos=12)
    return made


@pytest.fixture(scope="module")
def service(running_standin: Standin, store: Store) -> Iterator[Service]:
    top = store.root.path.parent
    (top / "campaigns.toml").write_text(RULES)
    (top / "tmp").mkdir()
    environ = environment(running_standin, store.root.path, COLLAGEN_SECRET_KEY=KEY, TMPDIR=str(top / "tmp"))
    with Service(environ, workers=1) as running:
        yield running


@pytest.fixture
def browser(one_browser: Watched, service: Service) -> Iterator[Watched]:
    """A browser. Afterwards it must have no complaints, and have contacted no other host."""
    one_browser.begin(service.url)
    yield one_browser
    one_browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    # leaving while tiles are loading is reported on the console, where the next test would find it
    until(one_browser, f"!window.OpenSeadragon?.getViewer('wall') || {LOADED}")
    assert one_browser.complaints() == []
    assert one_browser.hosts() <= {service.url.removeprefix("http://")}


def own(service: Service, index: int) -> str:
    return f"{service.url}/track/{Tokens([KEY]).image(Claims('sayno', '0001', stored.name(index)))}/wall"


def fly(browser: Watched, service: Service, index: int, width: int = 1280, scheme: Scheme = "light") -> None:
    """Opens a personal link and waits for the flight to end, which takes seconds."""
    browser.see(own(service, index), width=width, scheme=scheme, height=800)
    until(browser, "document.getElementById('wall').dataset.state === 'there'")
    until(browser, LOADED)


def be_there(browser: Watched, service: Service, index: int, width: int = 1280) -> None:
    """Opens a personal link with reduced motion, and waits until the wall is there."""
    browser.screen(width=width, scheme="light", height=800)
    wishes = [{"name": "prefers-reduced-motion", "value": "reduce"}, {"name": "prefers-color-scheme", "value": "light"}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wishes})
    browser.driver.get(own(service, index))
    until(browser, "document.getElementById('wall').dataset.state === 'there'")
    until(browser, LOADED)


def screen(browser: Watched) -> stored.Pixels:
    """A screenshot of the current screen."""
    taken = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    with Image.open(io.BytesIO(base64.b64decode(taken["data"]))) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


def keep(browser: Watched, name: str) -> None:
    """Saves a screenshot of the page, if requested."""
    if PICTURES is not None:
        browser.screenshot(PICTURES / f"wall-{name}.png")


def box(browser: Watched) -> tuple[float, float, float, float]:
    """The viewer's own cell on the screen: left, top, width, height."""
    left, top, width, height = browser.run(
        "const r = document.querySelector('.mine').getBoundingClientRect(); return [r.left, r.top, r.width, r.height]"
    )
    return left, top, width, height


def distance(seen: stored.Pixels, index: int) -> float:
    """How far a picture is from a person's archive, leaving out its outermost pixels."""
    height, width = seen.shape[:2]
    return float(np.abs(seen - small(index, width, height))[6:-6, 6:-6].mean())


@functools.cache
def small(index: int, width: int, height: int) -> stored.Pixels:
    """A person's archive in the size it has on the screen."""
    with Image.open(io.BytesIO(stored.archive(index))) as archive:
        archive.draft("RGB", (2 * width, 2 * height))  # half, a quarter or an eighth is quick to decode
        return np.asarray(archive.resize((width, height), Image.Resampling.BOX)).astype(int)


def seated(store: Store) -> list[int]:
    """Everyone on the wall, row by row."""
    return [stored.index_of(public_id) for public_id in store.collages.manifest("sayno", "0001").shown]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_a_personal_link_ends_with_ones_own_picture_in_the_middle_of_the_screen(
    browser: Watched, service: Service, store: Store, width: int, scheme: Scheme
) -> None:
    people = seated(store)
    index = people[5] if width == 360 else people[-1]
    fly(browser, service, index, width, scheme)
    left, top, across, down = box(browser)
    stage = browser.run(
        "const r = document.getElementById('wall').getBoundingClientRect(); return [r.left, r.top, r.width, r.height]"
    )
    assert abs(left + across / 2 - (stage[0] + stage[2] / 2)) < 2
    assert abs(top + down / 2 - (stage[1] + stage[3] / 2)) < 2
    assert max(across / stage[2], down / stage[3]) == pytest.approx(0.75, abs=0.01)
    seen = screen(browser)[round(top) : round(top + down), round(left) : round(left + across)]
    far = {other: distance(seen, other) for other in people}
    assert min(far, key=lambda other: far[other]) == index
    assert far[index] < 5
    # as sharp as the screen: not from a level with fewer pixels than are shown
    half = np.asarray(
        Image.fromarray(stored.decoded(stored.archive(index)))
        .resize((seen.shape[1] // 2, seen.shape[0] // 2), Image.Resampling.BOX)
        .resize((seen.shape[1], seen.shape[0]), Image.Resampling.BICUBIC)
    ).astype(int)
    assert far[index] < np.abs(seen - half)[6:-6, 6:-6].mean() + 1
    assert "This is you." in browser.run("return document.getElementById('said').textContent")
    keep(browser, f"there-{width}-{scheme}")


def test_at_full_zoom_the_screen_shows_the_archives_pixels(browser: Watched, service: Service, store: Store) -> None:
    index = seated(store)[5]
    be_there(browser, service, index)
    browser.run(f"{VIEW}.zoomTo({VIEW}.imageToViewportZoom(1), null, true)")
    until(browser, f"performance.getEntriesByType('resource').some((one) => one.name.includes('/tiles/{HIGHEST}/'))")
    until(browser, LOADED)
    left, top, across, down = box(browser)
    assert across == pytest.approx(1500, abs=1)
    assert down == pytest.approx(2000, abs=1)
    seen = screen(browser)[300:500, 400:900]
    archive = stored.decoded(stored.archive(index)).astype(int)
    x, y = round(400 - left), round(300 - top)
    assert np.abs(seen - archive[y : y + 200, x : x + 500]).mean() < 4
    keep(browser, "full-1280-light")


def test_every_page_is_for_everyone_on_every_screen(browser: Watched, service: Service, store: Store) -> None:
    def examine(name: str, *screens: tuple[int, Scheme]) -> None:
        for width, scheme in screens:
            browser.screen(width=width, scheme=scheme, height=800)
            until(browser, f"!document.getElementById('wall') || {LOADED}")
            assert browser.serious() == [], name
            assert not browser.scrolls_sideways(), name
            keep(browser, f"{name}-{width}-{scheme}")

    small, large = SCREENS
    everyone = set(range(PEOPLE))
    [left_out] = everyone - set(seated(store))
    pages = {
        "public": f"{service.url}/wall/sayno/0001",
        "own": own(service, seated(store)[3]),
        "left-out": own(service, left_out),
    }
    for name, address in pages.items():
        first, second = (small, large) if name == "own" else (large, small)
        browser.see(address, width=first[0], scheme=first[1], height=800)
        until(browser, "document.getElementById('wall').dataset.state !== undefined")
        until(browser, LOADED)
        browser.run("document.querySelector('details').open = true")
        examine(name, first, second)
    assert browser.complaints() == []
    for name, address in {"cut-off": own(service, 1)[:-9] + "/wall", "none": f"{service.url}/wall/sayno/0009"}.items():
        browser.see(address, width=small[0], scheme=small[1])
        examine(name, small, large)
    # the only complaint is that a URL is not found
    assert all("404" in complaint or "failed to load" in complaint for complaint in browser.complaints())


def test_the_keyboard_moves_comes_closer_and_goes_back(browser: Watched, service: Service, store: Store) -> None:
    be_there(browser, service, seated(store)[5])
    # the skip link, the viewer, its buttons
    reached = []
    for _ in range(7):
        browser.press(Keys.TAB)
        reached.append(
            browser.run("const e = document.activeElement; return e.getAttribute('role') || e.dataset.do || e.tagName")
        )
    assert reached[:6] == ["A", "application", "me", "all", "in", "out"]
    browser.run("OpenSeadragon.getViewer('wall').canvas.focus()")
    for keys, expression in (
        ("+", f"{VIEW}.getZoom(false) > before"),
        ("-", f"{VIEW}.getZoom(false) < before"),
    ):
        browser.run(f"window.before = {VIEW}.getZoom(false)")
        browser.press(keys)
        until(browser, expression)
    for key, expression in (
        (Keys.ARROW_LEFT, f"{VIEW}.getCenter(false).x < before.x"),
        (Keys.ARROW_RIGHT, f"{VIEW}.getCenter(false).x > before.x"),
        (Keys.ARROW_UP, f"{VIEW}.getCenter(false).y < before.y"),
        (Keys.ARROW_DOWN, f"{VIEW}.getCenter(false).y > before.y"),
    ):
        browser.run(f"window.before = {VIEW}.getCenter(false)")
        browser.press(key)
        until(browser, expression)
    browser.press("f", "r")
    assert browser.run(f"return [{VIEW}.getFlip(), {VIEW}.getRotation()]") == [False, 0]
    browser.press("0")
    until(browser, f"Math.abs({VIEW}.getZoom(false) - {VIEW}.getHomeZoom()) < 1e-6")
    # the buttons also work with the keyboard
    browser.run("document.querySelector('[data-do=me]').focus()")
    browser.press(Keys.ENTER)
    until(browser, f"{VIEW}.getZoom(false) > 2 * {VIEW}.getHomeZoom()")
    browser.run("document.querySelector('[data-do=all]').focus()")
    browser.press(Keys.SPACE)
    until(browser, f"Math.abs({VIEW}.getZoom(false) - {VIEW}.getHomeZoom()) < 1e-6")


def wheel(browser: Watched, down: int, *, ctrl: bool = False) -> None:
    """Turns the mouse wheel with the pointer in the middle of the viewer."""
    x, y = browser.run("const r = wall.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]")
    given = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": down, "modifiers": 2 if ctrl else 0}
    browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", given)


def test_the_wheel_scrolls_the_page_past_the_wall_and_zooms_with_ctrl(
    browser: Watched, service: Service, store: Store
) -> None:
    be_there(browser, service, seated(store)[5])
    browser.run(f"window.before = {VIEW}.getZoom(false)")
    wheel(browser, 200)
    until(browser, "scrollY >= 200")
    assert browser.run(f"return {VIEW}.getZoom(false) === before")
    until(browser, "getComputedStyle(hint).opacity === '1'")
    assert browser.run("return hint.textContent") == "Hold Ctrl and scroll to zoom"
    keep(browser, "hint-1280-light")
    browser.run("window.scrolled = scrollY")
    wheel(browser, 200, ctrl=True)
    until(browser, f"{VIEW}.getZoom(false) < before")
    assert browser.run("return scrollY === scrolled")


def touch(browser: Watched, *path: Sequence[tuple[float, float]]) -> None:
    """Puts fingers on the screen and moves them along a path: for each step, the position of every finger."""
    for number, fingers in enumerate([*path, []]):
        kind = "touchEnd" if not fingers else "touchMove" if number else "touchStart"
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(fingers)]
        browser.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_one_finger_scrolls_the_page_past_the_wall_and_two_zoom_it(
    browser: Watched, service: Service, store: Store
) -> None:
    be_there(browser, service, seated(store)[5], 390)
    browser.run(
        f"window.before = {VIEW}.getZoom(false); addEventListener('scrollend', () => {{ window.ended = true; }})"
    )
    touch(browser, *[[(195, y)] for y in range(500, 250, -10)])
    until(browser, "scrollY > 200 && window.ended")
    assert browser.run(f"return {VIEW}.getZoom(false) === before")
    assert browser.run("return hint.textContent") == "Use two fingers to move the wall"
    middle = browser.run("const r = wall.getBoundingClientRect(); return r.top + r.height / 2")
    touch(browser, *[[(195, middle - apart), (195, middle + apart)] for apart in range(120, 20, -5)])
    until(browser, f"{VIEW}.getZoom(false) < before")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_the_page_of_the_wall_opens(
    browser: Watched, service: Service, store: Store, width: int
) -> None:
    fly(browser, service, seated(store)[0], width)
    browser.run(
        "window.shift = 0;"
        "new PerformanceObserver((list) => { for (const one of list.getEntries()) shift += one.value; })"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    until(browser, "document.readyState === 'complete'")
    # buffered entries are delivered in a separate task
    browser.driver.execute_async_script("const done = arguments[0]; setTimeout(() => requestAnimationFrame(done), 100)")
    assert browser.run("return shift") < 0.05
    share = browser.run("const r = share.getBoundingClientRect(); return r.top + scrollY")
    stage = browser.run("const r = wall.getBoundingClientRect(); return r.bottom + scrollY")
    assert 0 < share - stage < 200, "the share section follows the wall"


def test_with_reduced_motion_the_viewer_is_there_at_once(browser: Watched, service: Service, store: Store) -> None:
    index = seated(store)[6]
    be_there(browser, service, index)
    assert browser.run(f"return Math.abs({VIEW}.getZoom(true) - {VIEW}.getZoom(false))") < 1e-9
    left, top, across, down = box(browser)
    assert distance(screen(browser)[round(top) : round(top + down), round(left) : round(left + across)], index) < 5


def test_without_javascript_there_is_the_picture_and_the_wall_in_words(
    browser: Watched, service: Service, store: Store
) -> None:
    index = seated(store)[5]
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.see(own(service, index), width=360, scheme="light")
    elements = browser.driver.find_elements
    [image] = elements("css selector", "img.whole")
    assert image.is_displayed()
    assert image.size["width"] == 360
    assert not any(element.is_displayed() for element in elements("css selector", "#wall, #tools"))
    browser.driver.find_element("css selector", "summary").click()
    rows = [row.text for row in elements("css selector", ".rows li")]
    assert rows == [
        f"Row {number}: 4 people" + (". You are number 2." if number == 2 else "") for number in range(1, 4)
    ]


def test_when_the_wall_was_made_anew_meanwhile_the_page_says_so(
    browser: Watched, service: Service, store: Store
) -> None:
    be_there(browser, service, seated(store)[5])
    manifest = store.collages.manifest("sayno", "0001").as_json()
    try:
        store.collages.rewrite_manifest("sayno", "0001", manifest | {"revision": 2})
        browser.run(f"{VIEW}.zoomTo({VIEW}.imageToViewportZoom(1), null, true)")
        until(browser, "document.querySelector('#said a') !== null")
        browser.driver.find_element("css selector", "#said a").click()
        until(browser, "document.getElementById('wall')?.dataset.revision === '2'")
        # or its tiles that load later would be gone
        until(browser, "document.getElementById('wall').dataset.state === 'there'")
        until(browser, LOADED)
    finally:
        store.collages.rewrite_manifest("sayno", "0001", manifest)
    assert all("404" in complaint or "failed to load" in complaint for complaint in browser.complaints())
