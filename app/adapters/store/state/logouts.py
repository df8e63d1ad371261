"""Gallery sessions that were logged out: an empty file `.logouts/<SHA-256 of its ID>` each.

A session is a signed cookie, and a copy of it would outlive a logout. Every process looks here; on another host NFS
may take a minute to show a new file.
"""

import hashlib
from pathlib import Path

from app.adapters.store.files import using
from app.adapters.store.root import Root

LOGOUTS = ".logouts"
KEPT = 13 * 3600  # seconds; a session ends after twelve hours, and clocks may differ


class Logouts:
    def __init__(self, root: Root) -> None:
        self._root = root

    def add(self, session: str) -> None:
        """Ends a session. Raises StoreUnavailable, and then it has not ended."""
        self._root.require()
        self._root.expire(LOGOUTS, KEPT)
        self._root.files.write_whole(self._path(session), b"")

    def has(self, session: str) -> bool:
        """Whether a session was ended. Raises StoreUnavailable where that cannot be known."""
        path = self._path(session)
        with using(path):
            return self._root.files.exists(path)

    def _path(self, session: str) -> Path:
        return self._root.path / LOGOUTS / hashlib.sha256(session.encode("utf-8")).hexdigest()
