"""The gallery as a person uses it: with the keyboard, on a phone, in dark mode, with a thousand photos."""

from __future__ import annotations

import contextlib
import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from selenium.webdriver.common.keys import Keys

from app.adapters.store import Store
from scripts.sandbox.browser import Scheme
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.chromium import SCREENS, Watched, crowd, until

PASSWORD = "correct horse"
PEOPLE = 1000
FIRST_SCREEN = 1_500_000  # bytes
CAMPAIGNS = f"""
[sayno]
title = "Say No"
gallery_password = "{PASSWORD}"
"""
FIRST_ROW = "[...document.querySelectorAll('#photos li')].slice(0, 8)"
# where to put screenshots for review
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
        environment(running_standin, store.root.path, COLLAGEN_SECRET_KEY="a key of sixteen characters"), workers=1
    ) as running:
        yield running


@pytest.fixture
def browser(one_browser: Watched, service: Service) -> Iterator[Watched]:
    """A browser without a session. Afterwards it must have no complaints, and have contacted no other host."""
    one_browser.begin(service.url)  # a page that is still open might send requests without its session
    one_browser.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    one_browser.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    yield one_browser
    assert one_browser.complaints() == []
    assert one_browser.hosts() <= {service.url.removeprefix("http://")}


@pytest.fixture(scope="module")
def session(service: Service) -> dict[str, str | None]:
    """The cookie of a logged-in member."""
    answer = requests.post(
        f"{service.url}/campaigns/sayno/login", {"password": PASSWORD}, allow_redirects=False, timeout=300
    )
    (cookie,) = iter(answer.cookies)
    return {"name": cookie.name, "value": cookie.value, "url": service.url, "path": cookie.path}


@pytest.fixture
def member(browser: Watched, session: dict[str, str | None]) -> Watched:
    """A logged-in member's browser."""
    browser.driver.execute_cdp_cmd("Network.setCookie", session)
    return browser


def open_gallery(
    browser: Watched, service: Service, width: int = 1280, scheme: Scheme = "light", height: int = 900
) -> None:
    """Opens the gallery, logging in first if necessary, with the keyboard alone."""
    browser.see(f"{service.url}/campaigns/sayno/photos", width=width, scheme=scheme, height=height)
    until(browser, "document.activeElement.id === 'password' || document.getElementById('photos') !== null")
    if browser.run("return document.getElementById('photos') === null"):
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
    """Saves a screenshot of the current screen, if requested."""
    if PICTURES is not None:
        browser.driver.save_screenshot(str(PICTURES / f"gallery-{name}.png"))


def test_every_page_is_for_everyone_on_every_screen(browser: Watched, service: Service) -> None:
    def examine(name: str, *screens: tuple[int, Scheme]) -> None:
        for width, scheme in screens:
            browser.screen(width=width, scheme=scheme)
            keep(browser, f"{name}-{width}-{scheme}")
            assert browser.serious() == []
            assert not browser.scrolls_sideways()

    small, large = SCREENS
    browser.see(f"{service.url}/campaigns/sayno/photos", width=small[0], scheme=small[1])
    examine("login", small, large)
    open_gallery(browser, service, *large)
    until(browser, "[...document.images].slice(0, 12).every((image) => image.complete)")
    until(browser, f"{FIRST_ROW}.every((item) => !item.querySelector('canvas'))")
    examine("photos", large, small)
    open_photo(browser)
    examine("large", small, large)


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


def test_back_closes_the_photo_and_leads_to_it_on_the_page(member: Watched, service: Service) -> None:
    open_gallery(member, service, 390)
    length = member.run("return history.length")
    open_photo(member, 30)
    member.press(Keys.ARROW_RIGHT)
    until(member, "document.querySelector('.lightbox-caption').textContent.startsWith('Photo 31 of')")
    member.driver.back()
    until(member, "document.querySelector('.pswp') === null")
    until(member, "document.activeElement.closest('#photo-31') !== null")
    assert member.run(
        "const r = document.activeElement.getBoundingClientRect(); return r.top > 0 && r.top < innerHeight"
    )
    # closed by its button, it leaves nothing that Back would have to pass
    open_photo(member, 30)
    member.press(Keys.ESCAPE)
    until(member, "document.querySelector('.pswp') === null && history.state === null")
    assert member.run("return history.length") == length + 1
    assert member.driver.current_url.endswith("/campaigns/sayno/photos")


