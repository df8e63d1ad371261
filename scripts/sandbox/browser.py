"""Debian's Chromium without a window, to see what mails and pages look like. It needs no network."""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from scripts.sandbox.ending import Ending

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # in a container there is none
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

Scheme = Literal["light", "dark"]


def missing() -> str | None:
    """Why there is no browser here, or None."""
    for path in (CHROMIUM, DRIVER):
        if not path.exists():
            return f"there is no {path}; scripts/setup --dev installs it where Debian's packages are to be had"
    return None


class Browser(Ending):
    """A running Chromium with a profile of its own, which is gone afterwards."""

    def __init__(self, logs: Mapping[str, str] | None = None) -> None:
        """`logs`: what it keeps for `get_log`, and from which level on."""
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        options = ChromeOptions()
        options.binary_location = str(CHROMIUM)
        if logs is not None:
            options.set_capability("goog:loggingPrefs", dict(logs))
        for argument in (*ARGUMENTS, f"--user-data-dir={self._profile}"):
            options.add_argument(argument)
        try:
            # with the driver's path given, Selenium looks for none and downloads none
            self.driver = Chrome(options=options, service=Service(str(DRIVER)))
        except BaseException:
            shutil.rmtree(self._profile, ignore_errors=True)
            raise

    def see(self, url: str, *, width: int, scheme: Scheme, height: int = 900) -> None:
        """Opens a page as a screen of so many CSS pixels shows it, and waits until its pictures are there."""
        self.screen(width=width, scheme=scheme, height=height)
        self.driver.get(url)

    def screen(self, *, width: int, scheme: Scheme, height: int = 900) -> None:
        """From now on the screen has so many CSS pixels. The page that is open is only laid out anew."""
        self._set("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._set(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )

    def run(self, script: str) -> Any:
        """What the body of a JavaScript function returns."""
        return self.driver.execute_script(script)

    def screenshot(self, path: Path | None = None) -> bytes:
        """All of the page as PNG, also what does not fit on the screen."""
        width, height = self.run("const r = document.documentElement; return [r.clientWidth, r.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = self._set("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        data = base64.b64decode(taken["data"])
        if path is not None:
            path.write_bytes(data)
        return data

    def _set(self, command: str, **parameters: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.driver.execute_cdp_cmd(command, parameters)
        return answer

    def stop(self) -> None:
        self.driver.quit()
        shutil.rmtree(self._profile, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a module; they are skipped where there is none."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with Browser() as running:
        yield running
