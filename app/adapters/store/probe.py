"""Whether the store can really be written to. A network file system does not tell: only trying shows I/O errors, stale
handles, quotas, refused locks and calls that never return.
"""

import threading
import time
from collections.abc import Callable

from app.adapters.store.root import Root
from app.core import limits
from app.core.errors import PhotoBusy, StoreUnavailable

KEPT = 5.0  # seconds until the next write: some callers ask several times a second


class Probe:
    """Looks each time, and writes at most every few seconds. Threads may share it. `clock`: seconds, monotonic."""

    def __init__(
        self,
        root: Root,
        patience: float = limits.HEALTH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root = root
        self._patience = patience
        self._clock = clock
        self._turn = threading.Lock()
        self._looking: threading.Thread | None = None
        self._tried = float("-inf")
        self._refused: StoreUnavailable | None = None  # when it was tried last
        self._failed: StoreUnavailable | None = None

    def check(self) -> None:
        """Raises StoreUnavailable where the store cannot be written or locked, is nearly full, or does not answer."""
        with self._turn:
            if self._looking is None or not self._looking.is_alive():
                self._looking = threading.Thread(target=self._look, daemon=True)
                self._looking.start()
            looking = self._looking
        looking.join(self._patience)
        if looking.is_alive():
            raise StoreUnavailable(f"{self._root.path} has not answered for {self._patience:g} seconds.")
        if self._failed is not None:
            raise self._failed

    def _look(self) -> None:
        failed = None
        try:
            self._root.check()
            if self._clock() - self._tried >= KEPT:
                self._refused = self._refusal()
                self._tried = self._clock()
            failed = self._refused
        except StoreUnavailable as error:
            failed = error
        with self._turn:
            self._failed, self._looking = failed, None

    def _refusal(self) -> StoreUnavailable | None:
        try:
            self._root.trial()
            with self._root.lock("health", "health", patience=self._patience / 2):
                return None
        except PhotoBusy:  # another process is just trying
            return None
        except StoreUnavailable as error:
            return error