def test_a_photo_that_was_removed_meanwhile_has_no_dead_buttons(
    member: Watched, service: Service, store: Store
) -> None:
    open_gallery(member, service)
    public_id = re.findall(r"/(photo-[0-9]+)/", member.run("return document.querySelector('#photo-2 a').href"))[0]
    archive = store.photos.archive_path("sayno", public_id)
    open_photo(member, 2)
    visible = "document.querySelector('.lightbox-actions').checkVisibility()"
    assert member.run(f"return {visible}")
    archive.rename(archive.with_suffix(".gone"))
    try:
        member.run(
            "[...document.querySelectorAll('.lightbox-button')].find((b) => b.textContent === 'Download').click()"
        )
        until(member, "document.querySelector('.lightbox-caption').textContent === 'This photo has been removed.'")
    finally:
        archive.with_suffix(".gone").rename(archive)
    assert not member.run(f"return {visible}")
    member.press(Keys.ARROW_RIGHT)
    until(member, f"document.querySelector('.lightbox-caption').textContent.startsWith('Photo 3 of') && {visible}")
    assert all("404" in line for line in member.complaints())


def test_the_focus_stays_in_the_photo_that_is_open(member: Watched, service: Service) -> None:
    open_gallery(member, service)
    open_photo(member)
    names = []
    for _ in range(12):
        member.press(Keys.TAB)
        assert member.run("return document.activeElement.closest('.pswp') !== null")
        names.append(member.run("return document.activeElement.title || document.activeElement.textContent"))
    assert {"Close (Esc)", "Next photo (right arrow)", "Download"} <= set(names)


def test_a_photo_is_shown_as_it_is_kept_and_its_neighbours_are_fetched_before(
    member: Watched, service: Service
) -> None:
    open_gallery(member, service)
    member.asked()
    open_photo(member, 2)
    # both neighbours are fetched although nobody has looked at them
    wanted = [member.run(f"return document.querySelector('#photo-{number} a').href") for number in (1, 2, 3)]
    until(member, f"{wanted!r}.every((href) => performance.getEntriesByName(href).length > 0)")
    until(member, f"{CURRENT}?.naturalWidth === 1500")
    assert sorted(address for address in member.asked() if "/full.jpg" in address) == sorted(wanted), "each once"
    keep(member, "full")
    download = member.driver.find_element("css selector", "a.lightbox-button")
    assert "/original.jpg" in str(download.get_attribute("href"))
    member.press(Keys.ESCAPE)
    until(member, "document.querySelector('.pswp') === null")


def test_older_photos_come_as_one_scrolls_and_each_is_there_once(member: Watched, service: Service) -> None:
    open_gallery(member, service)
    assert member.run("return document.querySelectorAll('#photos > li').length") <= 120
    for pages in range(2, 5):
        member.run("scrollTo(0, document.documentElement.scrollHeight)")
        until(member, f"document.querySelectorAll('#photos > li').length >= {60 * pages}")
        if pages == 2:  # on longer pages axe-core takes seconds
            assert member.serious() == []
    numbers = member.run("return [...document.querySelectorAll('#photos > li')].map((item) => item.id)")
    assert numbers == [f"photo-{number}" for number in range(1, len(numbers) + 1)]


def test_in_the_open_photo_one_gets_beyond_the_end_of_the_page(browser: Watched, service: Service) -> None:
    open_gallery(browser, service, height=300)
    last = browser.run("return document.querySelectorAll('#photos > li').length")
    open_photo(browser, last)
    until(browser, f"document.querySelectorAll('#photos > li').length > {last}")
    for _ in range(20):  # the open photo learns of the new ones a moment after they are there
        browser.press(Keys.ARROW_RIGHT)
        with contextlib.suppress(AssertionError):
            wait_for(lambda: not caption(browser).startswith(f"Photo {last} of"), "the next photo came", patience=1)
            break
    assert caption(browser).startswith(f"Photo {last + 1} of")
    until(browser, f"{CURRENT}?.naturalWidth === 1500")


