"""Webhooks never take all threads of a worker: some are worked on, some more wait for that, all others come later.

So pages, the pictures of mails and /health are answered at their usual speed while Cloudinary is slow, or sends much.
"""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator

from flask import request

from app.core import limits, metrics
from app.core.errors import WebhooksBusy

GONE = "The sender of the notification has hung up before it was begun."
STEP = 0.5  # seconds between two looks at whether who waits is still there


class Seats:
    """`seats`: webhooks that are worked on at once. `waiting`: that wait for a seat, each for `patience` seconds."""

    def __init__(
        self,
        seats: int = limits.WEBHOOKS,
        waiting: int = limits.WEBHOOKS_WAITING,
        patience: float = limits.WEBHOOK_SECONDS,
    ) -> None:
        self._let_in = threading.BoundedSemaphore(seats + waiting)
        self._seats = threading.BoundedSemaphore(seats)
        self._patience = patience

    @contextlib.contextmanager
    def taken(self, gone: Callable[[], bool]) -> Iterator[None]:
        """A seat for one webhook. `gone`: whether its sender has hung up, and will send it again.

        Raises WebhooksBusy where there is no seat, or nobody any more who wants one.
        """
        refused = self._refused(gone)
        if refused:
            metrics.notification("busy")
            raise WebhooksBusy(refused)
        try:
            yield
        finally:
            self._seats.release()
            self._let_in.release()

    def _refused(self, gone: Callable[[], bool]) -> str | None:
        """Takes a seat, or says why not."""
        if not self._let_in.acquire(blocking=False):
            return "Too many notifications at once; this one has to come again."
        until = time.monotonic() + self._patience
        while not self._seats.acquire(timeout=STEP):
            late = time.monotonic() > until
            if late or gone():
                self._let_in.release()
                return f"No seat was free for {self._patience:g} s." if late else GONE
        if not gone():
            return None
        self._seats.release()
        self._let_in.release()
        return GONE


def sender_is_gone() -> bool:
    """Whether whoever sent the current request has closed the connection, as nginx does when its client has."""
    line = request.environ.get("gunicorn.socket")
    if not isinstance(line, socket.socket):
        return False
    # a request is read whole by now: what comes after it can only be the end
    poll = select.poll()
    poll.register(line, select.POLLRDHUP)
    return bool(poll.poll(0))
