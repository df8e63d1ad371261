"""The hourly limit of Admin API calls."""

from __future__ import annotations

import threading
import time
from email.utils import formatdate

from scripts.sandbox.standin.errors import RefusalError

HOUR = 3600
UNLIMITED = 1_000_000  # what the headers say if no limit is set


class Quota:
    """Counts calls in a window that ends on the hour; unlimited until a limit is set (the free plan has 500)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.set(None)

    def set(self, limit: int | None, seconds: float | None = None) -> None:
        """Sets a limit and starts a new window, which ends on the hour or, for impatient tests, after `seconds`."""
        with self._lock:
            self.limit = limit
            self._begin(time.time() + seconds if seconds else None)

    def take(self) -> dict[str, str]:
        """Counts one call: returns the headers for its answer, or raises 420 in Cloudinary's words."""
        with self._lock:
            if time.time() >= self.ends:
                self._begin()
            if self.limit is not None and self.used >= self.limit:
                raise RefusalError(420, refusal_text(self.limit, self.ends))
            self.used += 1
            limit = self.limit if self.limit is not None else UNLIMITED
            return {
                "X-FeatureRateLimit-Limit": str(limit),
                "X-FeatureRateLimit-Remaining": str(limit - self.used),
                "X-FeatureRateLimit-Reset": formatdate(self.ends, usegmt=True),
            }

    def _begin(self, ends: float | None = None) -> None:
        self.used = 0
        self.ends = ends or (time.time() // HOUR + 1) * HOUR


def refusal_text(limit: int, ends: float) -> str:
    moment = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(ends))
    return f"Rate Limit Exceeded. Limit of {limit} api operations reached. Try again on {moment}"
