"""What of a campaign is published where: the last time, and what was made for it, so that it is not made again.

`.published/<campaign>.json` says the former, `.published/<campaign>.<digest of the place>.made.json` the latter. Both
are notes: without them everything is made and compared again. They hold no public IDs.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.adapters.store.documents import an_object, is_count, moment
from app.adapters.store.root import Root
from app.core.errors import PublishInProgress

PUBLISHED = ".published"


class Published:
    def __init__(self, root: Root) -> None:
        self._root = root

    @contextlib.contextmanager
    def turn(self, campaign: str, patience: float = 0) -> Iterator[None]:
        """Only one process at a time publishes a campaign, on whatever host. Raises PublishInProgress."""
        self._root.require()
        lock = self._root.files.lock(self._path(campaign, "lock"), patience)
        if lock is None:
            raise PublishInProgress(f"{campaign} is being published already; wait until that is done.")
        try:
            yield
        finally:
            os.close(lock)

    def place(self, campaign: str) -> int | None:
        """The place of the next publication in the queue: a descriptor, which releases it when closed.

        None where another one waits already: it begins after now, so it will see every change up to now.
        """
        self._root.require()
        return self._root.files.lock(self._path(campaign, "next"), patience=0)

    def note(self, campaign: str, note: Mapping[str, Any]) -> None:
        """Notes what was published, or why it could not be. Raises StoreUnavailable."""
        self._root.require()
        self._root.files.write_whole(self._path(campaign, "json"), json.dumps(dict(note)).encode("utf-8"))

    def noted(self, campaign: str) -> dict[str, Any] | None:
        """The last note; None where there is none, or it is damaged. Raises StoreUnavailable."""
        self._root.require()
        found = an_object(self._root.files.read(self._path(campaign, "json")) or b"")
        return found if found is not None and _is_note(found) else None

    def keep_made(self, campaign: str, place: str, made: Mapping[str, Any]) -> None:
        """Keeps what was made for a place (an address), see `app.services.publish.made`. Raises StoreUnavailable."""
        self._root.require()
        self._root.files.write_whole(self._made(campaign, place), json.dumps(dict(made)).encode("utf-8"))

    def made(self, campaign: str, place: str) -> dict[str, Any]:
        """What was kept; empty where it is missing or damaged. Raises StoreUnavailable."""
        self._root.require()
        return an_object(self._root.files.read(self._made(campaign, place)) or b"") or {}

    def _made(self, campaign: str, place: str) -> Path:
        digest = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return self._path(campaign, f"{digest}.made.json")

    def _path(self, campaign: str, ending: str) -> Path:
        return self._root.path / PUBLISHED / f"{campaign}.{ending}"


def _is_note(note: Mapping[str, Any]) -> bool:
    texts = all(isinstance(note.get(key), str) for key in ("to", "collage", "state", "error"))
    counts = all(is_count(note.get(key)) for key in ("files", "bytes", "people"))
    return texts and counts and (note.get("at") is None or moment(note["at"]) is not None)
