"""Which campaign is being synced, and how far that is."""

import contextlib
import json
import os
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from app.adapters.store.documents import an_object, moment
from app.adapters.store.root import Root
from app.core.errors import SyncInProgress

SYNCS = ".sync"


class Syncs:
    def __init__(self, root: Root) -> None:
        self._root = root

    def place(self, campaign: str) -> int | None:
        """The place of the next sync in the queue: a descriptor, which releases it when closed.

        None where another sync waits already: it begins after now, so it will see every change up to now.
        """
        self._root.require()
        return self._root.files.lock(self._path(campaign, "next"), patience=0)

    @contextlib.contextmanager
    def turn(self, campaign: str, patience: float = 0, place: int | None = None) -> Iterator[None]:
        """Only one sync of a campaign runs at a time, on whatever host. Raises SyncInProgress.

        With `patience` (seconds) it waits for its turn, unless another one waits already. `place`: its place in the
        queue, which is released when it begins.
        """
        self._root.require()
        with contextlib.ExitStack() as queue:
            lock = None
            if place is None:
                lock = self._root.files.lock(self._path(campaign, "lock"), patience=0)
                if lock is None and patience:
                    place = self.place(campaign)
            if place is not None:
                queue.callback(os.close, place)
                lock = self._root.files.lock(self._path(campaign, "lock"), patience)
            if lock is None:
                raise SyncInProgress(f"A sync of {campaign} is running already; wait until it is done.")
        try:
            yield
        finally:
            os.close(lock)

    def cursor(self, campaign: str) -> str:
        """The last public ID that an interrupted sync finished; "" if the last sync ended."""
        self._root.require()
        noted = an_object(self._root.files.read(self._path(campaign, "json")) or b"") or {}
        after = noted.get("after")
        return after if isinstance(after, str) else ""  # it only says where to begin

    def forget(self, campaign: str, public_ids: Collection[str]) -> bool:
        """Removes a cursor at one of these photos, so that the next sync starts over; returns whether it was there."""
        return self.cursor(campaign) in public_ids and self._root.files.remove(self._path(campaign, "json"))

    def keep_cursor(self, campaign: str, after: str) -> None:
        """Notes that everything up to `after` is done."""
        self._root.require()
        self._root.files.write_whole(self._path(campaign, "json"), json.dumps({"after": after}).encode("utf-8"))

    def end(self, campaign: str, when: datetime) -> None:
        """Notes that the sync has come to its end. `when`: UTC."""
        self._root.require()
        self._root.files.remove(self._path(campaign, "json"))
        self._root.files.write_whole(self._path(campaign, "ended"), f"{when:%Y-%m-%dT%H:%M:%SZ}\n".encode("ascii"))

    def ended(self, campaign: str) -> datetime | None:
        """When the last sync came to its end, on whatever host; None where none has, or the note of it is damaged.

        Raises StoreUnavailable.
        """
        self._root.require()
        noted = self._root.files.read(self._path(campaign, "ended")) or b""
        return moment(noted.decode("utf-8", "replace").strip())

    def rules(self, campaign: str) -> dict[str, str]:
        """The rules that the campaign was last synced by; empty where they are not known."""
        self._root.require()
        noted = an_object(self._root.files.read(self._path(campaign, "rules")) or b"") or {}
        return {key: value for key, value in noted.items() if isinstance(value, str)}

    def keep_rules(self, campaign: str, rules: dict[str, str]) -> None:
        """Notes the rules for the next sync, on whatever host."""
        if self.rules(campaign) != rules:
            self._root.files.write_whole(self._path(campaign, "rules"), json.dumps(rules).encode("utf-8"))

    def _path(self, campaign: str, suffix: str) -> Path:
        return self._root.path / SYNCS / f"{campaign}.{suffix}"
