"""What ties the lines of the logs together: the request, queue record or run that they belong to."""

import contextlib
import re
import secrets
from collections.abc import Iterator
from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id() -> str | None:
    """The ID of what this thread is at work on; None where that has none."""
    return _current.get()


@contextlib.contextmanager
def request(given: str | None = None) -> Iterator[str]:
    """What is done within belongs to the request `given`, or to a new one where that is no ID.

    An ID is 8 to 64 of A-Z, a-z, 0-9 and -.
    A thread that is started within has to be given the ID (`request(request_id())`).
    """
    known = given is not None and re.fullmatch(r"[A-Za-z0-9-]{8,64}", given)
    token = _current.set(given if known else secrets.token_hex(8))
    try:
        yield _current.get() or ""
    finally:
        _current.reset(token)
