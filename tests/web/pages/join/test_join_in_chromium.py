"""Sending a photo as a person does: from a file or the camera, moved with keys or the pointer, on any line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
import requests
from PIL import Image
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from app.adapters import people
from app.adapters.store import Store
from scripts.sandbox.pictures import mean_difference, scene
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.chromium import SCREENS, Watched, until, watched

RULES = """
[sayno]
title = "Say No"
public = true
join = true
brand.colour = "#ff9416"
brand.link = "https://www.example.org"
[album]
title = "قل لا"
source = "folder:album"
language = "ar"
public = true
join = true
"""
SHOWN = "document.querySelector('[data-part=window]').offsetWidth > 0"
SAID = "return document.querySelector('[data-part=problem]').textContent"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("join")
    (directory / "campaigns.toml").write_text(RULES)
    (directory / "album/pending").mkdir(parents=True)
    Store(directory / "store").root.initialise()
    scene(1600, 1200).save(directory / "wide.jpg", quality=95)
    Image.new("RGB", (10_000, 6_000), "teal").save(directory / "huge.jpg")
    pillow_heif.from_pillow(scene(600, 800)).save(directory / "phone.heic")
    (directory / "text.jpg").write_text("no picture")
    return directory


@pytest.fixture(scope="module")
def service(running_standin: Standin, place: Path) -> Iterator[Service]:
    with Service(environment(running_standin, place / "store"), workers=1) as running:
        yield running


@pytest.fixture
def page(one_browser: Watched, service: Service, standin: Standin) -> Watched:
    one_browser.begin(service.url)
    one_browser.driver.execute_cdp_cmd("Browser.resetPermissions", {})
    return one_browser


def look(page: Watched, service: Service, campaign: str = "sayno", width: int = 360, scheme: Any = "light") -> None:
    page.see(f"{service.url}/c/{campaign}/join", width=width, scheme=scheme)
    until(page, "document.body.classList.contains('scripted')")


def choose(page: Watched, file: Path, *, shown: bool = True) -> None:
    page.driver.find_element(By.ID, "photo").send_keys(str(file))
    if shown:
        until(page, SHOWN)
    page.run("document.querySelector('[name=show]').checked = true")


def send(page: Watched) -> None:
    page.run("document.querySelector('[data-part=send]').click()")


def thanked(page: Watched) -> None:
    wait_for(lambda: page.driver.current_url.endswith("/join/thanks"), "the page after the form", every=0.1)


def assets(standin: Standin) -> list[dict[str, Any]]:
    return list(standin.state()["assets"].values())


def test_a_photo_is_cut_by_hand_and_goes_straight_to_cloudinary_with_what_was_said(
    page: Watched, service: Service, standin: Standin, place: Path
) -> None:
    look(page, service)
    choose(page, place / "wide.jpg")
    window = page.driver.find_element(By.CSS_SELECTOR, "[data-part=window]")
    page.run("document.querySelector('[data-part=window]').focus()")
    page.press(*[Keys.ARROW_LEFT] * 60)  # as far as it goes
    hold = ActionChains(page.driver, duration=0).move_to_element(window).click_and_hold()
    hold.move_by_offset(-window.size["width"] // 3, 0).release().perform()  # then a third of the window to the right
    page.driver.find_element(By.ID, "email").send_keys("Ann@Example.org")
    page.run("document.querySelector('[name=mail]').click()")
    key = page.run("return document.forms.join.elements.key.value")
    send(page)
    thanked(page)
    (asset,) = assets(standin)
    assert (asset["public_id"], asset["status"], asset["asset_folder"]) == (key, "pending", "sayno")
    assert asset["context"] == {"email": "Ann@example.org", "consent": "yes", "mail": "yes", "tracking": "no"}
    assert (asset["width"], asset["height"]) == (900, 1200), "never enlarged"
    sent = requests.get(asset["secure_url"], timeout=60).content
    kept = Image.open(io.BytesIO(sent))
    assert mean_difference(sent, scene(1600, 1200).crop((300, 0, 1200, 1200))) < 6
    assert not kept.getexif()
    assert page.hosts() == {service.url.removeprefix("http://"), standin.delivery_host}
    assert page.complaints() == []
    assert not any(key in line for line in service.log), "no log says which photo is whose; see also `Service.stop`"


def test_a_double_click_sends_one_photo(page: Watched, service: Service, standin: Standin, place: Path) -> None:
    look(page, service)
    choose(page, place / "wide.jpg")
    before = len(standin.calls("upload"))
    page.run("const b = document.querySelector('[data-part=send]'); b.click(); b.click()")
    thanked(page)
    assert (len(assets(standin)), len(standin.calls("upload")) - before) == (1, 1)


@pytest.mark.parametrize(
    ("trouble", "uploads"),
    [
        ({"status": 400, "message": "Stale request - reported time is 1"}, 2),  # another signature
        ({"status": 500, "message": "Internal Server Error"}, 2),  # then through us
    ],
    ids=["an expired signature", "Cloudinary in trouble"],
)
def test_a_photo_arrives_all_the_same(
    page: Watched, service: Service, standin: Standin, place: Path, trouble: dict[str, Any], uploads: int
) -> None:
    look(page, service)
    choose(page, place / "wide.jpg")
    standin.faults("upload", "status", times=1, **trouble)
    before = len(standin.calls("upload"))
    send(page)
    thanked(page)
    assert (len(assets(standin)), len(standin.calls("upload")) - before) == (1, uploads)


def test_a_photo_of_60_megapixels_is_made_smaller_before_it_is_sent(
    page: Watched, service: Service, standin: Standin, place: Path
) -> None:
    look(page, service)
    choose(page, place / "huge.jpg")
    send(page)
    thanked(page)
    assert [(asset["width"], asset["height"]) for asset in assets(standin)] == [(1500, 2000)]


def test_what_the_browser_cannot_show_is_sent_as_it_is_or_refused(
    page: Watched, service: Service, standin: Standin, place: Path
) -> None:
    look(page, service)
    choose(page, place / "text.jpg", shown=False)
    wait_for(lambda: "cannot be read as a photo" in page.run(SAID), "the sentence", every=0.1)
    send(page)
    wait_for(lambda: "Choose a photo first" in page.run(SAID), "the sentence", every=0.1)
    choose(page, place / "phone.heic", shown=False)
    wait_for(lambda: "cannot show this photo" in page.run(SAID), "the sentence", every=0.1)
    send(page)
    thanked(page)
    assert [(asset["width"], asset["format"]) for asset in assets(standin)] == [(1500, "jpg")]


def test_the_camera_takes_a_photo_and_without_one_there_is_a_sentence(service: Service, standin: Standin) -> None:
    with watched(camera=True) as page:
        look(page, service)
        button = "document.querySelector('[data-part=camera]').click()"
        denied = {"permission": {"name": "camera"}, "setting": "denied", "origin": service.url}
        page.driver.execute_cdp_cmd("Browser.setPermission", denied)
        page.run(button)
        wait_for(lambda: "No camera can be used" in page.run(SAID), "the sentence", every=0.1)
        page.driver.execute_cdp_cmd("Browser.setPermission", denied | {"setting": "granted"})
        page.run(button)
        until(page, "document.querySelector('[data-part=video]').videoWidth > 0")
        page.run("document.querySelector('[data-part=take]').click()")
        until(page, SHOWN)
        assert page.run("return document.querySelector('[data-part=video]').srcObject") is None, "the camera is off"
        page.run("document.querySelector('[name=show]').checked = true")
        send(page)
        thanked(page)
        (asset,) = assets(standin)
        assert asset["width"] * 4 == asset["height"] * 3


def test_a_folders_photo_comes_through_us(page: Watched, service: Service, place: Path) -> None:
    look(page, service, "album", 1280)
    choose(page, place / "wide.jpg")
    key = "return document.forms.join?.elements.key.value"
    before = page.run(key)
    send(page)
    thanked(page)
    page.driver.back()
    wait_for(lambda: page.run(key) not in (None, before), "a new form, for another photo", every=0.1)
    (photo,) = (place / "album/pending").iterdir()
    with Image.open(photo) as kept:
        assert kept.size == (1500, 2000)
    assert photo.stem == before
    assert people.read(place / "album")[photo.name].consent is True


def test_the_form_fits_every_screen_and_nobody_is_kept_out(page: Watched, service: Service, place: Path) -> None:
    for (width, scheme), campaign in zip(SCREENS, ("sayno", "album"), strict=True):
        look(page, service, campaign, width, scheme)
        choose(page, place / "wide.jpg")
        assert page.serious() == [], (width, scheme)
        assert not page.scrolls_sideways()
        page.run("document.getElementById('email').value = 'nobody'; document.getElementById('join').submit()")
        until(page, "document.querySelector('[role=alert]:not([hidden]) p')")
        assert page.serious() == [], "with what is missing"
        page.see(f"{service.url}/c/{campaign}/join/thanks", width=width, scheme=scheme)
        assert page.serious() == []
    assert [said for said in page.complaints() if "422" not in said] == []


def test_without_a_connection_the_photo_stays_and_can_be_sent_again(
    page: Watched, service: Service, standin: Standin, place: Path
) -> None:
    look(page, service)
    choose(page, place / "wide.jpg")
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    send(page)
    wait_for(lambda: "connection is lost" in page.run(SAID), "the sentence", every=0.1)
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline | {"offline": False})
    send(page)
    thanked(page)
    assert len(assets(standin)) == 1
