"""The gallery as a person meets it: with the keyboard, on a phone, in the dark, with a thousand photos."""

from __future__ import annotations

import contextlib
import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from app.store import Store
from tests.browser import Scheme
from tests.service import Service, environment
from tests.standin.client import Standin
from tests.web.chromium import Watched, crowd

PASSWORD = "correct horse"
PEOPLE = 1000
FIRST_SCREEN = 1_500_000  # bytes
CAMPAIGNS = f"""
[sayno]
title = "Say No"
gallery_password = "{PASSWORD}"
"""
FIRST_ROW = "[...document.querySelectorAll('#photos li')].slice(0, 8)"
EVERY_SCREEN = pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
# where to put pictures of the pages, to look at them
PICTURES = Path(os.environ["PICTURES_OF_PAGES"]) if "PICTURES_OF_PAGES" in os.environ else None


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    directory = tmp_path_factory.mktemp("gallery")
    (directory / "campaigns.toml").write_text(CAMPAIGNS)
    made = Store(directory / "store")
    made.root.initialise()
    crowd(made, "sayno", PEOPLE, alike=True)
    return made


@pytest.fixture(scope="module")
def service(running_standin: Standin, store: Store) -> Iterator[Service]:
    with Service(
        environment(running_standin, store.root.path, COLLAGEN_SECRET_KEY="a key of sixteen characters")
    ) as running:
        yield running


@pytest.fixture
def browser(one_browser: Watched, service: Service) -> Iterator[Watched]:
    """A browser without a session. Afterwards it may have complained of nothing, and asked no other host."""
    one_browser.driver.get("about:blank")  # a page that is still open might ask without its session
    one_browser.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    one_browser.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    one_browser.complaints()
    one_browser.asked()
    yield one_browser
    assert one_browser.complaints() == []
    assert one_browser.hosts() <= {service.url.removeprefix("http://")}


def until(browser: Watched, script: str) -> None:
    """Waits until a JavaScript expression is true."""
    WebDriverWait(browser.driver, 300, 0.1).until(lambda _: browser.run(f"return {script}"), script)


def open_gallery(
    browser: Watched, service: Service, width: int = 1280, scheme: Scheme = "light", height: int = 900
) -> None:
    """Logs in as a person does, with the keyboard alone."""
    browser.see(f"{service.url}/campaigns/sayno/photos", width=width, scheme=scheme, height=height)
    until(browser, "document.activeElement.id === 'password'")
    browser.press(PASSWORD, Keys.ENTER)
    until(browser, "document.getElementById('photos') !== null && document.readyState === 'complete'")


def open_photo(browser: Watched, number: int = 1) -> None:
    browser.run(f"document.querySelector('#photo-{number} a').focus()")
    browser.press(Keys.ENTER)
    until(browser, "document.querySelector('.pswp--ui-visible .lightbox-caption')?.textContent.length > 0")
    until(browser, f"{CURRENT}?.complete && {CURRENT}.naturalWidth > 0")
    until(browser, "document.activeElement.classList.contains('pswp')")


CURRENT = "document.querySelector('.pswp__item[aria-hidden=false] img.pswp__img:not(.pswp__img--placeholder)')"


def caption(browser: Watched) -> str:
    said: str = browser.run("return document.querySelector('.lightbox-caption').textContent")
    return said


def keep(browser: Watched, name: str) -> None:
    """A picture of what is on the screen now, where somebody wants to look at it."""
    if PICTURES is not None:
        browser.driver.save_screenshot(str(PICTURES / f"gallery-{name}.png"))


@EVERY_SCREEN
def test_every_page_is_for_everyone_on_every_screen(
    browser: Watched, service: Service, width: int, scheme: Scheme
) -> None:
    browser.see(f"{service.url}/campaigns/sayno/photos", width=width, scheme=scheme)
    keep(browser, f"login-{width}-{scheme}")
    assert browser.serious() == []
    assert not browser.scrolls_sideways()
    open_gallery(browser, service, width, scheme)
    until(browser, "[...document.images].slice(0, 12).every((image) => image.complete)")
    until(browser, f"{FIRST_ROW}.every((item) => !item.querySelector('canvas'))")
    keep(browser, f"photos-{width}-{scheme}")
    assert browser.serious() == []
    assert not browser.scrolls_sideways()
    open_photo(browser)
    keep(browser, f"large-{width}-{scheme}")
    assert browser.serious() == []
    assert not browser.scrolls_sideways()


