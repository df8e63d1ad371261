"""Limits how many webhooks occupy a worker's threads: some are processed, some wait, the rest are sent away to retry.

So pages, mail pictures and /health stay fast while Cloudinary is slow or sends a lot.
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

GONE = "The sender has hung up before its notification was processed."
STEP = 0.5  # seconds between two checks whether a waiting sender is still connected


class Admission:
    """`at_once`: webhooks processed at the same time; `waiting`: how many more may wait, for `patience` seconds."""

    def __init__(
        self,
        at_once: int = limits.WEBHOOKS,
        waiting: int = limits.WEBHOOKS_WAITING,
        patience: float = limits.WEBHOOK_SECONDS,
    ) -> None:
        self._let_in = threading.BoundedSemaphore(at_once + waiting)
        self._processed = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextlib.contextmanager
    def admit(self, gone: Callable[[], bool]) -> Iterator[None]:
        """Admits one webhook. `gone`: whether its sender has hung up, and will send it again.

        Raises WebhooksBusy if there is no room, or the sender has hung up.
        """
        refused = self._refused(gone)
        if refused:
            metrics.notification("busy")
            raise WebhooksBusy(refused)
        try:
            yield
        finally:
            self._processed.release()
            self._let_in.release()

    def _refused(self, gone: Callable[[], bool]) -> str | None:
        """Takes a place, or says why there is none."""
        if not self._let_in.acquire(blocking=False):
            return "Too many notifications at once; this one must be sent again."
        until = time.monotonic() + self._patience
        while not self._processed.acquire(timeout=STEP):
            late = time.monotonic() > until
            if late or gone():
                self._let_in.release()
                return f"The notification waited for {self._patience:g} s and was not processed." if late else GONE
        if not gone():
            return None
        self._processed.release()
        self._let_in.release()
        return GONE


def sender_is_gone() -> bool:
    """Whether the current request's connection is closed, as nginx does when its client has hung up."""
    return is_gone(request.environ.get("gunicorn.socket"))


def is_gone(line: object) -> bool:
    """Whether a connection is closed, over which no more than one request comes."""
    if not isinstance(line, socket.socket):
        return False
    # the whole request has been read: nothing but the end can follow
    poll = select.poll()
    poll.register(line, select.POLLRDHUP)
    return bool(poll.poll(0))
