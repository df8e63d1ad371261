"""How many Admin API calls were made, and how many are left until Cloudinary resets the limit."""

import calendar
import re
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.core import metrics
from app.core.sources import Standing


class Quota:
    """What the answers' headers say. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standing = Standing()
        self._calls = 0
        self._before = 0  # how many calls had begun when Cloudinary refused one

    @property
    def calls(self) -> int:
        """How many calls were made, including refused and failed ones."""
        return self._calls

    @property
    def standing(self) -> Standing:
        return self._standing

    def called(self) -> int:
        """Counts a call that begins; returns its number."""
        metrics.called()
        with self._lock:
            self._calls += 1
            return self._calls

    def failed(self) -> None:
        """Counts an answer whose headers the SDK does not show: no such asset, or an error."""
        with self._lock:
            if self._standing.left:
                self._standing = replace(self._standing, left=self._standing.left - 1)

    def accepted(self) -> None:
        """A call that shows no headers was accepted after all: no refusal stands any more."""
        with self._lock:
            if self._standing.refused:
                self._standing = Standing()

    def answered(self, answer: Any, call: int) -> None:
        """Reads the headers that the SDK attaches to the answer to a call; does nothing if there are none."""
        left, limit, reset = (
            getattr(answer, f"rate_limit_{name}", None) for name in ("remaining", "allowed", "reset_at")
        )
        if left is None or limit is None or reset is None:
            return
        new = Standing(left, limit, float(calendar.timegm(reset)))
        with self._lock:
            old = self._standing
            if old.refused and call <= self._before:
                return  # the refusal has overtaken it
            if (old.reset, old.limit) == (new.reset, new.limit) and old.left is not None and not old.refused:
                new = Standing(min(old.left, left), limit, new.reset)  # answers overtake one another
            self._standing = new
        metrics.standing(new.left or 0, limit, float(calendar.timegm(reset)))

    def refused(self, text: str) -> int:
        """Reads Cloudinary's refusal; returns the seconds until it says to try again."""
        seconds = seconds_until_reset(text, datetime.now(UTC))
        with self._lock:
            self._before = self._calls
            self._standing = Standing(0, self._standing.limit, time.time() + seconds, True)
            limit = self._standing.limit
        metrics.standing(0, limit, time.time() + seconds)
        return seconds


def seconds_until_reset(text: str, now: datetime) -> int:
    """From "… Try again on 2024-10-04 14:00:00 UTC": the seconds from now; a minute if it does not say."""
    found = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text)
    if not found:
        return 60
    reset = datetime.fromisoformat(found[0]).replace(tzinfo=UTC)
    return max(1, min(3600, round((reset - now).total_seconds())))
