"""Cloudinary's lists, page by page, within the limit of calls."""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator

from app.adapters.cloudinary import Asset, Cloudinary, Page, pages
from app.core.errors import CloudinaryUnavailable
from app.services.reconcile.budget import Budget

PAUSES = (0.2, 1.0)  # seconds before a page is asked for again
# How much is looked at of the list of all approved photos, newest first, which an account may have for other ends, too
APPROVED_PAGES = 20


class Lists:
    """Lists as a sync needs them; `folders` are those of campaigns."""

    def __init__(self, cloudinary: Cloudinary, budget: Budget, folders: Iterable[str]) -> None:
        self._cloudinary = cloudinary
        self._budget = budget
        self._folders = frozenset(folders)
        self._approved: dict[str, list[Asset]] | None = None

    def of_folder(self, folder: str) -> Iterator[Asset]:
        """The assets of a folder, those that are no images too. Raises CloudinaryUnavailable."""
        for page in self._pages(lambda cursor: self._cloudinary.folder(folder, cursor)):
            yield from (row.asset for row in (*page.rows, *page.others))

    def approved_in(self, folder: str) -> list[Asset]:
        """The photos of a folder according to the list of all that are approved, which is read once.

        It names what the folder's list may have left out. Raises CloudinaryUnavailable.
        """
        if self._approved is None:
            found: dict[str, list[Asset]] = {folder: [] for folder in self._folders}
            pages = self._pages(lambda cursor: self._cloudinary.moderated("approved", cursor))
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
