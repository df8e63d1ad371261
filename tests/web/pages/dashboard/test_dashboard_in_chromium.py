"""The dashboard as a person uses it: hundreds of photos, the keyboard, a phone, dark mode."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests
from selenium.webdriver.common.keys import Keys

from app.adapters.store import Store
from app.services.collage import layout
from scripts.sandbox.browser import Scheme
from scripts.sandbox.samples import prepared
from scripts.sandbox.service import PASSWORD, Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.chromium import SCREENS, Watched, crowd, until
from tests.support.web import mail_settings

PEOPLE = 201  # three pages
PHOTOS = "/admin/campaigns/sayno/"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(tmp_path_factory.mktemp("desk") / "store")
    made.root.initialise()
    crowd(made, "sayno", PEOPLE)
    crowd(made, "other", 12)
    return made


@pytest.fixture(scope="module")
def service(running_standin: Standin, store: Store) -> Iterator[Service]:
    with Service(
        environment(running_standin, store.root.path, **mail_settings("smtp://127.0.0.1:9")), workers=1
    ) as running:
        for _ in range(2):
            running.build("other", width=300, height=300).raise_for_status()
        yield running


def look(browser: Watched, service: Service, path: str, width: int = 1280, scheme: Scheme = "light") -> None:
    browser.see(service.url + path, width=width, scheme=scheme)
    until(browser, "document.readyState === 'complete'")


def photos(browser: Watched, service: Service) -> None:
    look(browser, service, PHOTOS)
    until(browser, "document.body.classList.contains('scripted')")


SAID = "document.querySelector('#plan .people').textContent"
SETTLED = "!document.getElementById('plan').hasAttribute('aria-busy')"
IDS = "[...document.querySelectorAll('#tiles [name=exclude]')].map((box) => box.value)"
COUNT = "document.querySelectorAll('#tiles li').length"


def scroll(browser: Watched, photos: int) -> None:
    """Scrolls down until there are so many photos."""

    def further() -> bool:
        browser.run("window.scrollTo(0, document.documentElement.scrollHeight)")
        return bool(browser.run(f"return {COUNT} >= {photos}"))

    wait_for(further, f"there were {photos} photos", every=0.1)


def test_hundreds_of_photos_come_as_one_scrolls(browser: Watched, service: Service) -> None:
    photos(browser, service)
    scroll(browser, PEOPLE)
    ids = browser.run(f"return {IDS}")
    assert len(set(ids)) == len(ids) == PEOPLE
    until(browser, "document.querySelector('.pages [data-rel=next]') === null")
    last = "document.querySelector('#tiles li:last-child img')"
    browser.run(f"{last}.scrollIntoView()")
    until(browser, f"{last}.complete && {last}.naturalWidth > 0")


def test_a_photo_is_seen_large_and_left_out_by_the_keyboard(browser: Watched, service: Service) -> None:
    photos(browser, service)
    browser.run("document.querySelector('#tiles a').focus()")
    before = browser.run(f"return {SAID}")
    browser.press(Keys.ENTER)
    until(browser, "document.querySelector('.pswp--ui-visible .lightbox-caption')?.textContent.length > 0")
    until(browser, "document.activeElement.classList.contains('pswp')")
    browser.press(Keys.ARROW_RIGHT)
    second = browser.run("return document.querySelectorAll('#tiles [name=exclude]')[1].value")
    until(browser, f"document.querySelector('.lightbox-caption').textContent.startsWith('{second}')")
    toggle = "document.querySelector('.lightbox-actions [aria-pressed]')"
    browser.run(f"{toggle}.focus()")
    browser.press(Keys.SPACE)
    until(browser, f"{toggle}.getAttribute('aria-pressed') === 'true'")
    until(browser, f"document.querySelector('#plan h3')?.textContent.includes('Left out by you: 1') && {SETTLED}")
    browser.press(Keys.ESCAPE)
    until(browser, "document.querySelector('.pswp') === null")
    assert browser.run("return document.querySelector('#tiles [name=exclude]:checked').value") == second
    assert browser.run("return document.activeElement.closest('#tiles') !== null")
    assert before.startswith(f"{layout.best(PEOPLE, 4096, 4096).used} people")


def test_two_are_left_out_a_collage_is_made_watched_and_downloaded(
    browser: Watched, service: Service, store: Store
) -> None:
    photos(browser, service)
    drawn = browser.run("return document.querySelector('#plan svg title').textContent")
    cost = browser.run("return document.querySelector('#plan .sum').textContent")
    browser.run("document.getElementById('pick').focus()")
    browser.press(Keys.SPACE)
    out = browser.run(
        "return [...document.querySelectorAll('#tiles [name=exclude]')].slice(2, 4).map((box) => box.value)"
    )
    for number in (3, 4):
        browser.driver.find_element("css selector", f"#tiles li:nth-child({number}) a").click()
    until(browser, f"document.querySelector('#plan h3')?.textContent.includes('Left out by you: 2') && {SETTLED}")
    assert browser.run("return document.querySelector('.pswp')") is None
    assert browser.run("return document.querySelector('#plan .sum').textContent") != cost
    for field, typed in (("photos", "30"), ("width", "300"), ("height", "300")):
        browser.run(f"document.getElementById('{field}').select()")
        browser.run(f"document.getElementById('{field}').focus()")
        browser.press(Keys.BACKSPACE, typed)
    until(browser, f"/^(30|2\\d) people/.test({SAID}) && {SETTLED}")
    assert browser.run("return document.querySelector('#plan svg title').textContent") != drawn
    browser.run("document.querySelector('[formaction$=build]').focus()")
    browser.press(Keys.ENTER)
    until(browser, "location.pathname.includes('/history/')")
    until(browser, "document.querySelector('.result img')?.naturalWidth > 0")
    collage = urlsplit(browser.driver.current_url).path.rpartition("/")[2]
    manifest = store.collages.manifest("sayno", collage).as_json()
    shown = {tile["public_id"] for tile in manifest["tiles"]}
    assert not shown & set(out)
    assert str(len(shown)) in browser.run("return document.querySelector('.about .counts').textContent")
    links = browser.run("return [...document.querySelectorAll('.files a[download]')].map((link) => link.href)")
    for link, file in zip(links, manifest["files"], strict=True):
        got = requests.get(link, auth=("admin", PASSWORD), timeout=300).content
        assert hashlib.sha256(got).hexdigest() == file["sha256"]


def test_a_collage_is_downloaded_by_a_click(browser: Watched, service: Service, tmp_path: Path) -> None:
    look(browser, service, "/admin/campaigns/other/history/0001")
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.driver.find_element("css selector", ".files a[href$='collage-1024.jpg']").click()
    saved = tmp_path / "other-0001-collage-1024.jpg"
    wait_for(lambda: saved.exists() and saved.read_bytes()[-2:] == b"\xff\xd9", "the file was saved")


def test_the_numbers_on_the_home_page_follow_what_comes(browser: Watched, service: Service, store: Store) -> None:
    approved = "Number(document.querySelector('[data-campaign=other] .counts dd').textContent)"
    look(browser, service, "/admin/")
    assert browser.run(f"return {approved}") == 12
    files = prepared(0)
    store.photos.put("other", "one-more", files.archive, files.intermediate, 1_700_000_001, 1)
    until(browser, f"{approved} === 13")
    assert browser.run("return performance.getEntriesByType('navigation').length") == 1
    store.photos.remove("other", "one-more")
    until(browser, f"{approved} === 12")


def test_another_grid_is_taken(browser: Watched, service: Service) -> None:
    photos(browser, service)
    browser.run("document.querySelector('#plan details').open = true")
    number = browser.run("return document.querySelector('[name=take]').value")
    browser.run("document.querySelector('[name=take]').focus()")
    browser.press(Keys.ENTER)
    until(browser, f"{SAID}.startsWith('{number} people') && {SETTLED}")
    assert browser.run("return document.getElementById('photos').value") == number
    assert browser.run("return document.querySelector('#plan details').open")
    browser.driver.refresh()
    until(browser, f"document.readyState === 'complete' && {SAID}.startsWith('{number} people')")


def test_a_photo_is_pinned_to_a_place_by_the_keyboard(browser: Watched, service: Service) -> None:
    photos(browser, service)
    button = "document.querySelector('#tiles li:nth-child(3) .pin')"
    browser.run(f"{button}.focus()")
    browser.press(Keys.SPACE)
    until(browser, f"document.querySelectorAll('#plan .sketch .pinned').length === 1 && {SETTLED}")
    assert browser.run(f"return {button}.getAttribute('aria-pressed')") == "true"
    place = "document.querySelector('.pins [name=place]')"
    browser.run(f"{place}.select()")
    browser.press("99,1", Keys.TAB)
    until(browser, f"document.querySelector('#plan .notice')?.textContent.includes('outside') && {SETTLED}")
    browser.run(f"{place}.select()")
    browser.press("1,1", Keys.TAB)
    until(browser, f"document.querySelector('#plan .notice') === null && {SETTLED}")
    browser.driver.refresh()
    until(browser, f"document.body.classList.contains('scripted') && {place}.value === '1,1'")
    browser.driver.find_element("css selector", ".pins button").click()
    until(browser, f"document.querySelector('.pins') === null && {SETTLED}")
    assert browser.run(f"return {button}.getAttribute('aria-pressed')") == "false"


def test_choices_outlast_a_search_and_a_reload(browser: Watched, service: Service) -> None:
    photos(browser, service)
    browser.run("document.querySelector('#tiles [name=exclude]').focus()")
    browser.press(Keys.SPACE)
    until(browser, f"document.querySelector('#plan h3')?.textContent.includes('Left out by you: 1') && {SETTLED}")
    browser.run("document.getElementById('q').focus()")
    browser.press("0012", Keys.ENTER)
    until(browser, "location.search.includes('q=0012') && document.readyState === 'complete'")
    assert browser.run(f"return {COUNT}") == 11  # photo-00012 and photo-00120 to 129
    assert "Left out by you: 1" in browser.run("return document.getElementById('plan').textContent")
    assert browser.run("return document.querySelectorAll('#elsewhere :checked').length") == 1
    browser.driver.refresh()
    until(browser, "document.readyState === 'complete'")
    assert "Left out by you: 1" in browser.run("return document.getElementById('plan').textContent")


def test_many_who_are_left_out_are_no_problem(browser: Watched, service: Service) -> None:
    photos(browser, service)
    scroll(browser, PEOPLE)
    browser.run("[...document.querySelectorAll('#tiles [name=exclude]')].slice(0, 180).forEach((box) => box.click())")
    n = browser.run("return document.querySelectorAll('#tiles :checked').length")
    until(browser, f"document.getElementById('plan').textContent.includes('Left out by you: {n}') && {SETTLED}")
    browser.run("document.getElementById('q').focus()")
    browser.press("photo-0000", Keys.ENTER)
    until(
        browser,
        "document.readyState === 'complete' && document.getElementById('photos-title').textContent.includes('with')",
    )
    assert f"Left out by you: {n}" in browser.run("return document.getElementById('plan').textContent")


def test_a_page_whose_address_holds_the_password_works_too(browser: Watched, service: Service) -> None:
    host = service.url.removeprefix("http://")
    browser.driver.get(f"http://admin:{quote(PASSWORD)}@{host}{PHOTOS}")
    until(browser, "document.body.classList.contains('scripted')")
    browser.run("document.querySelector('#tiles [name=exclude]').click()")
    until(browser, f"document.querySelector('#plan h3')?.textContent.includes('Left out by you: 1') && {SETTLED}")


def test_numbers_are_there_once_they_are_counted(browser: Watched, service: Service) -> None:
    look(browser, service, "/admin/")
    until(browser, "document.querySelector('[data-counts]') === null")
    assert re.search(
        rf"without address\s*{PEOPLE}", browser.run("return document.querySelector('.campaigns').textContent")
    )


def test_without_scripts_a_collage_is_made_by_buttons_alone(browser: Watched, service: Service, store: Store) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    find = browser.driver.find_element
    browser.driver.get(service.url + "/admin/campaigns/other/")
    box = find("css selector", "#tiles li:nth-child(2) [name=exclude]")
    out = box.get_attribute("value")
    box.send_keys(Keys.SPACE)
    for field, number in (("width", "300"), ("height", "300")):
        find("id", field).clear()
        find("id", field).send_keys(number)
    find("id", "height").send_keys(Keys.ENTER)  # draws the sketch anew, and makes nothing
    wait_for(lambda: "exclude=" in browser.driver.current_url, "the sketch was drawn anew")
    assert "Left out by you: 1" in find("id", "plan").text
    find("css selector", "[formaction$=build]").click()
    wait_for(lambda: browser.driver.find_elements("css selector", ".result img"), "the collage was built")
    collage = urlsplit(browser.driver.current_url).path.rpartition("/")[2]
    assert out not in store.collages.manifest("other", collage).shown


PAGES = [
    "/admin/",
    PHOTOS,
    PHOTOS + "?photos=140&exclude=photo-00003&exclude=photo-00200&q=photo-0000",
    PHOTOS + "?photos=0&q=photo-0000&pin=photo-00003&place=middle",
    "/admin/campaigns/test_prototype/",
    "/admin/campaigns/other/history",
    "/admin/campaigns/other/history/0001",
    "/admin/campaigns/other/history/0001/notify",
    "/admin/campaigns/other/compare",
]


# half of them are opened on a small screen, and half on a large one
@pytest.mark.parametrize(
    ("path", "screens"), [(path, SCREENS[:: (-1) ** number]) for number, path in enumerate(PAGES)], ids=PAGES
)
def test_every_page_is_for_everyone_on_every_screen(
    browser: Watched, service: Service, path: str, screens: tuple[tuple[int, Scheme], ...]
) -> None:
    look(browser, service, path, *screens[0])
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for width, scheme in screens:
        browser.screen(width=width, scheme=scheme)
        assert browser.serious() == []
        assert not browser.scrolls_sideways()
    browser.press(Keys.TAB)
    assert "Skip to the content" in browser.focus()
    browser.press(Keys.ENTER)
    assert browser.focus().startswith("MAIN")
