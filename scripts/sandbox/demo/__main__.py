"""The demonstration: a collage of a folder, then a campaign from its first photo to its published wall.

Needs no account: Cloudinary and the mail server are local, and the people do not exist.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from app.adapters.store import Store
from scripts.sandbox.demo import supporters, team
from scripts.sandbox.demo.people import BY_FORM, DRAWN, FORMATS, PEOPLE, REJECTED_AGAIN, draw_people
from scripts.sandbox.demo.progress import step
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.ports import free
from scripts.sandbox.service import PASSWORD, ROOT, Service, environment
from scripts.sandbox.standin.client import Standin

FOLDER = ROOT / "demo"
CAMPAIGN = "sayno"
GALLERY_PASSWORD = "one for the team"
CAMPAIGNS = f"""
[test_prototype]
title = "Test prototype"
test_address = "collagen-test+{{token}}@antb.me"

[sayno]
title = "Say No"
public = true
join = true
gallery_password = "{GALLERY_PASSWORD}"
"""
LOOKS = """
[card]
title = "Card to share"

[[card.steps]]
step = "watermark"
text = "{title} {year}"
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="exit at the end instead of serving what was made")
    once = parser.parse_args().once
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(once)
    except KeyboardInterrupt:
        print("\nEnded.")


def run(once: bool) -> None:
    print(f"{PEOPLE} people who do not exist, a local Cloudinary and a local mail server.\n")
    with step(f"{PEOPLE} sample people are drawn"):
        people = draw_people()
    for made in ("collage", "site", "store"):
        shutil.rmtree(FOLDER / made, ignore_errors=True)
    (FOLDER / "campaigns.toml").write_text(CAMPAIGNS, "utf-8")
    (FOLDER / "looks.toml").write_text(LOOKS, "utf-8")
    with step("a collage of that folder: python -m app make demo/people"):
        collagen("make", str(DRAWN), "--out", str(FOLDER / "collage"))
    with Standin.start(port=free(9400), retry_delays=[1, 2, 3]) as standin, MailServer() as mails:
        campaign(standin, mails, people, once)


def campaign(standin: Standin, mails: MailServer, people: list[Path], once: bool) -> None:
    """A campaign from its first photo to its published wall; then serves it until interrupted, unless `once`."""
    store, port = FOLDER / "store", free(8000)
    environ = environment(standin, store) | {
        "COLLAGEN_LOOKS": str(FOLDER / "looks.toml"),
        "COLLAGEN_MAIL_FROM": "Say No <hello@campaign.example>",
        "COLLAGEN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "COLLAGEN_SECRET_KEY": "only-for-the-demonstration",
        "COLLAGEN_SMTP_URL": mails.url,
        "SSL_CERT_FILE": str(mails.authority),
    }
    with step("the campaign's store, local Cloudinary, mail server and Collagen (gunicorn) are started"):
        Store(store).root.initialise()
        service = Service(environ, workers=2, bind=f"127.0.0.1:{port}")
    with service:
        standin.notify(service.webhook)
        with step(f"{len(FORMATS)} PNG, WebP and HEIC, the rest JPEG: uploaded to Cloudinary by a website"):
            supporters.upload(standin, CAMPAIGN, people)
            standin.wait_idle()
        with step("approved by the moderator: webhooks verified, photos mirrored, addresses in EXIF"):
            team.approve(standin, store)
        with step(f"{len(REJECTED_AGAIN)} rejected again: removed from the store"):
            team.reject_again(standin)
        with step(f"{len(BY_FORM)} more join by the form on the public page"):
            supporters.join(f"{service.url}/c/{CAMPAIGN}/join", people)
        with step("their photos are approved, too: python -m app moderate sayno --approve --all-pending"):
            collagen("moderate", CAMPAIGN, "--approve", "--all-pending", **environ)
            standin.wait_idle()
        collage = team.build(service, CAMPAIGN, store)
        team.tell(service, mails, collage)
        (FOLDER / "mail.eml").write_bytes(mails.messages()[0].as_bytes())
        with step("cards to share for a dozen, with a watermark: python -m app look sayno card --limit 12"):
            collagen("look", CAMPAIGN, "card", "--limit", "12", **environ)
        with step("page, pictures and wall become plain files: python -m app publish sayno --to demo/site"):
            collagen("publish", CAMPAIGN, "--to", str(FOLDER / "site"), **environ)
        figures = service.admin.get(f"{collage}/opens").json()
        print(f"\n{figures['told']} told, {figures['delivered']} delivered, {figures['opened']} have opened it.")
        (FOLDER / "service.log").write_text("\n".join(service.log) + "\n")
        show(service, mails, once)


def collagen(*arguments: str, **environ: str) -> None:
    """Runs a command of Collagen; ends the demonstration with its output if it fails."""
    ended = subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=os.environ | environ,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if ended.returncode:
        sys.exit(f"\npython -m app {' '.join(arguments)} failed:\n{ended.stdout}")


def show(service: Service, mails: MailServer, once: bool) -> None:
    """Says what to look at; serves until interrupted, unless `once`."""
    rows = {
        FOLDER / "collage/collage-1920.jpg": "the collage of the folder",
        FOLDER / "site/index.html": "the published page with its wall: open it in a browser",
        FOLDER / f"store/{CAMPAIGN}/looks/card": "the cards",
        FOLDER / "mail.eml": "one of the mails",
    }
    pages = {
        f"{service.url}/c/{CAMPAIGN}": "the public page, with the form",
        f"{service.url}/admin/": f"the dashboard (user admin, password {PASSWORD!r})",
        f"{service.url}/campaigns/{CAMPAIGN}/photos": f"the team's gallery (password {GALLERY_PASSWORD!r})",
        supporters.link(mails.messages()[0], "/wall"): "the wall, opened from somebody's mail",
    }
    print()
    for path, what in rows.items():
        print(f"  {path}\n      {what}")
    if not once:
        print("\nOpen these in a browser; it keeps serving until you press Ctrl-C:")
        for address, what in pages.items():
            print(f"  {address}\n      {what}")
        service.process.wait()


if __name__ == "__main__":
    main()