def test_photos_are_looked_at_with_the_keyboard_alone(browser: Watched, service: Service) -> None:
    open_gallery(browser, service)
    browser.press(Keys.TAB)
    assert "skip" in browser.focus(), "the first thing that can be reached leads past the rest"
    for _ in range(20):
        if browser.run("return document.activeElement.closest('#photo-1') !== null"):
            break
        browser.press(Keys.TAB)
    assert browser.run("return getComputedStyle(document.activeElement, '::after').borderTopWidth") != "0px"
    keep(browser, "focus")
    browser.press(Keys.ENTER)
    until(browser, "document.querySelector('.pswp--ui-visible .lightbox-caption')?.textContent.length > 0")
    assert caption(browser).startswith("Photo 1 of 1,000, approved on ")
    browser.press(Keys.ARROW_RIGHT)
    until(browser, "document.querySelector('.lightbox-caption').textContent.startsWith('Photo 2 of')")
    browser.press(Keys.ARROW_RIGHT)
    until(browser, "document.querySelector('.lightbox-caption').textContent.startsWith('Photo 3 of')")
    browser.press(Keys.ARROW_LEFT)
    until(browser, "document.querySelector('.lightbox-caption').textContent.startsWith('Photo 2 of')")
    browser.press(Keys.ESCAPE)
    until(browser, "document.querySelector('.pswp') === null")
    until(browser, "document.activeElement.closest('#photo-2') !== null")


def test_back_closes_the_photo_and_leads_to_it_on_the_page(browser: Watched, service: Service) -> None:
    open_gallery(browser, service, 390)
    length = browser.run("return history.length")
    open_photo(browser, 30)
    browser.press(Keys.ARROW_RIGHT)
    until(browser, "document.querySelector('.lightbox-caption').textContent.startsWith('Photo 31 of')")
    browser.driver.back()
    until(browser, "document.querySelector('.pswp') === null")
    until(browser, "document.activeElement.closest('#photo-31') !== null")
    assert browser.run(
        "const r = document.activeElement.getBoundingClientRect(); return r.top > 0 && r.top < innerHeight"
    )
    # closed by its button, nothing of it is left that Back would have to pass
    open_photo(browser, 30)
    browser.press(Keys.ESCAPE)
    until(browser, "document.querySelector('.pswp') === null && history.state === null")
    assert browser.run("return history.length") == length + 1
    assert browser.driver.current_url.endswith("/campaigns/sayno/photos")


def test_a_photo_that_was_removed_meanwhile_has_no_dead_buttons(
    browser: Watched, service: Service, store: Store
) -> None:
    open_gallery(browser, service)
    public_id = re.findall(r"/(photo-[0-9]+)/", browser.run("return document.querySelector('#photo-2 a').href"))[0]
    archive = store.photos.archive_path("sayno", public_id)
    open_photo(browser, 2)
    visible = "document.querySelector('.lightbox-actions').checkVisibility()"
    assert browser.run(f"return {visible}")
    archive.rename(archive.with_suffix(".gone"))
    try:
        browser.run(
            "[...document.querySelectorAll('.lightbox-button')].find((b) => b.textContent === 'Download').click()"
        )
        until(browser, "document.querySelector('.lightbox-caption').textContent === 'This photo has been removed.'")
    finally:
        archive.with_suffix(".gone").rename(archive)
    assert not browser.run(f"return {visible}")
    browser.press(Keys.ARROW_RIGHT)
    until(browser, f"document.querySelector('.lightbox-caption').textContent.startsWith('Photo 3 of') && {visible}")
    assert all("404" in line for line in browser.complaints())


