"""The front of the house: from an empty account to a public collage, by commands and in a browser alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from selenium.webdriver.common.by import By

from scripts.sandbox.pictures import scene
from scripts.sandbox.service import PASSWORD, Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.chromium import Watched, until
from tests.support.command import run
from tests.support.tiers import sampled

RULES = '[sayno]\ntitle = "Say No"\npublic = true\njoin = true\n'


@pytest.mark.parametrize("fixed", sampled([False, True], every=2))
def test_a_person_joins_is_approved_by_key_and_is_in_the_public_collage(
    one_browser: Watched, standin: Standin, tmp_path: Path, fixed: bool
) -> None:
    standin.settings(fixed_folders=fixed)
    (tmp_path / "campaigns.toml").write_text(RULES)
    scene(1600, 1200).save(tmp_path / "selfie.jpg", quality=92)
    environ = environment(standin, tmp_path / "store")
    assert run("init", environ=environ).returncode == 0
    with Service(environ, workers=1) as service:
        connected = run("connect", "--url", service.url, "--apply", environ=environ)
        assert connected.returncode == 0, connected.stdout + connected.stderr
        face = f"{service.url}/c/sayno"
        _join(one_browser, f"{face}/join", tmp_path / "selfie.jpg")
        one_browser.driver.get(f"http://admin:{quote(PASSWORD)}@{service.url.removeprefix('http://')}/admin/")
        _approve(one_browser, f"{service.url}/admin/campaigns/sayno/moderation?again=1")
        held = f"{service.url}/admin/campaigns/sayno"
        wait_for(lambda: _shown(face)["people"] == 1, "the photo in the mirror", every=0.2)
        one_browser.see(held, width=1280, scheme="light")
        one_browser.driver.find_element(By.XPATH, "//button[.='Make the collage']").click()
        wait_for(lambda: _shown(face)["collage"] is not None, "the collage", every=0.5)
        one_browser.see(face, width=360, scheme="dark")
        until(one_browser, "document.querySelector('main img').naturalWidth > 0")
        assert "1 person in one picture" in one_browser.driver.find_element(By.TAG_NAME, "main").text
        assert one_browser.complaints() == []
        checked = run("connect", "--url", service.url, "--check", environ=environ)
        assert (checked.returncode, checked.stdout) == (0, "")


def _shown(face: str) -> dict[str, Any]:
    """What other websites read."""
    answer: dict[str, Any] = requests.get(f"{face}.json", timeout=60).json()
    return answer


def _join(browser: Watched, url: str, picture: Path) -> None:
    browser.see(url, width=360, scheme="light")
    until(browser, "document.body.classList.contains('scripted')")
    browser.driver.find_element(By.ID, "photo").send_keys(str(picture))
    until(browser, "document.querySelector('[data-part=window]').offsetWidth > 0")
    browser.driver.find_element(By.ID, "email").send_keys("ann@example.org")
    browser.run("document.querySelector('[name=show]').checked = true")
    browser.run("document.querySelector('[data-part=send]').click()")
    wait_for(lambda: browser.driver.current_url.endswith("/join/thanks"), "the page after the form", every=0.1)


def _approve(browser: Watched, url: str) -> None:
    browser.see(url, width=1280, scheme="light")
    until(browser, "document.querySelector('.keys').hidden === false")
    assert browser.run("return document.querySelectorAll('#cards li').length") == 1
    browser.press("a")
    until(browser, "document.querySelector('[data-count=approved]').textContent === '1'")
