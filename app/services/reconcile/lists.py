"""Reads a source's lists page by page, within the limit of calls."""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator

from app.core.errors import CloudinaryUnavailable
from app.core.sources import Asset, Page, Source, pages
from app.services.reconcile.budget import Budget

PAUSES = (0.2, 1.0)  # seconds before a page is asked for again
# How far to read the list of all approved photos, newest first; the account may hold photos of other uses
APPROVED_PAGES = 20


class Lists:
    """The lists that a sync needs. `folders`: those of the campaigns."""

    def __init__(self, source: Source, budget: Budget, folders: Iterable[str]) -> None:
        self._source = source
        self._budget = budget
        self._folders = frozenset(folders)
        self._approved: dict[str, list[Asset]] | None = None

    def of_folder(self, folder: str, notes: dict[str, str]) -> Iterator[Asset]:
        """The assets in a folder, including those that are not images; adds to `notes`. Raises SourceUnavailable."""
        for page in self._pages(lambda cursor: self._source.folder(folder, cursor)):
            notes.update(page.notes)
            yield from (row.asset for row in (*page.rows, *page.others))

    def approved_in(self, folder: str) -> list[Asset]:
        """The photos of a folder according to the list of all approved photos, which is read once.

        It may name what the folder's list leaves out. Raises SourceUnavailable.
        """
        if self._approved is None:
            found: dict[str, list[Asset]] = {folder: [] for folder in self._folders}
            pages = self._pages(lambda cursor: self._source.moderated("approved", cursor))
            for page in itertools.islice(pages, APPROVED_PAGES):
                for row in page.rows:
                    if row.asset.folder in found:
                        found[row.asset.folder].append(row.asset)
            self._approved = found
        return self._approved.get(folder, [])

    def _pages(self, ask: Callable[[str | None], Page]) -> Iterator[Page]:
        return pages(lambda cursor: self._patiently(ask, cursor))

    def _patiently(self, ask: Callable[[str | None], Page], cursor: str | None) -> Page:
        for pause in PAUSES:
            try:
                return self._budget.spend(lambda: ask(cursor))
            except CloudinaryUnavailable:
                time.sleep(pause)
        return self._budget.spend(lambda: ask(cursor))