def test_the_first_screen_of_a_thousand_photos_is_light(member: Watched, service: Service) -> None:
    open_gallery(member, service)
    member.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    member.driver.refresh()
    until(member, "document.readyState === 'complete' && [...document.images].slice(0, 12).every((i) => i.complete)")
    until(member, "performance.getEntriesByType('resource').every((entry) => entry.responseEnd > 0)")
    fetched = member.run(
        "return [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]"
        ".map((entry) => [entry.name, entry.transferSize])"
    )
    assert sum(size for _, size in fetched) < FIRST_SCREEN
    assert not any("/full.jpg" in name or "/small.png" in name for name, _ in fetched)


def test_a_blur_is_seen_until_the_photo_is_there(member: Watched, service: Service) -> None:
    open_gallery(member, service)
    # the page once more, with photos that never load
    member.run(
        "return (async () => {"
        "  const { placeholders } = await import('/static/shared/placeholders.js');"
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
    assert member.run("return [...photos.querySelectorAll('a')].map((a) => a.children.length).join()") == ",".join(
        ["2"] * 60
    )
    keep(member, "blurs")
    colours = member.run(
        "return [...document.querySelectorAll('canvas.placeholder')].slice(0, 6)"
        ".map((c) => [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data].join())"
    )
    assert len(set(colours)) == 6, "each person has a blur of their own"
    member.run(f"{FIRST_ROW}.forEach((item) => {{ const i = item.querySelector('img'); i.src = i.dataset.address; }})")
    until(member, f"{FIRST_ROW}.every((item) => !item.querySelector('canvas'))")


def test_the_desk_can_put_a_button_beside_a_photo(member: Watched, service: Service) -> None:
    open_gallery(member, service)
    member.run(
        "photos.dataset.toggle = 'Leave out';"
        "addEventListener('lightbox:toggle', ({target}) => {"
        "  target.dataset.toggled = String(target.dataset.toggled !== 'true'); })"
    )
    open_photo(member, 2)
    pressed = "document.querySelector('.lightbox-button[aria-pressed]').ariaPressed"
    assert member.run(f"return {pressed}") == "false"
    member.driver.find_element("xpath", "//button[text()='Leave out']").click()
    assert member.run(f"return {pressed}") == "true"
    assert member.run("return document.querySelector('#photo-2 a').dataset.toggled") == "true"
    member.press(Keys.ARROW_RIGHT)
    until(member, f"{pressed} === 'false'")
    assert member.serious() == []
    assert not member.scrolls_sideways()


def test_without_javascript_pages_and_pictures_are_links(service: Service) -> None:
    with requests.Session() as session:
        first = session.post(f"{service.url}/campaigns/sayno/login", data={"password": PASSWORD})
        assert first.url == f"{service.url}/campaigns/sayno/photos"
        second = session.get(first.url + html.unescape(re.findall(r'rel="next" href="([^"]+)"', first.text)[0]))
        pictures = re.findall(r'<a href="([^"]+/full.jpg[^"]*)"', second.text)
        assert len(pictures) == 60
        assert not set(pictures) & set(re.findall(r'<a href="([^"]+)"', first.text))
        picture = session.get(service.url + html.unescape(pictures[0]))
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")


def test_where_the_session_has_ended_the_password_is_asked_for_again(member: Watched, service: Service) -> None:
    open_gallery(member, service, height=300)
    member.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    member.run("scrollTo(0, document.documentElement.scrollHeight)")
    until(member, "document.getElementById('password') !== null")
    # pictures on their way are refused, which the console reports
    assert all("403" in line for line in member.complaints())


def test_one_can_log_out(browser: Watched, service: Service) -> None:
    open_gallery(browser, service)
    browser.driver.find_element("xpath", "//button[text()='Log out']").click()
    until(browser, "document.getElementById('password') !== null")
    browser.see(f"{service.url}/campaigns/sayno/photos", width=1280, scheme="light")
    assert browser.run("return document.images.length") == 0


def test_a_wrong_password_is_said_where_it_was_typed(browser: Watched, service: Service) -> None:
    browser.see(f"{service.url}/campaigns/sayno/photos", width=360, scheme="light")
    until(browser, "document.activeElement.id === 'password'")
    browser.press("wrong", Keys.ENTER)
    until(browser, "document.querySelector('[role=alert]') !== null")
    until(browser, "document.activeElement.id === 'password'")
    assert browser.serious() == []
    keep(browser, "wrong-360")
    assert all("403" in line for line in browser.complaints())
