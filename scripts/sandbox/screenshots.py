"""Screenshots of every page for review: light and dark, on a phone and on a desktop, with sample people.

`./scripts/screenshots` runs it. A new page needs one line in `pages`.
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from PIL import Image

from app.adapters import imaging
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox.browser import Browser, Scheme, missing
from scripts.sandbox.demo.people import draw_people
from scripts.sandbox.people import address, as_format, portrait_image
from scripts.sandbox.service import PASSWORD, ROOT, Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import distinct

PEOPLE = 229
LANDSCAPE = "supporters/across"
KEY = "a key for sample pages only"
GALLERY = "correct horse"
CAMPAIGNS = f"""
[sayno]
title = "Say No"
public = true
embed = ["https://www.example.org"]
join = true
download = true
gallery_password = "{GALLERY}"
[sayno.brand]
colour = "#ff9416"
text = "Say No is run by volunteers."
link = "https://sayno.example"

[test_prototype]
title = "Test prototype"
test_address = "collagen-test+{{token}}@antb.me"
"""
SCREENS: tuple[tuple[int, int], ...] = ((360, 740), (1280, 900))
OPEN = "document.querySelector('.make details').open = true; document.querySelector('#mosaic').scrollIntoView()"
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass(frozen=True)
class Page:
    """`who`: "admin", "gallery" or "anyone". `before`: JavaScript to run before the screenshot.

    `whole`: the whole page rather than what fits on a screen.
    """

    name: str
    address: str
    who: str = "anyone"
    before: str = ""
    whole: bool = True


def pages(personal: str) -> list[Page]:
    """Every page to take. `personal`: the token of one person's mail."""
    campaign = "/admin/campaigns/sayno"
    exclude = "exclude=supporters/p004&exclude=supporters/p011"
    pin = "pin=supporters/p004&place=middle&pin=supporters/p011&place=1,2"
    return [
        Page("desk", "/admin/", "admin"),
        Page("photos", f"{campaign}/", "admin", whole=False),
        Page("photos-choices", f"{campaign}/?photos=140&{exclude}", "admin", OPEN, whole=False),
        Page("photos-search", f"{campaign}/?q=p01", "admin", "location.hash = 'photos-title'", whole=False),
        Page("photos-lightbox", f"{campaign}/", "admin", "document.querySelector('.tiles a').click()", whole=False),
        Page("photos-impossible", f"{campaign}/?photos=0", "admin", whole=False),
        Page("cut", f"{campaign}/photos/{LANDSCAPE}/cut", "admin"),
        Page("photos-none", "/admin/campaigns/test_prototype/", "admin"),
        Page("collages", f"{campaign}/history", "admin"),
        Page("moderation", f"{campaign}/moderation?status=approved", "admin", whole=False),
        Page("collages-none", "/admin/campaigns/test_prototype/history", "admin"),
        Page("compare", f"{campaign}/compare", "admin"),
        Page(
            "photos-pinned",
            f"{campaign}/?{pin}",
            "admin",
            "document.querySelector('.pins').scrollIntoView()",
            whole=False,
        ),
        Page("collage", f"{campaign}/history/0002", "admin"),
        Page("building", f"{campaign}/history/0003", "admin"),
        Page("notify", f"{campaign}/history/0002/notify", "admin"),
        Page("error", "/nowhere"),
        Page("gallery-door", "/campaigns/sayno/photos"),
        Page("gallery", "/campaigns/sayno/photos", "gallery", whole=False),
        Page("face", "/c/sayno"),
        Page("screen", "/c/sayno/screen", whole=False),
        Page("embed", "/c/sayno/embed", whole=False),
        Page("wall", "/wall/sayno/0002"),
        Page("join", "/c/sayno/join"),
        Page("join-thanks", "/c/sayno/join/thanks"),
        Page("wall-own", f"/track/{personal}/wall"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./scripts/screenshots", description=__doc__.partition("\n")[0])
    parser.add_argument("directory", nargs="?", type=Path, default=ROOT / "demo/screenshots")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these pages")
    parser.add_argument("--serve", action="store_true", help="keep serving until Ctrl-C instead")
    given = parser.parse_args()
    reason = missing()
    if reason is not None:
        parser.exit(1, f"No screenshots: {reason}.\n")
    given.directory.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="pages-"))
    try:
        run(work, given.directory, given.only, serve=given.serve)
    except KeyboardInterrupt:
        print("\nEnded.")
    finally:
        shutil.rmtree(work)


def run(work: Path, directory: Path, only: Sequence[str] | None, *, serve: bool) -> None:
    (work / "campaigns.toml").write_text(CAMPAIGNS)
    store = Store(work / "store")
    store.root.initialise()
    fill(store, work)
    with Standin.start() as standin:
        environ = environment(standin, store.root.path, **mails())
        with Service(environ) as service:
            collages(service, store)
            arrive_across(standin, service)
            print(f"{service.url}/admin/  (user admin, password {PASSWORD!r})", flush=True)
            if serve:
                service.process.wait()
            token = Tokens([KEY]).image(Claims("sayno", "0002", "supporters/p010"))
            with Browser() as browser:
                for page in pages(token):
                    if only is None or page.name in only:
                        show(browser, service, page, directory)


