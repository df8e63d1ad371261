"""Debian's Chromium without a window, to check what mails and pages look like. Needs no network."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from scripts.sandbox.ending import Ending

CHROMIUM = Path("/usr/bin/chromium")
# the same without windows, menus and cameras: half of the work
SHELL = Path("/usr/lib/chromium/chromium-headless-shell")
DRIVER = Path("/usr/bin/chromedriver")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # needed in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--use-fake-device-for-media-stream",  # a camera that shows a test picture; pages still ask for permission
)

Scheme = Literal["light", "dark"]


def missing() -> str | None:
    """Why there is no browser here, or None."""
    for path in (CHROMIUM, DRIVER):
        if not path.exists():
            return f"there is no {path}; scripts/setup --dev installs it where Debian's packages are available"
    return None


class Browser(Ending):
    """A running Chromium with its own profile, which the driver deletes afterwards."""

    def __init__(self, logs: Mapping[str, str] | None = None, *, camera: bool = False) -> None:
        """`logs`: what to keep for `get_log`, and from which level on. `camera`: with one."""
        options = ChromeOptions()
        options.binary_location = str(SHELL if SHELL.exists() and not camera else CHROMIUM)
        if logs is not None:
            options.set_capability("goog:loggingPrefs", dict(logs))
        for argument in ARGUMENTS:
            options.add_argument(argument)
        # given the driver's path, Selenium neither searches for one nor downloads it
        self.driver = Chrome(options=options, service=Service(str(DRIVER)))

    def see(self, url: str, *, width: int, scheme: Scheme, height: int = 900) -> None:
        """Opens a page on a screen of so many CSS pixels, and waits until its pictures are loaded."""
        self.screen(width=width, scheme=scheme, height=height)
        self.driver.get(url)

    def screen(self, *, width: int, scheme: Scheme, height: int = 900) -> None:
        """Sets the screen's size in CSS pixels; the open page is only laid out again."""
        self._set("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._set(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )

    def run(self, script: str) -> Any:
        """Runs the body of a JavaScript function and returns its result."""
        return self.driver.execute_script(script)

    def screenshot(self, path: Path | None = None) -> bytes:
        """The whole page as PNG, beyond the screen too."""
        width, height, screen = self.run(
            "const r = document.documentElement; return [r.clientWidth, r.scrollHeight, r.clientHeight]"
        )
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        # only where it must: Chromium then shifts pages that are read from right to left
        taken = self._set("Page.captureScreenshot", format="png", captureBeyondViewport=height > screen, clip=clip)
        data = base64.b64decode(taken["data"])
        if path is not None:
            path.write_bytes(data)
        return data

    def _set(self, command: str, **parameters: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.driver.execute_cdp_cmd(command, parameters)
        return answer

    def stop(self) -> None:
        self.driver.quit()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a module, which are skipped if there is none."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with Browser() as running:
        yield running
