"""Removes from this machine's disk what shows somebody who was forgotten, on whatever host, and what is old."""

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
        """Looks every minute, until it is closed or the process ends."""
        threading.Thread(target=self._go_on, name="erasing", daemon=True).start()

    def close(self) -> None:
        self._closed.set()

    def look(self) -> None:
        """Removes the pictures of each campaign in which somebody was forgotten since the last look, or before any.

        Once an hour, also what nobody has asked for in a day: a process that writes nothing more would not.
        """
        try:
            noted = self._store.erasures.campaigns()
        except StoreUnavailable:
            return  # it is looked again
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
