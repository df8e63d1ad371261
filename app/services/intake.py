"""One notification from Cloudinary: read it, bring each photo it names up to date in the store, file it.

Webhooks and queue records both end here. The caller must have verified the signature.
"""

import contextvars
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from app.adapters import imaging
from app.adapters.cloudinary import parse
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core import metrics
from app.core.config import Campaigns, Settings
from app.core.errors import CollagenError, Permanent, Retryable, SettingError
from app.core.sources import CLOUDINARY, Hint
from app.services.media.media import Media
from app.services.processor.decision import Outcome
from app.services.processor.followers import Follower, followers
from app.services.processor.processor import Processor
from app.services.reconcile.job import concerned
from app.services.sources import Sources

LOG = logging.getLogger(__name__)
PHOTOS_AT_ONCE = 8  # shared by all notifications that name several photos
MOST_FAILURES = 3  # in one notification; after that no further photo is started
BY_WEIGHT = ("stored", "removed", "unchanged", "ignored")


@dataclass(frozen=True)
class Received:
    """The outcomes for the photos that a notification named.

    `syncs`: the campaigns whose folder was renamed or moved; the notification does not name their photos, so they need
    a sync.
    """

    outcomes: tuple[Outcome, ...] = ()
    syncs: tuple[str, ...] = ()

    @property
    def summary(self) -> Outcome | None:
        """The most significant outcome, which stands for all; None if no photo was named."""
        return min(self.outcomes, key=lambda outcome: BY_WEIGHT.index(outcome.status), default=None)


class Intake:
    """`clock`: the time under which a notification is filed. `processor` is public: others use it too."""

    def __init__(
        self,
        processor: Processor,
        store: Store,
        campaigns: Campaigns,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.processor = processor
        self._store = store
        self._campaigns = campaigns
        self._clock = clock
        self._photos = ThreadPoolExecutor(PHOTOS_AT_ONCE, thread_name_prefix="photo")

    @classmethod
    def of(
        cls,
        settings: Settings,
        campaigns: Campaigns,
        store: Store,
        exiftool: ExifTool,
        after: Sequence[Follower] | None = None,
    ) -> Self:
        """Builds the intake of a process that starts. `after`: what else happens with each photo; None: `followers`.

        Raises SettingError if no campaign has its photos in Cloudinary, the account or a usable exiftool is missing,
        ImageMagick is not running under our policy, or a campaign wants an unknown look.
        """
        mine = campaigns.of_source(CLOUDINARY)
        if not mine:
            raise SettingError(
                f"{settings.campaigns_file}: no campaign has its photos in Cloudinary, so there are no notifications."
            )
        source = Sources(settings)[CLOUDINARY]
        exiftool.version()
        imaging.policy.require()
        if after is None:
            after = followers(settings, campaigns, Media.of(settings, store))
        return cls(Processor(source, store, exiftool, mine, followers=after), store, mine)

    def close(self) -> None:
        """Ends the threads and the decoder of this process; nothing can be received afterwards."""
        self._photos.shutdown()
        self.processor.close()

    def receive(self, body: bytes, signed: int | None = None) -> Received:
        """Returns once the store is right and the notification is filed; until then the sender tries again.

        `signed` as in `Hint`. Raises BadNotification, and what `Processor.process` raises.
        """
        try:
            received = self._receive(body, signed)
        except Permanent:
            metrics.notification("refused")
            raise
        except Exception:
            metrics.notification("failed")
            raise
        metrics.notification(
            received.summary.status if received.summary else "unchanged" if received.syncs else "ignored"
        )
        return received

    def _receive(self, body: bytes, signed: int | None) -> Received:
        notification = parse(body, signed)
        if notification.folders:
            syncs = tuple(concerned(self._campaigns.values(), notification.folders))
            self._file(syncs, notification.status, "none", body)
            return Received(syncs=syncs)
        hints = notification.hints
        outcomes = self._process_all(hints, body) if len(hints) > 1 else tuple(map(self._process, hints))
        if any(outcome.status != "stored" and self._store.erasures.has(outcome.public_id) for outcome in outcomes):
            return Received(outcomes)  # an echo of `forget`, and it holds the person's address
        named = next(iter(outcomes), Outcome("none", "ignored"))
        self._file({outcome.campaign for outcome in outcomes}, notification.status, named.public_id, body)
        return Received(outcomes)

    def _process_all(self, hints: Sequence[Hint], body: bytes) -> tuple[Outcome, ...]:
        """Several photos in parallel. A failure does not stop the others, and what is done is not done again."""
        done = self._store.checkpoints.done(body, [hint.public_id for hint in hints])
        outcomes = {hint: Outcome(hint.public_id, "unchanged", done.get(hint.public_id)) for hint in hints}
        rest = [hint for hint in hints if hint.public_id not in done]
        failures: list[CollagenError] = []

        def attempt(hint: Hint) -> None:
            if len(failures) < MOST_FAILURES:  # beyond that, the photo is not the problem
                try:
                    outcomes[hint] = self._process(hint)
                    done[hint.public_id] = outcomes[hint].campaign
                except CollagenError as error:
                    failures.append(error)

        # each with this thread's context, such as the request ID
        begun = [self._photos.submit(contextvars.copy_context().run, attempt, hint) for hint in rest]
        for work in wait(begun).done:
            work.result()
        worst = next((error for error in failures if error.retryable), next(iter(failures), None))
        if worst is not None and worst.retryable:
            self._store.checkpoints.note(body, done)
        elif len(rest) < len(hints):
            self._store.checkpoints.end(body)
        if worst is not None:
            raise worst
        return tuple(outcomes.values())

    def _process(self, hint: Hint) -> Outcome:
        try:
            outcome = self.processor.process(hint)
        except Retryable:
            LOG.info("The photo %s: failed", hint.public_id, extra={"public_id": hint.public_id, "outcome": "failed"})
            raise
        where = f" in {outcome.campaign}" if outcome.campaign else ""
        fields = {"public_id": outcome.public_id, "outcome": outcome.status, "campaign": outcome.campaign}
        why = f": {outcome.error}" if outcome.error else ""
        LOG.info("The photo %s: %s%s%s", outcome.public_id, outcome.status, where, why, extra=fields)
        return outcome

    def _file(self, campaigns: tuple[str, ...] | set[str | None], status: str, public_id: str, body: bytes) -> None:
        for campaign in campaigns or {None}:
            self._store.logs.notification(campaign, self._clock(), status, public_id, body)
