"""The campaign's team of the demonstration: a moderator in Cloudinary's console, and an admin at the dashboard."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cloudinary.api

from scripts.sandbox.demo.people import BY_FORM, PEOPLE, REJECTED_AGAIN, public_id
from scripts.sandbox.demo.progress import bar, step
from scripts.sandbox.demo.supporters import open_mail
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.service import Service
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for


def approve(standin: Standin, store: Path) -> None:
    """All photos that came by the website, one after the other; done when Collagen has stored them."""
    came = [seed for seed in range(PEOPLE) if seed not in BY_FORM]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seed: _moderate(standin, seed, "approved"), came))

    def all_arrived() -> bool:
        bar(len(list(store.glob("*/approved/[!.]*.jpg"))) / len(came))
        return not standin.state()["waiting"]

    wait_for(all_arrived, "every approval had arrived", every=0.1)


def reject_again(standin: Standin) -> None:
    """Some of those that were approved; done when Collagen has removed them."""
    for seed in REJECTED_AGAIN:
        _moderate(standin, seed, "rejected")
    standin.wait_idle()


def build(service: Service, campaign: str, store: Path) -> str:
    """Requests a collage at the dashboard and says what became of it; returns its URL."""
    with step("the collage is built, requested by the admin's POST"):
        asked = service.build(campaign, wait=0)
        asked.raise_for_status()
        address_of_it = service.url + asked.headers["Location"]
        state = _ended(service, address_of_it, "building")
    if state["state"] != "done":
        sys.exit(f"The collage failed: {state['error']}")
    grid, folder = state["layout"], store / campaign / "collages" / state["id"]
    held = len(list((store / campaign / "approved").glob("[!.]*.jpg")))
    print(
        f"\n{held} approved photos in {campaign}: {grid['used']} of them in {grid['cols']}×{grid['rows']} cells of "
        f"{grid['cell_width']}×{grid['cell_height']},\n{len(state['left_out'])} left out, who come first next time."
    )
    for file in state["files"]:
        print(f"  {folder / file['name']}  {file['width']}×{file['height']}, {file['bytes'] / 1e6:.1f} MB")
    print(f"  {folder / 'manifest.json'}  who is where\n  {store / campaign / 'logs/processor.log'}  what happened\n")
    return address_of_it


def tell(service: Service, mails: MailServer, collage: str) -> None:
    """Sends mails to the people in the collage; some of them open theirs."""
    with step("everyone in it who has an address gets a mail, through SMTP with TLS and login"):
        service.admin.post(f"{collage}/notify", json={"send": True}).raise_for_status()
        state = _ended(service, f"{collage}/notify", "sending")
    if state["state"] != "done":
        sys.exit(f"The mails failed: {state.get('error')}")
    messages = mails.messages()
    with step("two in three open their mail: each loads the picture at its personal address"):
        for message in messages[: 2 * len(messages) // 3]:
            open_mail(message)


def _moderate(standin: Standin, seed: int, status: str) -> None:
    cloudinary.api.update(public_id(seed), moderation_status=status, **standin.sdk)


def _ended(service: Service, address: str, meanwhile: str) -> dict[str, Any]:
    """The state at this URL once it is no longer `meanwhile`; shows the progress until then."""

    def state() -> dict[str, Any] | None:
        found: dict[str, Any] = service.admin.get(address).json()
        if found["state"] != meanwhile:
            return found
        bar(found["progress"])
        return None

    return wait_for(state, f"{address} was no longer {meanwhile}", every=0.1)
