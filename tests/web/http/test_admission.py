"""How many webhooks are handled at once: never so many that no thread is left for other requests."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from app.core.errors import WebhooksBusy
from app.web.http.admission import Admission, sender_is_gone
from scripts.sandbox.waiting import wait_for


class Sitting:
    """Webhooks that stay as long as a test wants, each in its own thread."""

    def __init__(self, admission: Admission) -> None:
        self.admission, self.end = admission, threading.Event()
        self.seated: list[str] = []
        self.threads: list[threading.Thread] = []

    def come(self, name: str, gone: bool = False) -> None:
        self.threads.append(threading.Thread(target=self._sit, args=(name, gone)))
        self.threads[-1].start()

    def _sit(self, name: str, gone: bool) -> None:
        with contextlib.suppress(WebhooksBusy), self.admission.admit(lambda: gone):
            self.seated.append(name)
            assert self.end.wait(300), "the test never ended it"


@contextlib.contextmanager
def sitting(admission: Admission, *names: str) -> Iterator[Sitting]:
    these = Sitting(admission)
    for name in names:
        these.come(name)
        wait_for(lambda name=name: name in these.seated, f"{name} has a seat")  # type: ignore[misc]
    try:
        yield these
    finally:
        these.end.set()
        for thread in these.threads:
            thread.join()


def stay() -> bool:
    return False


def test_without_a_seat_or_a_place_to_wait_a_webhook_is_told_to_retry_at_once() -> None:
    admission = Admission(at_once=2, waiting=0)
    with sitting(admission, "a", "b"), pytest.raises(WebhooksBusy, match="sent again"), admission.admit(stay):
        pass
    with admission.admit(stay):  # their places are free again
        pass


def test_a_waiting_webhook_gets_the_seat_that_is_freed() -> None:
    admission = Admission(at_once=1, waiting=1)
    with sitting(admission, "first") as these:
        these.come("second")
        these.end.set()
        wait_for(lambda: these.seated == ["first", "second"], "the second has the seat of the first")


def test_a_webhook_that_waits_too_long_is_told_to_retry() -> None:
    admission = Admission(at_once=1, waiting=1, patience=0.1)
    with sitting(admission, "a"):
        for _ in range(2):  # the place to wait is free again too
            with pytest.raises(WebhooksBusy, match=r"for 0\.1 s"), admission.admit(stay):
                pass


@pytest.mark.parametrize("taken", [True, False])
def test_abandoned_requests_are_not_started(taken: bool) -> None:
    admission = Admission(at_once=1, waiting=1)
    with sitting(admission, "a") if taken else contextlib.nullcontext():
        for _ in range(2):
            with pytest.raises(WebhooksBusy, match="hung up"), admission.admit(lambda: True):
                pass
    with admission.admit(stay):
        pass


def test_a_seat_is_free_again_after_a_failure() -> None:
    admission = Admission(at_once=1, waiting=0)
    with pytest.raises(ZeroDivisionError), admission.admit(stay):
        raise ZeroDivisionError
    with admission.admit(stay):
        pass


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
def test_a_sender_is_gone_once_its_end_of_the_connection_is_closed(family: socket.AddressFamily) -> None:
    ours, theirs = socket.socketpair(family) if family == socket.AF_UNIX else _tcp()
    app = Flask(__name__)
    with ours, app.test_request_context(environ_overrides={"gunicorn.socket": ours}):
        assert not sender_is_gone()
        theirs.close()
        wait_for(sender_is_gone, "the other end was closed")


def test_nothing_is_known_about_a_sender_without_a_connection() -> None:
    with Flask(__name__).test_request_context():
        assert not sender_is_gone()


def _tcp() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        theirs = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
    return ours, theirs
