"""Moderation as a person does it: by keys, by touch, many at once, while Cloudinary fails, undone after a reload."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from app.adapters.store import Store
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.chromium import SCREENS, Watched, until
from tests.support.moderation import PICTURE, put_waiting

PATH = "/admin/campaigns/sayno/moderation"
PHOTOS, FEW = 50, 12
COUNTS = (
    "Object.fromEntries([...document.querySelectorAll('[data-count]')]"
    ".map((place) => [place.dataset.count, Number(place.textContent)]))"
)
SHOWN = "[...document.querySelectorAll('#cards li')].map((card) => card.dataset.id)"
SENT = "JSON.parse(sessionStorage.getItem(`moderation ${location.pathname}/decisions`) ?? '[]').length === 0"


@pytest.fixture(scope="module")
def service(running_standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    store = Store(tmp_path_factory.mktemp("moderation") / "store")
    store.root.initialise()
    with Service(environment(running_standin, store.root.path), workers=1) as running:
        yield running


@pytest.fixture
def waiting(request: pytest.FixtureRequest, standin: Standin, browser: Watched, service: Service) -> list[str]:
    """Photos that wait, on the open page."""
    ids = put_waiting(standin, getattr(request, "param", FEW))
    browser.run("sessionStorage.clear()")

    def listed() -> bool:  # not the list of the test before, which the service may keep for a second
        service.admin.get(f"{service.url}{PATH}?again=1", timeout=300).raise_for_status()
        return any(call["path"].endswith("/moderations/manual/pending") for call in standin.calls("api"))

    wait_for(listed, "the list was read again", every=0.3)
    look(browser, service)
    assert browser.run(f"return {SHOWN}") == ids
    return ids


def look(browser: Watched, service: Service, query: str = "", width: int = 1280) -> None:
    browser.see(f"{service.url}{PATH}{query}", width=width, scheme="light")
    until(browser, "document.querySelector('.keys').hidden === false")


def statuses(standin: Standin) -> dict[str, str]:
    return {name: asset["status"] for name, asset in standin.state()["assets"].items()}


def by_status(standin: Standin) -> dict[str, int]:
    found = list(statuses(standin).values())
    return {status: found.count(status) for status in ("pending", "approved", "rejected")}


def test_undo_works_after_a_reload_and_puts_back_many_at_once(
    browser: Watched, service: Service, standin: Standin, waiting: list[str]
) -> None:
    browser.press("a", "x", Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, "x", Keys.ARROW_DOWN, "x", "r")
    rejected = [name for name in waiting if name not in browser.run(f"return {SHOWN}")][1:]
    assert len(rejected) == 3
    until(browser, SENT)
    look(browser, service)
    assert browser.run(f"return {COUNTS}") == {"pending": FEW - 4, "approved": 1, "rejected": 3}
    browser.press("u")
    until(browser, f"{SHOWN}.length === {FEW - 1}")
    assert statuses(standin)[rejected[0]] == "pending"
    look(browser, service)
    browser.press("u")
    until(browser, f"{SHOWN}.length === {FEW}")
    assert browser.run(f"return {SHOWN}") == waiting
    assert by_status(standin) == {"pending": FEW, "approved": 0, "rejected": 0}
    assert browser.run("return document.getElementById('undo').hidden"), "there is no more to undo"


def test_an_undo_brings_the_card_back_to_its_place_with_the_focus(
    browser: Watched, standin: Standin, waiting: list[str]
) -> None:
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, "r", "u")
    assert browser.run(f"return {SHOWN}") == waiting
    assert browser.run("return document.activeElement.dataset.id") == waiting[2]
    until(browser, SENT)
    assert by_status(standin)["pending"] == FEW


def test_what_fails_for_good_comes_back_and_is_named(
    browser: Watched, service: Service, standin: Standin, waiting: list[str]
) -> None:
    standin.faults("api", "status", status=500, times=None, match="p003")
    browser.press(*[Keys.ARROW_RIGHT] * 3, "a", "a")
    until(browser, "document.getElementById('failed').hidden === false")
    assert "p003" in browser.run("return document.querySelector('#failed p').textContent")
    assert browser.run(f"return {SHOWN}").index("p003") == 3
    assert browser.run(f"return {COUNTS}") == {"pending": FEW - 1, "approved": 1, "rejected": 0}
    standin.clear_faults()
    browser.run("document.querySelector('#failed button').click()")
    wait_for(lambda: statuses(standin)["p003"] == "approved", "it was tried again")


def test_a_photo_is_seen_large_and_decided_there_and_by_a_swipe(
    browser: Watched, service: Service, standin: Standin, waiting: list[str]
) -> None:
    browser.press(Keys.ARROW_RIGHT, Keys.ENTER)
    until(browser, "document.querySelector('#large img').naturalWidth > 360")
    assert browser.serious() == []
    browser.press("a")
    until(browser, "document.querySelector('#large img').alt === 'Person p002'")
    browser.press(Keys.ESCAPE)
    look(browser, service, width=360)
    for name, way in (("p000", 150), ("p003", -150), ("p004", 30)):
        swipe(browser, name, way)
    until(browser, SENT)
    found = statuses(standin)
    assert [found[name] for name in ("p000", "p001", "p002", "p003", "p004")] == [
        *("approved", "approved", "pending", "rejected", "pending")
    ]


def swipe(browser: Watched, name: str, way: int) -> None:
    """A finger that moves `way` CSS pixels to the right on a card's picture."""
    browser.run(f"document.querySelector('[data-id={name}]').scrollIntoView({{block: 'center'}})")
    box = browser.run(f"return document.querySelector('[data-id={name}] .picture').getBoundingClientRect().toJSON()")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def touch(kind: str, *points: dict[str, float]) -> None:
        browser.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, 6):
        touch("touchMove", {"x": x + way * step / 5, "y": y})
    touch("touchEnd")


