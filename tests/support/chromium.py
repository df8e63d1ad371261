"""A browser that reports its requests and console errors, and whose pages axe-core examines."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import ActionChains

from app.adapters.store import Store
from scripts.sandbox.browser import Browser, Scheme, missing
from scripts.sandbox.samples import prepared
from scripts.sandbox.stored import distinct
from scripts.sandbox.waiting import wait_for

AXE = Path(__file__).parents[1] / "vendor/axe-core/axe.min.js"
LOGS = {"browser": "ALL", "performance": "ALL"}
SCREENS: tuple[tuple[int, Scheme], ...] = ((360, "dark"), (1280, "light"))


class Watched(Browser):
    """A browser that also keeps requests and complaints until they are read."""

    def __init__(self, *, camera: bool = False) -> None:
        super().__init__(LOGS, camera=camera)

    def begin(self, url: str) -> None:
        """Leaves the open page, forgets its complaints, and lets scripts run.

        It goes to a picture of the same service: for another host, or none, the browser would start a process.
        """
        self.driver.get(f"{url}/favicon.ico")
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        self.complaints()
        self.asked()

    def complaints(self) -> list[str]:
        """Errors and warnings on the console since the last call."""
        return [
            f"{entry['level']}: {entry['message']}"
            for entry in self._log("browser")
            if entry["level"] in ("SEVERE", "WARNING")
        ]

    def asked(self) -> list[str]:
        """The URLs of all requests since the last call, also of failed ones."""
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def hosts(self) -> set[str]:
        """The hosts of all requests since the last call."""
        return {urlsplit(address).netloc for address in self.asked() if urlsplit(address).scheme in ("http", "https")}

    def serious(self) -> list[str]:
        """axe-core's serious and critical findings, one line each.

        Not within frames: the only one of ours runs no scripts, so that axe could not answer from there.
        """
        if not self.run("return 'axe' in window"):
            self.run(_axe())
        found: list[dict[str, Any]] = self.run(
            "return axe.run(document, {iframes: false}).then((found) => found.violations)"
        )
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def _log(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]  # Selenium's
        return found

    def press(self, *keys: str) -> None:
        """Presses keys one after another, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def focus(self) -> str:
        """The focused element: its name, id and classes, and the beginning of its text."""
        said: str = self.run(
            "const e = document.activeElement; return [e.tagName, e.id, e.className, e.textContent.trim()].join(' ')"
        )
        return said

    def scrolls_sideways(self) -> bool:
        """Whether the page is wider than the screen."""
        return bool(self.run("const r = document.documentElement; return r.scrollWidth > r.clientWidth"))


def until(browser: Browser, expression: str) -> None:
    """Waits until a JavaScript expression is true."""
    wait_for(lambda: bool(browser.run(f"return {expression}")), expression, every=0.1)


@cache
def _axe() -> str:
    return AXE.read_text()


@contextmanager
def watched(*, camera: bool = False) -> Iterator[Watched]:
    """A browser, with or without a camera; without a browser, the test is skipped."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with Watched(camera=camera) as running:
        yield running


def crowd(store: Store, campaign: str, people: int, *, alike: bool = False) -> None:
    """Puts so many people into a campaign, all approved at once. `alike`: so many photos of a few people, linked."""
    few = 6
    for number in range(min(few, people)):
        files = prepared(number)
        at = 1_700_000_000
        store.photos.put(campaign, _name(number), files.archive, files.intermediate, at, at, variants=files.variants)
    for path in (store.root.path / campaign).glob("*/*"):
        stem, _, suffix = path.name.partition(".")
        if stem.startswith("photo-"):
            for number in range(int(stem[6:]) + few, people, few):
                copy = path.with_name(f"{_name(number)}.{suffix}")
                if suffix == "png" and not alike:
                    copy.write_bytes(distinct(path.read_bytes(), number))
                    shutil.copystat(path, copy)
                else:
                    os.link(path, copy)


def _name(number: int) -> str:
    return f"photo-{number:05}"
