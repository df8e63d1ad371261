"""Shows how far a run is: to its caller, and to others through the store."""

import time
from collections.abc import Callable

from app.adapters.store import Store
from app.core.errors import nameless
from app.services.notify.report import MailReport

NOTE_EVERY = 0.25  # seconds

Show = Callable[[MailReport], None]


class Progress:
    """Call it after each mail: it calls `show`, and now and then notes the state of the run in the store."""

    def __init__(self, store: Store, campaign: str, collage: str, show: Show) -> None:
        self._store = store
        self._campaign = campaign
        self._collage = collage
        self._show = show
        self._last = time.monotonic()

    def __call__(self, report: MailReport) -> None:
        self._show(report)
        if time.monotonic() - self._last > NOTE_EVERY:
            self._last = time.monotonic()
            self.note(report, "sending")

    def note(self, report: MailReport, state: str, error: str | None = None) -> None:
        """Notes that the run is in this `state`: sending, done or failed. Raises StoreUnavailable."""
        note = {
            "collage": self._collage,
            "state": state,
            "progress": round(report.done / max(report.total, 1), 3),
            "sent": len(report.sent),
            "failed": len(report.failed),
            "uncertain": len(report.all_uncertain),
            "total": report.total,
        }
        self._store.sends.note(self._campaign, note | ({"error": nameless(error)} if error else {}))
