"""Moving a photo's crop as a person does: with the pointer, with arrow keys, without scripts, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from PIL import Image
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from app.adapters.store import Store
from scripts.sandbox.browser import Scheme
from scripts.sandbox.pictures import jpeg, mean_difference, scene
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.chromium import SCREENS, Watched, until

PHOTOS = {"wide": (1200, 600), "tall": (450, 800)}
PLACE = "return Number(document.getElementById('place').value)"
WINDOW = "return Number(document.querySelector('.window').getAttribute('x'))"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(tmp_path_factory.mktemp("cut") / "store")
    made.root.initialise()
    return made


@pytest.fixture(scope="module")
def service(running_standin: Standin, store: Store) -> Iterator[Service]:
    running_standin.reset()
    with Service(environment(running_standin, store.root.path), workers=1) as running:
        running_standin.notify(running.webhook)
        for public_id, size in PHOTOS.items():
            running_standin.upload(jpeg(scene(*size)), public_id, folder="sayno")
            running_standin.approve(public_id)
        running_standin.wait_idle()
        running_standin.notify(None)
        yield running


def look(browser: Watched, service: Service, public_id: str, width: int = 1280, scheme: Scheme = "light") -> None:
    browser.see(f"{service.url}/admin/campaigns/sayno/photos/{public_id}/cut", width=width, scheme=scheme)
    picture = "document.querySelector('.whole img')"
    until(browser, f"{picture}.complete && {picture}.naturalWidth > 0")


def save(browser: Watched) -> None:
    browser.driver.find_element(By.CSS_SELECTOR, ".cutting button").click()
    wait_for(lambda: browser.driver.current_url.endswith("saved=1"), "the cut was saved")


def intermediate(store: Store) -> bytes:
    return store.photos.intermediate("sayno", "wide") or b""


def test_the_pointer_and_arrow_keys_move_the_window_and_what_is_saved_is_what_was_seen(
    browser: Watched, service: Service, store: Store
) -> None:
    look(browser, service, "wide")
    assert browser.run(PLACE) == 500
    stage = browser.driver.find_element(By.CSS_SELECTOR, ".whole svg")
    hold = ActionChains(browser.driver, duration=0).move_to_element(stage).click_and_hold()
    hold.move_by_offset(40, 0).move_by_offset(stage.size["width"] // 2 - 50, 0).release().perform()
    assert (browser.run(PLACE), browser.run(WINDOW)) == (1000, 1250), "it stays inside of the photo"
    browser.run("document.getElementById('place').focus()")
    browser.press(*[Keys.ARROW_LEFT] * 3)
    assert (browser.run(PLACE), browser.run(WINDOW)) == (997, 997 * 1.25)
    assert browser.run("return document.querySelector('.kept svg').viewBox.baseVal.x") == 997 * 1.25
    save(browser)
    seen = scene(1200, 600).crop((748, 0, 1198, 600)).resize((300, 400), Image.Resampling.LANCZOS)
    assert mean_difference(intermediate(store), seen) < 3
    assert browser.run(PLACE) == 997


def test_without_scripts_the_slider_does_it(browser: Watched, service: Service, store: Store) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    look(browser, service, "wide")
    browser.driver.find_element(By.ID, "place").send_keys(Keys.HOME)
    save(browser)
    seen = scene(1200, 600).crop((0, 0, 450, 600)).resize((300, 400), Image.Resampling.LANCZOS)
    assert mean_difference(intermediate(store), seen) < 3


def test_the_page_fits_every_screen_and_nobody_is_kept_out(browser: Watched, service: Service) -> None:
    for public_id, screens in zip(PHOTOS, (SCREENS, SCREENS[::-1]), strict=True):
        look(browser, service, public_id, *screens[0])
        for width, scheme in screens:
            browser.screen(width=width, scheme=scheme)
            assert not browser.scrolls_sideways()
            assert browser.serious() == []


def test_the_lightbox_leads_to_the_page(browser: Watched, service: Service) -> None:
    assert requests.get(f"{service.url}/admin/campaigns/sayno/photos/wide/uncut.jpg", timeout=300).status_code == 401
    browser.see(f"{service.url}/admin/campaigns/sayno/", width=360, scheme="light")
    until(browser, "document.body.classList.contains('scripted')")
    browser.run("document.querySelector('#tiles a[data-cut]').click()")
    button = "[...document.querySelectorAll('.lightbox-actions a')].find((one) => one.textContent === 'Move the cut')"
    until(browser, f"{button}?.offsetWidth > 0")
    assert browser.run(f"return {button}.href").endswith("/cut")
