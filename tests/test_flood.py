"""More notifications than gunicorn with two workers can handle: no other request has to wait for them."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from app.adapters.store import Store
from app.core import limits
from scripts.sandbox.samples import person
from scripts.sandbox.service import Service
from scripts.sandbox.standin import signatures
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.running import running, service, store

__all__ = ["running", "service", "store"]

WORKERS = 2
ROOM = WORKERS * (limits.WEBHOOKS + limits.WEBHOOKS_WAITING)


@pytest.fixture
def approval(service: Service, standin: Standin) -> dict[str, Any]:
    """The notification of a photo's approval, not sent yet."""
    standin.notify(None)
    standin.upload(person(1), "a", folder="sayno", email="ann@example.org")
    standin.approve("a")
    payload: dict[str, Any] = standin.notifications()[-1]["payload"]
    return payload


def signed(standin: Standin, payload: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    body, stamp = json.dumps(payload).encode(), str(int(time.time()))
    return body, {
        "X-Cld-Timestamp": stamp,
        "X-Cld-Signature": signatures.of_notification(body, stamp, standin.secret),
    }


@contextmanager
def connections(service: Service, body: bytes, headers: dict[str, str], number: int) -> Iterator[list[socket.socket]]:
    """So many senders of the same notification, each waiting for its answer."""
    url = urlsplit(service.webhook)
    fields = {"Host": url.netloc, "Content-Length": str(len(body)), "Content-Type": "application/json"} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    request = f"POST {url.path} HTTP/1.1\r\n{head}\r\n".encode() + body
    with ExitStack() as stack:
        lines = []
        for _ in range(number):
            lines.append(stack.enter_context(socket.create_connection((url.hostname or "", url.port or 0))))
            lines[-1].sendall(request)
        yield lines


def answers(lines: list[socket.socket]) -> list[bytes]:
    """The beginnings of the answers so far; a sender that has one hangs up."""
    come = select.select([line for line in lines if line.fileno() >= 0], [], [], 0)[0]
    begun = [line.recv(12) for line in come]
    for line in come:
        line.close()
    return begun


def test_while_all_seats_are_taken_other_notifications_are_told_to_retry_and_all_other_requests_answered(
    service: Service, standin: Standin, store: Store, approval: dict[str, Any]
) -> None:
    more = 20
    before = sum("app.access: POST /webhook" in line for line in service.log)
    with store.photos.lock("a"):
        with connections(service, *signed(standin, approval), ROOM + more) as lines:
            refused: list[bytes] = []

            def all_know() -> bool:
                refused.extend(answers(lines))
                return len(refused) >= more

            wait_for(all_know, "those for whom there is no room know")
            assert set(refused) == {b"HTTP/1.1 503"}
            assert service.admin.get(f"{service.url}/health").status_code == 200
            assert service.admin.get(f"{service.url}/admin/").status_code == 200
        # all have hung up by now: those waiting for a seat are not started when the lock is free
        wait_for(lambda: any("has hung up" in line for line in service.log), "a sender is known to have gone")
    body, headers = signed(standin, approval)
    sent = ROOM + more

    def stored() -> bool:
        nonlocal sent
        sent += 1
        return requests.post(service.webhook, data=body, headers=headers).status_code == 200

    wait_for(stored, "the photo is stored")
    assert store.photos.holders("a") == {"sayno": True}
    wait_for(
        lambda: sum("app.access: POST /webhook" in line for line in service.log) - before >= sent,
        "whatever was begun is done",
    )


def test_a_flood_of_notifications_about_one_photo_asks_cloudinary_three_times_at_most(
    service: Service, standin: Standin, store: Store, approval: dict[str, Any]
) -> None:
    body, headers = signed(standin, approval)

    def send(_: int) -> str:
        def answer() -> requests.Response | None:
            given = requests.post(service.webhook, data=body, headers=headers)
            return given if given.status_code == 200 else None

        status: str = wait_for(answer, "a notification is dealt with", every=0.5).json()["status"]
        return status

    with ThreadPoolExecutor(150) as pool:
        outcomes = list(pool.map(send, range(150)))
    assert sorted(outcomes) == ["stored"] + ["unchanged"] * 149
    assert len(standin.calls("api")) <= 3
    assert len(standin.calls("delivery")) == 1
    # what happens afterwards does not matter here
    standin.reject("a")
    body, headers = signed(standin, approval | {"moderation_status": "rejected"})
    assert requests.post(service.webhook, data=body, headers=headers).json()["status"] == "removed"
