"""Follows a folder: brings each changed photo up to date at once.

A few new or changed pictures are processed one by one, as after a webhook. Everything else (many changes at once, a
directory, people.csv) is left to a sync, which keeps photos whose removal looks like a mistake. A removal waits until
nothing else has been removed for some seconds: only then is it known whether it is one photo or a whole folder.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.adapters.folder import is_about_a_picture, public_id_of
from app.adapters.folder.watching import Changes
from app.core.config import Campaign
from app.core.errors import CollagenError, PhotoBusy
from app.core.shutdown import Shutdown
from app.core.sources import Hint
from app.services.processor.decision import Outcome
from app.services.processor.processor import Processor
from app.services.reconcile.safeguard import MANY

QUIET = 1.0  # seconds since the last change of a file, before it is looked at
GONE = 5.0  # seconds since the last removal, before any photo is removed
AGAIN = (
    30.0  # seconds before something that failed is tried again, and between two looks at whether the folder is there
)


@dataclass
class Pending:
    """What has changed and is not dealt with. Times are seconds of a monotonic clock.

    `photos`: by public ID, when to look at a file that came or changed; `gone`: public IDs whose file went, the last
    one at `removed`; `sync`: when to sync, if at all.
    """

    photos: dict[str, float] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    removed: float = 0.0
    sync: float | None = None

    def changed(self, path: str, now: float, *, there: bool) -> None:
        """Notes a change of the file at `path`, which may be `there`; "" is not about one file."""
        if path in ("", "people.csv"):
            self.sync = now + GONE
        elif is_about_a_picture(path):
            public_id = public_id_of(path)
            if there:
                self.photos[public_id] = now + QUIET
                self.gone.discard(public_id)
            elif public_id not in self.photos:
                self.gone.add(public_id)
                self.removed = now

    def due(self, now: float) -> list[str] | None:
        """The photos to look at now; None if that takes a sync."""
        if self.sync is not None and now >= self.sync:
            return None
        ready = {public_id for public_id, when in self.photos.items() if now >= when}
        if now >= self.removed + GONE:
            ready |= self.gone
        return sorted(ready) if len(ready) <= MANY else None

    def again(self, public_id: str, when: float) -> None:
        """Looks at a photo once more."""
        self.photos[public_id] = when

    def done(self, public_id: str) -> None:
        self.photos.pop(public_id, None)
        self.gone.discard(public_id)

    def clear(self) -> None:
        """A sync deals with everything."""
        self.photos.clear()
        self.gone.clear()
        self.sync = None


class Watching:
    """Follows a campaign's folder until it is asked to stop.

    `sync` syncs the campaign and never raises what may pass; `say` gets a sentence for each thing that happens.
    """

    def __init__(
        self, campaign: Campaign, processor: Processor, sync: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        self._directory = campaign.directory or Path()
        self._processor = processor
        self._sync = sync
        self._say = say
        self._pending = Pending()

    def run(self, stopping: Shutdown) -> None:
        """Syncs, then follows; waits for the folder while it is not there."""
        while not stopping():
            try:
                changes = Changes(self._directory)
            except OSError as error:
                self._say(f"{self._directory} cannot be watched: {error.strerror or error}; trying again.")
                stopping.sleep(AGAIN)
                continue
            try:
                self._synced()
                self._say(f"Watching {self._directory}{', by looking every few seconds' if changes.polls else ''}")
                self._follow(changes, stopping)
            finally:
                changes.close()

    def _follow(self, changes: Changes, stopping: Shutdown) -> None:
        """Returns when the folder has gone: it takes a new watch when it comes back."""
        while not stopping():
            path = changes.next(0.2)
            now = time.monotonic()
            if path is not None:
                self._pending.changed(path, now, there=(self._directory / path).exists())
                continue
            if not self._directory.is_dir():
                self._say(f"{self._directory} is gone; nothing is removed here. Waiting for it.")
                while not stopping() and not self._directory.is_dir():
                    stopping.sleep(1.0)
                return
            self._work_off(now)

    def _work_off(self, now: float) -> None:
        due = self._pending.due(now)
        if due is None:
            self._synced()
            return
        for public_id in due:
            self._pending.done(public_id)
            try:
                self._tell(self._processor.process(Hint(public_id)))
            except PhotoBusy:
                self._pending.again(public_id, now + QUIET)
            except CollagenError as error:
                self._say(f"{public_id}: {error}")
                if error.retryable:
                    self._pending.again(public_id, now + AGAIN)

    def _synced(self) -> None:
        self._pending.clear()
        self._sync()

    def _tell(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            self._say(f"{outcome.public_id}: not stored: {outcome.error}")
        elif outcome.status in ("stored", "removed"):
            self._say(f"{outcome.public_id}: {outcome.status}")
