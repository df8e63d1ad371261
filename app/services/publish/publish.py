"""Publishes a campaign's public face: what differs is made and sent, what is gone is removed, erasures first.

It can be killed at any moment and run again: what is sent already is neither made nor sent again, and readers find
whole pages all the time.
"""

import contextlib
from collections.abc import Callable
from datetime import datetime

from app.adapters.store import Store
from app.adapters.targets import Target
from app.core.errors import (
    BadParameters,
    CollagenError,
    CollageUnsound,
    NotFound,
    PublishInProgress,
    StoreUnavailable,
)
from app.services.collage.withdrawn import Withdrawn
from app.services.face.face import Face
from app.services.face.newest import Collage
from app.services.publish.run import Order, Run, note, written
from app.services.publish.sending import Cdn, Report
from app.services.wall.cache import Cache
from app.services.wall.finished import Finished
from app.services.wall.wall import Walls

TRIES = 3  # where photos change while they are published


class Publisher:
    """Publishes campaigns of one store. Creating one touches nothing on disk. `show` gets how many tiles are done."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], show: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        cache, withdrawn = Cache(store.path), Withdrawn(store)
        self._store = store
        self._clock = clock
        self._show = show
        self._finished = Finished(store, withdrawn, cache)
        self._face = Face.of(store, withdrawn, self._finished, cache)
        self._walls = Walls(store, cache)

    def publish(self, order: Order, target: Target, cdn: Cdn | None) -> Report:
        """Publishes it, and notes what is there now.

        Raises BadParameters if the campaign is not public, NotFound without a collage, SettingError if something else
        is at the target, PublishInProgress, StoreUnavailable, TargetUnavailable.
        """
        try:
            return self._publish(order, target, cdn)
        except PublishInProgress:
            raise
        except CollagenError as error:
            self._failed(order, str(error))
            raise

    def _publish(self, order: Order, target: Target, cdn: Cdn | None) -> Report:
        rules = order.campaign
        if not rules.public:
            raise BadParameters(
                f"{rules.name} is not public, so it is not published either; say public = true in campaigns.toml."
            )
        with self._store.published.turn(rules.name):
            for _ in range(TRIES):
                run = Run(self._store, self._walls, self._finished, order, target, cdn)
                report = run.go(self._collage(order), self._now, self._clock, self._show)
                if report is not None:
                    return report
        raise PublishInProgress(
            f"Photos of {rules.name} keep changing while they are published; try again once they are at rest."
        )

    def _failed(self, order: Order, why: str) -> None:
        """Notes why, and leaves what is known of what is published."""
        if order.own is None or order.dry:
            return
        name = order.campaign.name
        with contextlib.suppress(StoreUnavailable):
            noted = self._store.published.noted(name)
            if noted is None or noted["to"] != order.own:
                noted = note(order.own)
            why = why.replace(str(self._store.path), "<store>")
            self._store.published.note(name, noted | {"error": why, "tried": written(self._clock())})

    def _collage(self, order: Order) -> Collage:
        name = order.campaign.name
        found = self._face.newest.of(name) if order.collage is None else self._now(name, order.collage)
        if found is None:
            what = "no collage yet" if order.collage is None else f"no collage {order.collage} that can be shown"
            raise NotFound(f"{name} has {what}.")
        return found

    def _now(self, campaign: str, number: str) -> Collage | None:
        try:
            return self._face.newest.collage(campaign, number)
        except (NotFound, CollageUnsound):
            return None
