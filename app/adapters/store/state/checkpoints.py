"""How far a notification of many photos got before it failed, so that its next delivery continues there.

Only an optimisation: a photo that is processed again ends in the same state.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from app.adapters.store.documents import an_object
from app.adapters.store.names import digest
from app.adapters.store.root import Root

UNFINISHED = ".unfinished"
KEPT = 2 * 24 * 3600  # seconds: by then a notification has been delivered again


class Checkpoints:
    def __init__(self, root: Root) -> None:
        self._root = root

    def done(self, body: bytes, public_ids: list[str]) -> dict[str, str | None]:
        """The photos that an earlier delivery of this notification finished, each with its campaign.

        Raises StoreUnavailable.
        """
        self._root.require()
        # a damaged note means that they are processed again
        noted = an_object(self._root.files.read(self._path(body)) or b"") or {}
        found = {public_id: noted[digest(public_id)] for public_id in public_ids if digest(public_id) in noted}
        return {public_id: campaign if isinstance(campaign, str) else None for public_id, campaign in found.items()}

    def note(self, body: bytes, done: Mapping[str, str | None]) -> None:
        """Notes the finished photos, with the campaign of each. Raises StoreUnavailable."""
        self._root.require()
        self._root.expire(UNFINISHED, KEPT)
        noted = {digest(public_id): campaign for public_id, campaign in done.items()}
        self._root.files.write_whole(self._path(body), json.dumps(noted).encode("utf-8"))

    def end(self, body: bytes) -> None:
        """Removes the note of a notification that is finished. Raises StoreUnavailable."""
        self._root.files.remove(self._path(body))

    def _path(self, body: bytes) -> Path:
        return self._root.path / UNFINISHED / f"{hashlib.sha256(body).hexdigest()}.json"