def test_the_page_fits_every_screen_and_nobody_is_kept_out(
    browser: Watched, service: Service, waiting: list[str]
) -> None:
    for width, scheme in SCREENS:
        browser.screen(width=width, scheme=scheme)
        assert not browser.scrolls_sideways()
        assert browser.serious() == []


def test_without_scripts_the_buttons_do(browser: Watched, service: Service, standin: Standin) -> None:
    standin.upload_many(PICTURE, [{"public_id": f"n{n}", "asset_folder": "other", "status": "pending"} for n in "123"])
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    address = f"{service.url}{PATH.replace('sayno', 'other')}?again=1"

    def listed() -> bool:
        browser.see(address, width=1280, scheme="light")
        return "n2" in browser.driver.page_source

    wait_for(listed, "the photos are listed", every=0.5)
    browser.driver.find_element("css selector", "[name=approve][value=n2]").click()
    wait_for(lambda: "done=approved" in browser.driver.current_url, "the decision was made")
    browser.driver.find_element("css selector", ".done button").click()
    wait_for(lambda: "done=pending" in browser.driver.current_url, "it was undone")
    assert by_status(standin) == {"pending": 3, "approved": 0, "rejected": 0}


# last: what it decided on counts for half a minute, also of photos that are gone by then
@pytest.mark.parametrize("waiting", [PHOTOS], indirect=True)
def test_fifty_photos_are_moderated_by_keys_while_cloudinary_fails_and_none_is_lost(
    browser: Watched, service: Service, standin: Standin, waiting: list[str]
) -> None:
    since = len(standin.calls("api"))
    fault = standin.faults("api", "status", status=500, probability=0.1, seed=5, match='"moderation_status"')
    keys = ["ar"[number % 2] for number in range(PHOTOS)]
    browser.press(*keys)
    assert browser.run(f"return {COUNTS}") == {"pending": 0, "approved": 25, "rejected": 25}, "at once"
    until(browser, SENT)
    expected = {one: "approved" if key == "a" else "rejected" for one, key in zip(waiting, keys, strict=True)}
    assert statuses(standin) == expected
    failed = next(one["fired"] for one in standin.state()["faults"] if one["id"] == fault)
    changes = [call for call in standin.calls("api", since=since) if call["method"] == "POST"]
    assert failed > 0
    assert len(changes) == PHOTOS + failed, "one call a photo, and one more for each that failed"
    assert browser.run("return document.getElementById('failed').hidden")
    standin.clear_faults()
    look(browser, service, "?status=approved")
    assert browser.run(f"return {COUNTS}") == {"pending": 0, "approved": 25, "rejected": 25}
    assert len(browser.run(f"return {SHOWN}")) == 25
