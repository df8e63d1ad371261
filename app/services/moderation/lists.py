"""Reads the lists of one source by status, each for all of its campaigns, and keeps what they said for a while."""

import contextlib
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from app.adapters.store.state.erasures import Erasures
from app.core.errors import CollagenError, SourceUnavailable, StoreUnavailable
from app.core.sources import Listed, Source, Status, pages
from app.services.moderation.board import STATUSES, Board, Known, board, is_due, refreshed, without
from app.services.moderation.decided import Decided

LOG = logging.getLogger(__name__)

# How far a list is read, newest first: 500 photos a page. The account may hold photos of other uses
PAGES = {"pending": 10, "approved": 4, "rejected": 4}
PATIENCE = 1.0  # seconds between two reads that the admin asks for


class Lists:
    """The lists of one source, without people who were forgotten since they were read. Thread-safe."""

    def __init__(
        self, source: Source, decided: Decided, erasures: Erasures, clock: Callable[[], float] = time.time
    ) -> None:
        self._source = source
        self._decided = decided
        self._erasures = erasures
        self._clock = clock
        self._turn = threading.Lock()
        self._known: dict[str, Known] = {}
        self._changing = threading.Lock()  # held while `_known` is replaced
        self._noted: dict[str, int] = {}
        self._forgotten: dict[str, float] = {}
        self._read_at: dict[str, float] = {}
        self._more: set[str] = set()
        self._starting = threading.Lock()  # held while a thread reads
        self._reader: threading.Thread | None = None
        self._failed_at = 0.0
        self._closed = False

    def board(self, folder: str, *, again: bool = False) -> Board:
        """What is known of a campaign's photos. `again`: read the lists now, whatever that costs.

        Raises SourceUnavailable if they cannot be read and never were, SettingError.
        """
        self._forget()
        if not self._source.remote:
            return self._of_folder(folder)
        with self._turn:
            problem = self._refresh(again=again)
            known, more, read_at = self._known, frozenset(self._more), min(self._read_at.values(), default=0.0)
        found = board(known, self._decided.among(one.row.asset for one in known.values()), folder)
        return Board(found.rows, more, problem, read_at)

    def known(self, folder: str) -> dict[str, Listed]:
        """By public ID, the photos of a folder in lists that have been read already; reads nothing."""
        self._forget()
        known = self._known
        return {public_id: one.row for public_id, one in known.items() if one.row.asset.folder == folder}

    def soon(self, folder: str) -> dict[str, Listed]:
        """As `known`; if the list of approved photos is due, a thread reads it for the next page."""
        read_at = max(self._read_at.get("approved", 0.0), self._failed_at)
        due = is_due("approved", read_at or None, self._source.quota.standing, self._clock())
        if due and not self._closed and self._starting.acquire(blocking=False):
            self._reader = threading.Thread(target=self._look, args=(folder,), daemon=True)
            self._reader.start()
        return self.known(folder)

    def close(self) -> None:
        """Waits for the thread that reads, if there is one; lets no more begin."""
        self._closed = True
        if self._reader is not None:
            self._reader.join()

    def _look(self, folder: str) -> None:
        try:
            if not self._source.remote:
                self._of_folder(folder)
                return
            with self._turn:
                now = self._clock()
                rows, more = self._read("approved")
                self._take("approved", rows, now, more=more)
        except CollagenError as error:  # pages go without names
            self._failed_at = self._clock()
            LOG.info("The names of photos could not be read: %s", error.public)
        finally:
            self._starting.release()

    def _of_folder(self, folder: str) -> Board:
        now = self._clock()
        rows = [row for page in pages(lambda cursor: self._source.folder(folder, cursor)) for row in page.rows]
        with self._changing:
            self._known = without({row.asset.public_id: Known(row, now) for row in rows}, self._forgotten)
        self._read_at["approved"] = now
        return board(self._known, {}, folder)

    def _refresh(self, *, again: bool) -> str:
        """Reads the lists that are due; returns why one could not be read, if others stand in."""
        now, standing, sent_at = self._clock(), self._source.quota.standing, self._decided.sent_at()
        due = [
            status
            for status in STATUSES
            if is_due(status, self._read_at.get(status), standing, now, sent_at)
            or (again and now - self._read_at.get(status, 0.0) >= PATIENCE)
        ]
        if not due:
            return ""
        with ThreadPoolExecutor(len(due)) as pool:
            reads = {status: pool.submit(self._read, status) for status in due}
        problem = ""
        for status, read in reads.items():
            try:
                rows, more = read.result()
            except SourceUnavailable as error:
                if status not in self._read_at:
                    raise
                problem = error.public
                continue
            self._take(status, rows, now, more=more)
        return problem

    def _take(self, status: Status, rows: list[Listed], read_at: float, *, more: bool) -> None:
        every = itertools.chain((one.row.asset for one in self._known.values()), (row.asset for row in rows))
        decisions = self._decided.among(every)
        with self._changing:
            self._known = without(refreshed(self._known, decisions, status, rows, read_at), self._forgotten)
        self._read_at[status] = read_at
        self._more = self._more | {status} if more else self._more - {status}

    def _forget(self) -> None:
        """Drops who was forgotten since the last look, by any process on any host."""
        with contextlib.suppress(StoreUnavailable):  # moderation needs no store; the next look tries again
            noted = self._erasures.campaigns()
            if noted != self._noted:
                forgotten = {name: at / 1e9 for name, at in self._erasures.photos().items()}
                with self._changing:
                    self._noted, self._forgotten = noted, forgotten
                    self._known = without(self._known, forgotten)

    def _read(self, status: str) -> tuple[list[Listed], bool]:
        """The rows of a list, and whether there are more of them than are read."""
        rows: list[Listed] = []
        page = None
        every = pages(lambda cursor: self._source.moderated(status, cursor))
        for page in itertools.islice(every, PAGES[status]):
            rows += page.rows
        return rows, page is not None and page.next_cursor is not None


def moment(seconds: float) -> str:
    """`14:00 UTC`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M} UTC"
