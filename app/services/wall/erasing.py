"""Removes pictures of forgotten people from this machine's disk, whichever host forgot them, and old pictures."""

import threading
import time

from app.adapters.store import Store
from app.core.errors import StoreUnavailable
from app.services.wall.cache import LOOKED, Cache

EVERY = 60.0  # seconds


class Erasing:
    """Creating one touches nothing and starts nothing."""

    def __init__(self, store: Store, cache: Cache) -> None:
        self._store = store
        self._cache = cache
        self._seen: dict[str, int] = {}
        self._trimmed = float("-inf")
        self._closed = threading.Event()

    def start(self) -> None:
        """Checks every minute, until closed or the process ends."""
        threading.Thread(target=self._go_on, name="erasing", daemon=True).start()

    def close(self) -> None:
        self._closed.set()

    def look(self) -> None:
        """Removes the pictures of each campaign in which someone was forgotten since the last check, or before the
        first.

        Once an hour, also pictures unused for a day: a process that no longer writes would not remove them.
        """
        try:
            noted = self._store.erasures.campaigns()
        except StoreUnavailable:
            return  # the next check tries again
        for campaign, when in noted.items():
            if self._seen.get(campaign) != when:
                self._cache.forget(campaign)
        self._seen = noted
        if time.monotonic() - self._trimmed >= LOOKED:
            self._trimmed = time.monotonic()
            self._cache.trim()

    def _go_on(self) -> None:
        while not self._closed.is_set():
            self.look()
            self._closed.wait(EVERY)
