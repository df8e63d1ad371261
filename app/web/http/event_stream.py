"""Server-sent events: what a page shows changes as soon as it does here, without asking again and again.

Each stream takes one of a worker's threads, so only a few are open at once; further pages are answered 503 and ask now
and then instead. A stream ends after some seconds, and the browser opens the next one: a worker that has to end need
not wait for pages that stay open. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from flask import Response, request
from werkzeug.exceptions import ServiceUnavailable

from app.core import limits
from app.core.errors import CollagenError
from app.web.http.admission import is_gone

EVERY = 0.5  # seconds between two looks
BEAT = 2.0  # seconds without an event, after which a line without meaning shows whether the page is still there
AGAIN = 1000  # milliseconds until a browser opens the next stream

State = Mapping[str, object]


class Streams:
    """`at_once`: streams in a process; `seconds`: how long each of them lasts."""

    def __init__(self, at_once: int = limits.STREAMS, seconds: float = limits.STREAM_SECONDS) -> None:
        self._room = threading.BoundedSemaphore(at_once)
        self._seconds = seconds

    def answer(self, read: Callable[[], State], is_last: Callable[[State], bool] = lambda state: False) -> Response:
        """Sends what `read` returns, whenever that has changed, until `is_last` of it.

        Raises ServiceUnavailable if too many streams are open, and what `read` raises at first.
        """
        first = read()
        if not self._room.acquire(blocking=False):
            raise ServiceUnavailable("Too many pages follow this at once; ask now and then instead.")
        line = request.environ.get("gunicorn.socket")
        events = self._events(first, read, lambda state: is_last(state) or is_gone(line))
        answer = Response(events, mimetype="text/event-stream")
        answer.call_on_close(self._room.release)
        answer.headers["X-Accel-Buffering"] = "no"  # nginx would collect them
        return answer

    def _events(self, first: State, read: Callable[[], State], ends: Callable[[State], bool]) -> Iterator[str]:
        end = time.monotonic() + self._seconds
        yield f"retry: {AGAIN}\n{_event(first)}"
        last, quiet = first, 0.0
        while not ends(last) and time.monotonic() < end:
            time.sleep(EVERY)
            quiet += EVERY
            try:
                now = read()
            except CollagenError:  # the next stream says what is wrong
                return
            if now != last:
                yield _event(now)
                last, quiet = now, 0.0
            elif quiet >= BEAT:
                yield ":\n\n"
                quiet = 0.0


def _event(state: State) -> str:
    return f"data: {json.dumps(state)}\n\n"
