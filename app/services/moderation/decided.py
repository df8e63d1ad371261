"""What was decided a moment ago, for all processes of this machine.

An empty file for each decision, named after a digest of the photo and its new status, on the local disk; its time is
that of the decision. Nothing names a photo, and a file is removed when lists show what it says.
"""

import contextlib
import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from app.adapters.store import scratch
from app.adapters.store.names import digest
from app.core.sources import Asset, Status
from app.services.moderation.board import KEPT, STATUSES, Decision

LOG = logging.getLogger(__name__)
SENT = ".sent"  # no name of a decision


class Decided:
    """Thread-safe. `top`: None for the usual place. If the disk fails, each process remembers for itself."""

    def __init__(self, store: Path, top: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """`store`: whose decisions these are. Creating one touches nothing."""
        self._room = hashlib.sha256(os.fsencode(store.absolute())).hexdigest()[:16]
        self._top = top
        self._clock = clock
        self._lock = threading.Lock()
        self._own: dict[str, Decision] = {}
        self._warned = False

    def note(self, asset: Asset, status: Status) -> None:
        """Remembers that the source has confirmed this status of a photo just now."""
        name, now = digest(asset.asset_id), self._clock()
        with self._lock:
            self._own[name] = Decision(status, now)
        with self._tolerant():
            room = self._made()
            path = room / f"{name}.{status}"
            path.touch(0o600)
            os.utime(path, (now, now))
            for other in STATUSES:
                if other != status:
                    (room / f"{name}.{other}").unlink(missing_ok=True)

    def note_sent(self) -> None:
        """Remembers that somebody has sent a photo just now, which waits."""
        with self._tolerant():
            (self._made() / SENT).touch(0o600)

    def sent_at(self) -> float:
        """When somebody sent a photo last, in seconds since 1970; 0 if that is not known."""
        with self._tolerant(), contextlib.suppress(FileNotFoundError):
            return (self._made() / SENT).stat().st_mtime
        return 0.0

    def among(self, assets: Iterable[Asset]) -> dict[str, Decision]:
        """By asset ID, the decisions about these photos, as long as lists may not show them."""
        decisions = self._all()
        if not decisions:
            return {}
        names = ((asset.asset_id, digest(asset.asset_id)) for asset in assets)
        return {asset_id: decisions[name] for asset_id, name in names if name in decisions}

    def _all(self) -> dict[str, Decision]:
        oldest = self._clock() - KEPT
        with self._lock:
            self._own = {name: one for name, one in self._own.items() if one.at > oldest}
            found = dict(self._own)
        with self._tolerant(), os.scandir(self._made()) as entries:
            for entry in entries:
                name, _, said = entry.name.partition(".")
                status = next((one for one in STATUSES if one == said), None)
                try:
                    at = entry.stat().st_mtime
                except FileNotFoundError:  # decided on again
                    continue
                if at <= oldest and status:
                    Path(entry.path).unlink(missing_ok=True)
                elif status and (name not in found or at > found[name].at):
                    found[name] = Decision(status, at)
        return found

    def _made(self) -> Path:
        room = (self._top or scratch.lasting("decided")) / self._room
        room.mkdir(mode=0o700, exist_ok=True)
        return room

    @contextlib.contextmanager
    def _tolerant(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._warned:
                LOG.warning("Each process remembers on its own what was moderated lately: %s", error.strerror)
            self._warned = True