def test_the_focus_stays_in_the_photo_that_is_open(browser: Watched, service: Service) -> None:
    open_gallery(browser, service)
    open_photo(browser)
    names = []
    for _ in range(12):
        browser.press(Keys.TAB)
        assert browser.run("return document.activeElement.closest('.pswp') !== null")
        names.append(browser.run("return document.activeElement.title || document.activeElement.textContent"))
    assert {"Close (Esc)", "Next photo (right arrow)", "Full quality", "Download"} <= set(names)


def test_full_quality_is_fetched_when_it_is_asked_for_and_the_neighbours_before(
    browser: Watched, service: Service
) -> None:
    open_gallery(browser, service)
    browser.asked()
    open_photo(browser, 2)
    # both neighbours are fetched though nobody has looked at them
    wanted = [browser.run(f"return document.querySelector('#photo-{number} a').href") for number in (1, 2, 3)]
    until(browser, f"{wanted!r}.every((href) => performance.getEntriesByName(href).length > 0)")
    assert not any("/full.jpg" in address for address in browser.asked())
    before = browser.run(f"return {CURRENT}.naturalWidth")
    browser.run(
        "[...document.querySelectorAll('.lightbox-button')].find((b) => b.textContent === 'Full quality').click()"
    )
    until(browser, f"{CURRENT}?.naturalWidth > {before}")
    assert (before, browser.run(f"return {CURRENT}.naturalWidth")) == (1200, 1500)
    assert sum("/full.jpg" in address for address in browser.asked()) >= 1
    keep(browser, "full")
    download = browser.driver.find_element("css selector", "a.lightbox-button")
    assert "/original.jpg" in str(download.get_attribute("href"))
    browser.press(Keys.ESCAPE)
    until(browser, "document.querySelector('.pswp') === null")


def test_older_photos_come_as_one_scrolls_and_each_is_there_once(browser: Watched, service: Service) -> None:
    open_gallery(browser, service)
    assert browser.run("return document.querySelectorAll('#photos > li').length") <= 120
    for pages in range(2, 6):
        browser.run("scrollTo(0, document.documentElement.scrollHeight)")
        until(browser, f"document.querySelectorAll('#photos > li').length >= {60 * pages}")
    numbers = browser.run("return [...document.querySelectorAll('#photos > li')].map((item) => item.id)")
    assert numbers == [f"photo-{number}" for number in range(1, len(numbers) + 1)]
    assert browser.serious() == []


def test_in_the_open_photo_one_gets_beyond_the_end_of_the_page(browser: Watched, service: Service) -> None:
    open_gallery(browser, service, height=300)
    last = browser.run("return document.querySelectorAll('#photos > li').length")
    open_photo(browser, last)
    until(browser, f"document.querySelectorAll('#photos > li').length > {last}")
    for _ in range(20):  # the open photo hears of the new ones a moment after they are there
        browser.press(Keys.ARROW_RIGHT)
        with contextlib.suppress(TimeoutException):
            WebDriverWait(browser.driver, 1, 0.02).until(lambda _: not caption(browser).startswith(f"Photo {last} of"))
            break
    assert caption(browser).startswith(f"Photo {last + 1} of")
    until(browser, f"{CURRENT}?.naturalWidth === 1200")


def test_the_first_screen_of_a_thousand_photos_is_light(browser: Watched, service: Service) -> None:
    open_gallery(browser, service)
    browser.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    browser.driver.refresh()
    until(browser, "document.readyState === 'complete' && [...document.images].slice(0, 12).every((i) => i.complete)")
    until(browser, "performance.getEntriesByType('resource').every((entry) => entry.responseEnd > 0)")
    fetched = browser.run(
        "return [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]"
        ".map((entry) => [entry.name, entry.transferSize])"
    )
    assert sum(size for _, size in fetched) < FIRST_SCREEN
    assert not any("/medium.jpg" in name for name, _ in fetched)


