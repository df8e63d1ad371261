"""How many Admin API calls photos cost from upload to moderation, in whatever order their notifications arrive."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from scripts.sandbox import mirror
from scripts.sandbox.pictures import jpeg, scene
from scripts.sandbox.service import Service
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.running import running, service, store

__all__ = ["running", "service", "store"]

WORKERS = 2
PHOTOS = 40
PICTURE = jpeg(scene(1500, 2000), quality=5)  # it stays as it is, which takes the least work
BUDGET = 1.05  # calls for each photo that ends up stored

Payloads = list[Any]


def moderated(standin: Standin) -> tuple[Payloads, Payloads]:
    """The notifications of photos' uploads and of their moderation: half are approved, half rejected. None is sent."""
    standin.notify(None)
    photos = [{"public_id": f"p/{number}", "asset_folder": "sayno", "status": "pending"} for number in range(PHOTOS)]
    standin.upload_many(PICTURE, [photo | {"notify": True} for photo in photos])
    second = int(time.time())
    wait_for(lambda: int(time.time()) > second, "the next second began: people moderate later than that")
    for number in range(PHOTOS):
        standin.moderate(f"p/{number}", "rejected" if number % 2 else "approved")
    told = [one["payload"] for one in standin.notifications()]
    return told[:PHOTOS], told[PHOTOS:]


def shuffled(payloads: Payloads) -> Payloads:
    return random.Random(1).sample(payloads, len(payloads))


ORDERS: dict[str, Callable[[Payloads, Payloads], list[Payloads]]] = {
    "in order": lambda uploads, moderations: [uploads, moderations],
    "doubled": lambda uploads, moderations: [sorted(uploads * 2, key=str), sorted(moderations * 2, key=str)],
    "reordered": lambda uploads, moderations: [moderations, uploads],
    "all at once": lambda uploads, moderations: [shuffled(uploads + moderations)],
    "again, much later": lambda uploads, moderations: [uploads, moderations, shuffled(uploads + moderations)],
}


@pytest.mark.parametrize("order", ORDERS)
def test_upload_and_moderation_of_a_photo_cost_one_call_if_it_is_stored_and_none_if_it_is_not(
    service: Service, standin: Standin, store: Store, exiftool: ExifTool, order: str
) -> None:
    groups = ORDERS[order](*moderated(standin))
    standin.notify(service.webhook)
    for payloads in groups:
        for payload in payloads:
            standin.send(payload)
        standin.wait_idle()
    assert {one["status"] for one in standin.deliveries()} <= {200}
    held = mirror.held(store, exiftool)
    assert held == mirror.expected(standin)
    assert len(held) == PHOTOS // 2
    asked = [call["path"].rpartition("/upload/")[2] for call in standin.calls("api")]
    assert len(asked) <= BUDGET * len(held)
    assert set(asked) <= {public_id for _, public_id in held}, "what is rejected and never held costs nothing"
