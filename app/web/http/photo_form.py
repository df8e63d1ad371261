"""Reads a form with a photo, which may be larger than any other request; only a few at once are in memory."""

import contextlib
import threading
from collections.abc import Iterator

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from app.core import limits

CHUNK = 256 * 1024


class PhotosBusy(Exception):
    """More photos are being received than this process takes at once."""


class PhotoTooLarge(Exception):
    """The photo has more bytes than are taken."""


class Arrivals:
    """Limits how many photos are received at once (`waiting`), and how many of them are in memory (`at_once`)."""

    def __init__(
        self, at_once: int = limits.ARRIVALS, waiting: int = limits.ARRIVALS_WAITING, patience: float = 20
    ) -> None:
        self._let_in = threading.BoundedSemaphore(waiting)
        self._in_memory = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """One photo. Raises PhotosBusy."""
        if not self._let_in.acquire(blocking=False):
            raise PhotosBusy
        with contextlib.ExitStack() as turn:
            turn.callback(self._let_in.release)
            if not self._in_memory.acquire(timeout=self._patience):
                raise PhotosBusy
            turn.callback(self._in_memory.release)
            yield


def open_form() -> None:
    """Reads the form of the current request, and keeps its files on the disk. Raises PhotoTooLarge."""
    request.max_content_length = limits.ARRIVAL_BYTES
    try:
        request.form  # noqa: B018  # this reads it
    except RequestEntityTooLarge:
        _discard()
        raise PhotoTooLarge from None


def photo() -> bytes:
    """The photo in the form, b"" if none was chosen. Raises PhotoTooLarge."""
    file = request.files.get("photo")
    data = file.stream.read(limits.PICTURE_BYTES + 1) if file else b""
    if len(data) > limits.PICTURE_BYTES:
        raise PhotoTooLarge
    return data


def _discard() -> None:
    """Reads the rest of a request that is a little too long, so that its sender reads the answer."""
    source, left = request.environ["wsgi.input"], min(request.content_length or 0, 2 * limits.ARRIVAL_BYTES)
    while left > 0 and (read := source.read(min(CHUNK, left))):
        left -= len(read)