def test_a_blur_is_seen_until_the_photo_is_there(browser: Watched, service: Service) -> None:
    open_gallery(browser, service)
    # the page once more, with photos that do not come
    browser.run(
        "return (async () => {"
        "  const { placeholders } = await import('/static/placeholder.js');"
        "  const text = await (await fetch(location.href)).text();"
        "  const page = new DOMParser().parseFromString(text, 'text/html');"
        "  for (const image of page.images) {"
        "    image.dataset.address = image.getAttribute('src');"
        "    for (const name of ['src', 'srcset', 'loading']) image.removeAttribute(name);"
        "  }"
        "  photos.replaceChildren(...page.getElementById('photos').children);"
        "  placeholders(photos); placeholders(photos);"
        "})()"
    )
    assert browser.run("return [...photos.querySelectorAll('a')].map((a) => a.children.length).join()") == ",".join(
        ["2"] * 60
    )
    keep(browser, "blurs")
    colours = browser.run(
        "return [...document.querySelectorAll('canvas.placeholder')].slice(0, 8)"
        ".map((c) => [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data].join())"
    )
    assert len(set(colours)) == 8, "each person has a blur of their own"
    browser.run(f"{FIRST_ROW}.forEach((item) => {{ const i = item.querySelector('img'); i.src = i.dataset.address; }})")
    until(browser, f"{FIRST_ROW}.every((item) => !item.querySelector('canvas'))")


def test_the_desk_can_put_a_button_beside_a_photo(browser: Watched, service: Service) -> None:
    open_gallery(browser, service)
    browser.run(
        "photos.dataset.toggle = 'Leave out';"
        "addEventListener('lightbox:toggle', ({target}) => {"
        "  target.dataset.toggled = String(target.dataset.toggled !== 'true'); })"
    )
    open_photo(browser, 2)
    pressed = "document.querySelector('.lightbox-button[aria-pressed]').ariaPressed"
    assert browser.run(f"return {pressed}") == "false"
    browser.driver.find_element("xpath", "//button[text()='Leave out']").click()
    assert browser.run(f"return {pressed}") == "true"
    assert browser.run("return document.querySelector('#photo-2 a').dataset.toggled") == "true"
    browser.press(Keys.ARROW_RIGHT)
    until(browser, f"{pressed} === 'false'")
    assert browser.serious() == []
    assert not browser.scrolls_sideways()


def test_without_javascript_pages_and_pictures_are_links(service: Service) -> None:
    with requests.Session() as session:
        first = session.post(f"{service.url}/campaigns/sayno/login", data={"password": PASSWORD})
        assert first.url == f"{service.url}/campaigns/sayno/photos"
        second = session.get(first.url + html.unescape(re.findall(r'rel="next" href="([^"]+)"', first.text)[0]))
        pictures = re.findall(r'<a href="([^"]+/medium.jpg[^"]*)"', second.text)
        assert len(pictures) == 60
        assert not set(pictures) & set(re.findall(r'<a href="([^"]+)"', first.text))
        picture = session.get(service.url + html.unescape(pictures[0]))
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")


def test_where_the_session_has_ended_the_password_is_asked_for_again(browser: Watched, service: Service) -> None:
    open_gallery(browser, service, height=300)
    browser.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.run("scrollTo(0, document.documentElement.scrollHeight)")
    until(browser, "document.getElementById('password') !== null")
    # pictures that were on their way are refused, which the console says
    assert all("403" in line for line in browser.complaints())


def test_one_can_log_out(browser: Watched, service: Service) -> None:
    open_gallery(browser, service)
    browser.driver.find_element("xpath", "//button[text()='Log out']").click()
    until(browser, "document.getElementById('password') !== null")
    browser.see(f"{service.url}/campaigns/sayno/photos", width=1280, scheme="light")
    assert browser.run("return document.images.length") == 0


def test_a_wrong_password_is_said_where_it_was_typed(browser: Watched, service: Service) -> None:
    browser.see(f"{service.url}/campaigns/sayno/photos", width=360, scheme="light")
    browser.press("wrong", Keys.ENTER)
    until(browser, "document.querySelector('[role=alert]') !== null")
    until(browser, "document.activeElement.id === 'password'")
    assert browser.serious() == []
    keep(browser, "wrong-360")
    assert all("403" in line for line in browser.complaints())
