"""Moderates 500 photos by key in Chromium while one of Cloudinary's calls in ten fails; counts the calls.

.venv/bin/python -m scripts.bench.moderation [PHOTOS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from selenium.webdriver import ActionChains

from app.adapters.store import Store
from scripts.sandbox.browser import Browser, missing
from scripts.sandbox.pictures import jpeg, scene
from scripts.sandbox.service import PASSWORD, Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for

PATH = "/admin/campaigns/sayno/moderation"
CARDS = "return document.querySelectorAll('#cards li').length"
UNSENT = f"return JSON.parse(sessionStorage.getItem('moderation {PATH}/decisions') ?? '[]').length"


def main() -> None:
    reason = missing()
    if reason is not None:
        sys.exit(f"No browser: {reason}.")
    photos = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory(prefix="moderation-") as directory:
        store = Store(Path(directory) / "store")
        store.root.initialise()
        with (
            Standin.start() as standin,
            Service(environment(standin, store.root.path)) as service,
            Browser() as browser,
        ):
            moderate(standin, service, browser, photos)


def moderate(standin: Standin, service: Service, browser: Browser, photos: int) -> None:
    ids = [f"p{number:04}" for number in range(photos)]
    rows = [{"public_id": public_id, "asset_folder": "sayno", "status": "pending"} for public_id in ids]
    standin.upload_many(jpeg(scene(600, 800)), rows)
    host = service.url.removeprefix("http://")
    browser.driver.get(f"http://admin:{quote(PASSWORD)}@{host}/admin/")
    browser.see(f"{service.url}{PATH}", width=1280, scheme="light")
    standin.faults("api", "status", status=500, probability=0.1, seed=1, match='"moderation_status"')
    since, began, pressed = len(standin.calls("api")), time.monotonic(), 0
    while pressed < photos:
        wait_for(lambda: browser.run(CARDS) > 0, "more photos came")
        keys = ["ar"[(pressed + number) % 2] for number in range(min(browser.run(CARDS), 20))]
        ActionChains(browser.driver).send_keys(*keys).perform()
        pressed += len(keys)
    typing = time.monotonic() - began
    wait_for(lambda: browser.run(UNSENT) == 0, "all decisions were confirmed")
    everything = time.monotonic() - began
    calls = [call for call in standin.calls("api", since=since) if call["method"] == "POST"]
    statuses = [asset["status"] for asset in standin.state()["assets"].values()]
    failed = sum(call["status"] == 500 for call in calls)
    print(f"{photos} keys pressed in {typing:.0f} s, all confirmed after {everything:.0f} s")
    print(f"{len(calls)} calls changed a status, {failed} of them failed: {len(calls) - failed} for {photos} photos")
    print(", ".join(f"{statuses.count(status)} {status}" for status in ("approved", "rejected", "pending")))
    lists = [call for call in standin.calls("api", since=since) if call["method"] == "GET"]
    print(f"{len(lists)} calls read lists")


if __name__ == "__main__":
    main()
