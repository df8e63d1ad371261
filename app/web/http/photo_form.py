"""Reads a form with a photo, which may be larger than any other request; only a few at once, on the disk or in memory.

A form that is refused is read, too, and forgotten, so that its sender reads the answer.
"""

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
    """Limits how many forms are received at once (`waiting`), and how many of their photos are in memory (`at_once`).

    `patience`: seconds that a form waits for its turn.
    """

    def __init__(
        self, at_once: int = limits.ARRIVALS, waiting: int = limits.ARRIVALS_WAITING, patience: float = 20
    ) -> None:
        self._let_in = threading.BoundedSemaphore(waiting)
        self._in_memory = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextlib.contextmanager
    def form(self) -> Iterator[None]:
        """Reads the form of the current request; its files are on the disk. Raises PhotosBusy, PhotoTooLarge."""
        if not self._let_in.acquire(blocking=False):
            _discard()
            raise PhotosBusy
        try:
            _read()
            yield
        finally:
            request.close()  # the files
            self._let_in.release()

    @contextlib.contextmanager
    def photo(self, field: str = "photo") -> Iterator[bytes]:
        """The photo in the form, b"" if none was chosen. Raises PhotosBusy, PhotoTooLarge."""
        if not self._in_memory.acquire(timeout=self._patience):
            raise PhotosBusy
        try:
            file = request.files.get(field)
            data = file.stream.read(limits.PICTURE_BYTES + 1) if file else b""
            if len(data) > limits.PICTURE_BYTES:
                raise PhotoTooLarge
            yield data
        finally:
            self._in_memory.release()


def _read() -> None:
    request.max_content_length = limits.ARRIVAL_BYTES
    request.max_form_memory_size, request.max_form_parts = limits.REQUEST_BYTES, limits.FORM_FIELDS
    try:
        request.form  # noqa: B018  # this reads it
    except RequestEntityTooLarge:
        _discard()
        raise PhotoTooLarge from None


def _discard() -> None:
    source, left = request.environ["wsgi.input"], min(request.content_length or 0, 2 * limits.ARRIVAL_BYTES)
    while left > 0 and (read := source.read(min(CHUNK, left))):
        left -= len(read)