def mails() -> dict[str, str]:
    """Settings that allow sending mails; nothing listens there."""
    return {
        "COLLAGEN_SECRET_KEY": KEY,
        "COLLAGEN_PUBLIC_URL": "https://collagen.example.org",
        "COLLAGEN_SMTP_URL": "smtp://127.0.0.1:9",
        "COLLAGEN_MAIL_FROM": "Say No <hello@sayno.example>",
    }


def fill(store: Store, work: Path) -> None:
    """Puts everyone into the store, each sample person several times, by links."""
    exiftool, now = ExifTool(), time.time()
    drawn = [imaging.prepare(path.read_bytes()) for path in draw_people() if path.suffix == ".jpg"]
    for number in range(PEOPLE):
        public_id, at = f"supporters/p{number:03}", now - (PEOPLE - number) * 4000
        files, path = drawn[number % len(drawn)], work / "one.jpg"
        path.write_bytes(files.archive)
        email = None if number % 29 == 5 else "ann at example.org" if number % 60 == 7 else address(number)
        exiftool.write(path, Tags(email, public_id, f"asset-{number}", 1))
        picture = distinct(files.intermediate, number)
        store.photos.put("sayno", public_id, path.read_bytes(), picture, at, round(at), variants=files.variants)
        if number >= PEOPLE - 9:
            store.logs.event("sayno", datetime.fromtimestamp(at, UTC), "SYNCED", public_id, f"version {round(at)}")
    store.logs.event("sayno", datetime.now(UTC), "DELETED", "supporters/p900")
    store.logs.event(
        "sayno", datetime.now(UTC), "ERROR", "supporters/p901", "not stored: it has more than 50 megapixels"
    )
    exiftool.close()


def collages(service: Service, store: Store) -> None:
    """Creates two collages with some changes between them, mails about the second, and a third that is being built."""
    later = [f"supporters/p{number:03}" for number in range(180, PEOPLE)]
    service.build("sayno", exclude=later, width=2048, height=2048).raise_for_status()
    store.photos.remove("sayno", "supporters/p007")
    service.build("sayno").raise_for_status()
    shown = store.collages.manifest("sayno", "0002").shown
    begun = datetime.now(UTC) - timedelta(days=9)
    for number, public_id in enumerate(shown[:200]):
        record = {"collage": "0002", "photo": public_id, "address": address(number), "message_id": f"<{number}@x>"}
        for state in ("intended", "sent"):
            store.sends.add("sayno", {"time": f"{begun:%Y-%m-%dT%H:%M:%SZ}", "state": state} | record)
        if number % 3:
            when = begun + timedelta(days=(number * number) % 97 * 9 / 97 * (number % 7) / 7)
            opened = {"collage": "0002", "photo": public_id, "class": "human" if number % 4 else "proxy"}
            store.opens.add("sayno", when, opened)
    (store.root.path / "sayno/collages/.progress.json").write_text(
        json.dumps({"id": "0003", "state": "failed", "error": "None of the campaign's photos can be read."})
    )


def arrive_across(standin: Standin, service: Service) -> None:
    """A landscape photo, which has to come through the stand-in: its page asks for the original."""
    wide = Image.new("RGB", (2000, 1333), (148, 160, 172))
    wide.paste(portrait_image(9, 1000, 1333), (120, 0))
    standin.notify(service.webhook)
    standin.upload(as_format(wide, "jpeg"), LANDSCAPE, folder="sayno", email=address(1))
    standin.approve(LANDSCAPE)
    standin.wait_idle()


def show(browser: Browser, service: Service, page: Page, directory: Path) -> None:
    """Takes the screenshots of one page."""
    browser.driver.execute_cdp_cmd("Network.enable", {})
    browser.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    headers = {}
    if page.who == "admin":
        headers["Authorization"] = f"Basic {base64.b64encode(f'admin:{PASSWORD}'.encode()).decode()}"
    browser.driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": headers})
    if page.who == "gallery":
        answer = requests.post(
            f"{service.url}/campaigns/sayno/login", data={"password": GALLERY}, allow_redirects=False, timeout=20
        )
        for cookie in answer.cookies:
            browser.driver.execute_cdp_cmd(
                "Network.setCookie", {"name": cookie.name, "value": str(cookie.value), "url": service.url}
            )
    for width, height in SCREENS:
        for scheme in SCHEMES:
            browser.see(service.url + page.address, width=width, scheme=scheme, height=height)
            if page.before:
                browser.run(page.before)
            time.sleep(1.5)  # for what loads by itself: numbers, blurs, tiles
            path = directory / f"{page.name}-{width}-{scheme}.png"
            taken = browser.screenshot() if page.whole else browser.driver.get_screenshot_as_png()
            path.write_bytes(taken)
            print(f"  {path.name}", flush=True)


if __name__ == "__main__":
    main()
