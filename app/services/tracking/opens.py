"""Records requests for the picture in a mail: no more than the campaign allows, and never delaying the picture.

Only the class of a request is kept: no IP address, no user agent. If a campaign's tracking is "aggregate", or the
person did not consent to individual records, not even whose picture it was. Individual records require separate
consent, and end when it is withdrawn, also for mails sent before: CNIL, deliberation 2026-042 on tracking pixels.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from app.adapters.store import Store
from app.core import metrics
from app.core.config import Campaigns
from app.core.errors import where
from app.services.tracking.classes import classify
from app.services.tracking.tokens import Claims

LOG = logging.getLogger(__name__)
SAID_EVERY = 60.0  # seconds: a full disk does not flood the log


class Recorder:
    """`clock` returns seconds."""

    def __init__(self, store: Store, campaigns: Campaigns, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._campaigns = campaigns
        self._clock = clock
        self._lock = threading.Lock()
        self._silent_until = float("-inf")
        self._unsaid = 0

    def record(self, claims: Claims, headers: Mapping[str, str], when: datetime) -> None:
        """Records one open, unless the campaign or the person does not allow it. Never raises: it is a side effect.

        Failures are logged, at most once a minute.
        """
        try:
            if self._may_record(claims):
                individual = claims.individual and self._campaigns[claims.campaign].tracking == "individual"
                kind = classify(headers)
                record = {
                    "collage": claims.collage,
                    "photo": claims.public_id if individual else None,
                    "class": kind,
                }
                self._store.opens.add(claims.campaign, when, record)
                metrics.opened(kind)
        except Exception as error:  # any error: the picture comes first
            self._say(error)

    def _may_record(self, claims: Claims) -> bool:
        campaign = self._campaigns.get(claims.campaign)
        if campaign is None or campaign.tracking == "off" or not claims.public_id:
            return False
        if self._store.unsubscribes.photo(claims.campaign, claims.public_id):
            return False
        return self._store.photos.has(claims.campaign, claims.public_id)

    def _say(self, error: Exception) -> None:
        cause = error.__cause__
        reason = f"{where(cause)} ({cause.strerror})" if isinstance(cause, OSError) else where(error)
        with self._lock:
            if self._clock() < self._silent_until:
                self._unsaid += 1
                return
            unsaid, self._unsaid = self._unsaid, 0
            self._silent_until = self._clock() + SAID_EVERY
        LOG.warning("An open was not recorded: %s; before it, unsaid: %d", reason, unsaid)
