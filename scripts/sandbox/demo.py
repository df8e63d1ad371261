"""The demonstration: Collagen's main job from end to end against a local Cloudinary, with sample people.

`./scripts/demo` runs it. Everything it makes is in `demo/`: the people (drawn once), the store, the log.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from email.message import EmailMessage
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cloudinary.api
import cloudinary.uploader
import requests
from PIL import Image

from app.adapters.store import Store
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.people import address, as_format, portrait
from scripts.sandbox.service import PASSWORD, ROOT, Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for

PEOPLE = 60
FOLDER = ROOT / "demo"
CAMPAIGN = "sayno"
# file formats that supporters send: mostly JPEG, and other formats of phones and browsers
FORMATS = {3: "png", 11: "webp", 17: "heic", 29: "png", 37: "webp", 43: "heic"}
WITHOUT_ADDRESS = (5, 23, 41)
ELSEWHERE = {7: "test_prototype", 31: "test_prototype", 53: "press"}  # "press" is no campaign
REJECTED_AGAIN = (2, 19, 47)
GALLERY_PASSWORD = "one for the team"
CAMPAIGNS = f"""
[test_prototype]
title = "Test prototype"
test_address = "collagen-test+{{token}}@antb.me"

[sayno]
title = "Say No"
public = true
gallery_password = "{GALLERY_PASSWORD}"
"""
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def main() -> None:
    parser = argparse.ArgumentParser(prog="./scripts/demo", description=__doc__.partition("\n")[0])
    parser.add_argument("--once", action="store_true", help="exit when the collage is made instead of serving it")
    once = parser.parse_args().once
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(once)
    except KeyboardInterrupt:
        print("\nEnded.")


def run(once: bool) -> None:
    print(f"A collage of {PEOPLE} people who do not exist, with a local Cloudinary.\n")
    with step(f"{PEOPLE} sample people are drawn"):
        people = draw_people()
    store = FOLDER / "store"
    shutil.rmtree(store, ignore_errors=True)
    (FOLDER / "campaigns.toml").write_text(CAMPAIGNS, "utf-8")
    with Standin.start(port=free(9400), retry_delays=[1, 2, 3]) as standin, MailServer() as mails:
        port = free(8000)
        environ = environment(standin, store) | {
            "COLLAGEN_SECRET_KEY": "only-for-the-demonstration",
            "COLLAGEN_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "COLLAGEN_SMTP_URL": mails.url,
            "COLLAGEN_MAIL_FROM": "Say No <hello@campaign.example>",
            "SSL_CERT_FILE": str(mails.authority),
        }
        with step("store, local Cloudinary, local mail server and Collagen (gunicorn) are started"):
            Store(store).root.initialise()
            service = Service(environ, workers=2, bind=f"127.0.0.1:{port}")
        with service:
            standin.notify(service.webhook)
            moderated(standin, people, store)
            collage = built(service, store)
            told(service, mails, collage)
            (FOLDER / "service.log").write_text("\n".join(service.log) + "\n")
            if not once:
                serve(service, mails, collage)


def draw_people() -> list[tuple[str, bytes]]:
    """(file name, bytes) of each person; drawn by all cores the first time, then kept in demo/people."""
    folder = FOLDER / "people"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"person-{seed:02}.{FORMATS.get(seed, 'jpg')}" for seed in range(PEOPLE)]
    missing = [seed for seed, path in enumerate(paths) if not path.exists()]
    if missing:
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            for done, (seed, data) in enumerate(zip(missing, pool.map(_draw, missing), strict=True), start=1):
                unfinished = paths[seed].with_suffix(".part")
                unfinished.write_bytes(data)
                unfinished.rename(paths[seed])
                bar(done / len(missing))
    return [(path.name, path.read_bytes()) for path in paths]


def _draw(seed: int) -> bytes:
    jpeg = portrait(seed)
    return as_format(Image.open(BytesIO(jpeg)), FORMATS[seed]) if seed in FORMATS else jpeg


def moderated(standin: Standin, people: list[tuple[str, bytes]], store: Path) -> None:
    """Plays the supporters and the moderator through the real SDK; Collagen hears of it by signed webhooks."""

    def upload(seed: int) -> None:
        name, data = people[seed]
        email = {} if seed in WITHOUT_ADDRESS else {"context": {"email": address(seed)}}
        folder = ELSEWHERE.get(seed, CAMPAIGN)
        cloudinary.uploader.upload(
            BytesIO(data),
            filename=name,
            public_id=public_id(seed),
            asset_folder=folder,
            moderation="manual",
            **email,
            **standin.sdk,
        )

    def moderate(seed: int, status: str) -> None:
        cloudinary.api.update(public_id(seed), moderation_status=status, **standin.sdk)

    with ThreadPoolExecutor(4) as pool:
        with step(f"{len(FORMATS)} PNG, WebP and HEIC, the rest JPEG: uploaded through the SDK"):
            list(pool.map(upload, range(PEOPLE)))
            standin.wait_idle()
        with step("approved by the moderator: webhooks verified, photos mirrored, addresses in EXIF"):
            list(pool.map(lambda seed: moderate(seed, "approved"), range(PEOPLE)))

            def all_arrived() -> bool:
                bar(len(list(store.glob("*/approved/[!.]*.jpg"))) / PEOPLE)
                return not standin.state()["waiting"]

            wait_for(all_arrived, "every approval had arrived", every=0.1)
        with step(f"{len(REJECTED_AGAIN)} rejected again: removed from the store"):
            list(pool.map(lambda seed: moderate(seed, "rejected"), REJECTED_AGAIN))
            standin.wait_idle()


def ended(service: Service, address: str, meanwhile: str) -> dict[str, Any]:
    """The state at this URL once it is no longer `meanwhile`; shows the progress until then."""

    def state() -> dict[str, Any] | None:
        found: dict[str, Any] = service.admin.get(address).json()
        if found["state"] != meanwhile:
            return found
        bar(found["progress"])
        return None

    return wait_for(state, f"{address} was no longer {meanwhile}", every=0.1)


def built(service: Service, store: Path) -> str:
    """Builds the collage; returns its URL."""
    with step("the collage is built, requested by the admin's POST"):
        asked = service.build(CAMPAIGN, wait=0)
        asked.raise_for_status()
        address_of_it = service.url + asked.headers["Location"]
        state = ended(service, address_of_it, "building")
    if state["state"] != "done":
        sys.exit(f"The collage failed: {state['error']}")
    grid, folder = state["layout"], store / CAMPAIGN / "collages" / state["id"]
    held = len(list((store / CAMPAIGN / "approved").glob("*.jpg")))
    print(
        f"\n{held} approved photos in {CAMPAIGN}: {grid['used']} of them in {grid['cols']}×{grid['rows']} cells of "
        f"{grid['cell_width']}×{grid['cell_height']},\n{len(state['left_out'])} left out, who come first next time."
    )
    for file in state["files"]:
        print(f"  {folder / file['name']}  {file['width']}×{file['height']}, {file['bytes'] / 1e6:.1f} MB")
    print(f"  {folder / 'manifest.json'}  who is where\n  {store / CAMPAIGN / 'logs/processor.log'}  what happened")
    return address_of_it


def told(service: Service, mails: MailServer, collage: str) -> None:
    """Sends mails; some people open theirs, and one unsubscribes."""
    print()
    with step("everyone in it who has an address gets a mail, through SMTP with TLS and login"):
        service.admin.post(f"{collage}/notify", json={"send": True}).raise_for_status()
        state = ended(service, f"{collage}/notify", "sending")
    if state["state"] != "done":
        sys.exit(f"The mails failed: {state.get('error')}")
    messages = mails.messages()
    with step("two in three open their mail: each loads the picture at its personal address"):
        for message in messages[: 2 * len(messages) // 3]:
            requests.get(link(message, "/collage.jpg"), headers={"User-Agent": BROWSER}, timeout=30).raise_for_status()
    (FOLDER / "mail.eml").write_bytes(messages[0].as_bytes())
    figures = service.admin.get(f"{collage}/opens").json()
    print(f"\n{figures['told']} told, {figures['delivered']} delivered, {figures['opened']} have opened it.")
    print(f"  {FOLDER / 'mail.eml'}  one of the mails")


def link(message: EmailMessage, end: str) -> str:
    """The link in a mail that ends with this text."""
    body = message.get_body(("plain",))
    assert body is not None
    (found,) = (line for line in body.get_content().splitlines() if line.startswith("http") and line.endswith(end))
    return str(found)


def serve(service: Service, mails: MailServer, collage: str) -> None:
    """Serves until interrupted."""
    print(f"\nOpen these in a browser; it keeps serving until you press Ctrl-C:\n  {service.url}/admin/")
    print(f"      the desk: make another collage, see who opened their mail (user admin, password {PASSWORD!r})")
    print(f"  {service.url}/campaigns/{CAMPAIGN}/photos\n      the gallery of the team (password {GALLERY_PASSWORD!r})")
    print(f"  {link(mails.messages()[0], '/wall')}\n      the wall, opened from somebody's mail")
    print(f"  {collage}/collage-1920.jpg\n      the collage itself")
    service.process.wait()


def public_id(seed: int) -> str:
    return f"supporters/selfie-{seed:02}"


def free(port: int) -> int:
    """`port`, or any free one if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        bound: tuple[str, int] = probe.getsockname()
        return bound[1]


@contextmanager
def step(title: str) -> Iterator[None]:
    """Prints a step and how long it took."""
    started = time.monotonic()
    if sys.stdout.isatty():
        print(f"  … {title}", end="", flush=True)
    yield
    clear = "\r\x1b[K" if sys.stdout.isatty() else ""
    print(f"{clear}  ✓ {title:<88} {time.monotonic() - started:5.1f} s", flush=True)


def bar(part: float) -> None:
    """Shows progress under the current step, on a terminal only."""
    if sys.stdout.isatty():
        width = 24
        full = round(width * min(part, 1))
        print(f"\x1b[s  {'█' * full}{'░' * (width - full)}\x1b[u", end="", flush=True)


if __name__ == "__main__":
    main()
