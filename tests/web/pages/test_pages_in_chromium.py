"""Every page, on a small phone, a phone and a desktop, light and dark, with a title that is one long word."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox.service import PASSWORD, Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.chromium import Watched, until
from tests.support.web import fill, mail_settings

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
GALLERY = "correct horse"
CAMPAIGNS = f"""
[sayno]
title = "{LONG}"
public = true
gallery_password = "{GALLERY}"

[{LONG.lower().replace("ä", "ae").replace("ü", "ue")}]
title = "One person"
public = true
gallery_password = "{GALLERY}"

[over]
title = "{LONG}"
gallery_password = "{GALLERY}"
gallery_until = 2020-01-01

[empty]
title = "{LONG}"
"""
ONE = LONG.lower().replace("ä", "ae").replace("ü", "ue")
PEOPLE = 10
SCREENS = ((1280, "light"), (390, "dark"), (320, "light"))
# where to put screenshots for review
PICTURES = Path(os.environ["PICTURES_OF_PAGES"]) if "PICTURES_OF_PAGES" in os.environ else None
# numbers with the wrong noun, in whatever order a page's elements have them
WRONG = r"/\b1 (people|photos|mails|others|columns|rows|collages)\b|\bpeople\s*1\b(?!,)/"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(tmp_path_factory.mktemp("pages") / "store")
    (made.root.path.parent / "campaigns.toml").write_text(CAMPAIGNS)
    made.root.initialise()
    fill(made, "sayno", PEOPLE)
    fill(made, ONE, 1)
    return made


@pytest.fixture(scope="module")
def service(running_standin: Standin, store: Store) -> Iterator[Service]:
    with Service(
        environment(running_standin, store.root.path, **mail_settings("smtp://127.0.0.1:9")), workers=1
    ) as running:
        for campaign in ("sayno", ONE):
            running.build(campaign, width=300, height=300).raise_for_status()
        failed = {"id": "0002", "state": "failed", "error": f"The photo {LONG}/{LONG} cannot be read."}
        (store.root.path / "sayno/collages/.progress.json").write_text(json.dumps(failed))
        yield running


@pytest.fixture
def browser(one_browser: Watched, service: Service) -> Watched:
    """A browser that is logged in everywhere."""
    cdp = one_browser.driver.execute_cdp_cmd
    cdp("Network.enable", {})
    login = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    cdp("Network.setExtraHTTPHeaders", {"headers": {"Authorization": f"Basic {login}"}})
    for campaign in ("sayno", ONE):
        answer = requests.post(
            f"{service.url}/campaigns/{campaign}/login", {"password": GALLERY}, allow_redirects=False, timeout=20
        )
        for cookie in answer.cookies:
            given = {"name": cookie.name, "value": str(cookie.value), "url": service.url, "path": cookie.path}
            cdp("Network.setCookie", given)
    return one_browser


def pages(store: Store) -> dict[str, str]:
    """The URL of every page."""
    tokens = Tokens([mail_settings("")["COLLAGEN_SECRET_KEY"]])
    manifest = store.collages.manifest("sayno", "0001").as_json()

    def own(public_id: str, campaign: str = "sayno", collage: str = "0001") -> str:
        return f"/track/{tokens.image(Claims(campaign, collage, public_id))}/wall"

    found = {
        "campaigns": "/admin/",
        "photos offers": "/admin/campaigns/sayno/",
        "photos choices": f"/admin/campaigns/sayno/?photos=6&exclude=p1&q={LONG}",
        "photos refused": f"/admin/campaigns/sayno/?photos={LONG}",
        "photos none": "/admin/campaigns/empty/",
        "collages": "/admin/campaigns/sayno/history",
        "collages none": "/admin/campaigns/empty/history",
        "collage": "/admin/campaigns/sayno/history/0001",
        "collage failed": "/admin/campaigns/sayno/history/0002",
        "notify": "/admin/campaigns/sayno/history/0001/notify",
        "notify refused": f"/admin/campaigns/sayno/history/0001/notify?limit={LONG}",
        "gallery": "/campaigns/sayno/photos",
        "gallery over": "/campaigns/over/photos",
        "gallery error": "/campaigns/sayno/photos?page=99",
        "face": "/c/sayno",
        "face screen": "/c/sayno/screen",
        "wall": "/wall/sayno/0001",
        "wall own": own(manifest["tiles"][0]["public_id"]),
        "wall left out": own(manifest["left_out"][0]),
        "wall gone": own(LONG),
        "wall trial": own(""),
        "wall none": "/wall/sayno/0009",
        "wall cut off": own("p1")[:-9] + "/wall",
        "unsubscribe": f"/unsubscribe/{tokens.unsubscribe(Claims('sayno', '0001', 'p1'))}",
        "error": f"/{LONG}/{LONG}",
        "error of an admin": f"/admin/campaigns/sayno/history/{LONG}",
    }
    one = {"photos", "history", "history/0001", "history/0001/notify"}
    found |= {f"one {page}": f"/admin/campaigns/{ONE}/{page.removeprefix('photos')}" for page in one}
    found |= {"one face": f"/c/{ONE}", "one gallery": f"/campaigns/{ONE}/photos", "one wall": own("p0", ONE)}
    return found


def keep(browser: Watched, name: str) -> None:
    """Saves a screenshot of the page, if requested."""
    if PICTURES is not None:
        browser.screenshot(PICTURES / f"page-{name.replace(' ', '-').replace('/', '-')}.png")


@pytest.mark.thorough
def test_no_page_is_wider_than_its_screen_whatever_a_campaign_is_called(
    browser: Watched, service: Service, store: Store
) -> None:
    wide, wrong, lost = [], [], []
    cdp = browser.driver.execute_cdp_cmd
    everything = pages(store) | {"gallery login": "/campaigns/sayno/photos", "after logout": "/unsubscribe/x"}
    for name, address in everything.items():
        if name == "gallery login":
            cdp("Network.clearBrowserCookies", {})
        browser.see(service.url + address, width=1280, scheme="light")
        browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        wrong += [
            (name, found) for found in [browser.run(f"return document.body.innerText.match({WRONG})?.[0]")] if found
        ]
        if browser.run("return document.querySelector('link[rel=icon]') === null"):
            lost.append((name, "no icon"))
        if "error" in name and browser.run("return document.querySelector('main a[href]') === null"):
            lost.append((name, "no way home"))
        for width, scheme in SCREENS:
            # the page is only laid out again: loading it for each screen would take ten times as long
            screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
            cdp("Emulation.setDeviceMetricsOverride", screen)
            feature = {"name": "prefers-color-scheme", "value": scheme}
            cdp("Emulation.setEmulatedMedia", {"features": [feature]})
            taken = browser.run("return [document.documentElement.scrollWidth, innerWidth]")
            if taken[0] > taken[1] or taken[1] != width:
                wide.append((name, width, scheme, taken))
            keep(browser, f"{name}-{width}-{scheme}")
    assert (wide, wrong, lost) == ([], [], [])


def test_the_canvas_that_seats_everyone_is_taken_by_a_click(browser: Watched, service: Service) -> None:
    browser.see(f"{service.url}/admin/campaigns/sayno/", width=1280, scheme="light")
    until(browser, "document.body.classList.contains('scripted')")
    browser.driver.find_element("css selector", "#plan [name=canvas]").click()
    until(browser, "document.querySelector('#plan .people')?.textContent.trim() === '10 people'")
    assert browser.run("return [width.value, height.value]") == ["4095", "2184"]
    assert browser.run("return new URL(location).searchParams.get('width')") == "4095"


def test_the_icon_is_there_where_browsers_ask_for_it_by_themselves(service: Service) -> None:
    answer = requests.get(f"{service.url}/favicon.ico", timeout=300)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] in ("image/vnd.microsoft.icon", "image/x-icon")
    assert answer.content[:4] == b"\0\0\1\0"
