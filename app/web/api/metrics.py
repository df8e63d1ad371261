"""Metrics for Prometheus."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Blueprint, current_app
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.adapters.store import Store
from app.core import metrics
from app.core.config import Campaigns
from app.core.errors import StoreUnavailable
from app.core.metrics import Reading
from app.services.looks.backlog import LooksQueue, State
from app.services.publish.current import Standing
from app.services.publish.keeping import Keeping
from app.web.auth.admin import admin_or_this_machine

blueprint = Blueprint("metrics", __name__)

# seconds: listing 50,000 photos on a network file system takes some, and Prometheus asks often
KEPT = 60.0


class Gauges:
    """What the store holds: counts photos, looks and collages once a minute, reads all else every time.

    Safe to use from many threads. `clock` gives seconds; `queue`: of looks; `keeping`: knows what is published.
    """

    def __init__(
        self,
        store: Store,
        campaigns: Campaigns,
        clock: Callable[[], float] = time.monotonic,
        queue: LooksQueue | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        self._store = store
        self._campaigns = campaigns
        self._queue = queue or LooksQueue(None)
        self._keeping = keeping
        self._clock = clock
        self._turn = threading.Lock()
        self._counted = Reading(None)
        self._until = float("-inf")

    def read(self) -> Reading:
        """Never raises: a reading without `free` says that there is no store."""
        orders = _orders(self._queue.state())
        try:
            free = self._store.root.free()
            ended = {name: self._store.syncs.ended(name) for name in self._campaigns}
            published = self._published()
            with self._turn:  # others wait while one counts
                if self._clock() >= self._until:
                    self._counted = self._count()
                    self._until = self._clock() + KEPT
                counted = self._counted
        except StoreUnavailable:
            return Reading(None, orders=orders)
        synced = {name: when.timestamp() if when else 0 for name, when in ended.items()}
        return replace(
            counted,
            free=free,
            synced=synced,
            orders=orders,
            published={name: one.at.timestamp() if one.at else 0 for name, one in published.items()},
            current={name: int(bool(one.current)) for name, one in published.items()},
        )

    def _published(self) -> Mapping[str, Standing]:
        if self._keeping is None:
            return {}
        found = {name: self._keeping.standing(name) for name in self._keeping.campaigns}
        return {name: one for name, one in found.items() if one is not None}

    def _count(self) -> Reading:
        return Reading(
            None,
            photos={name: self._store.photos.count(name) for name in self._campaigns},
            collages={name: len(self._store.collages.ids(name)) for name in self._campaigns},
            looks={name: self._looks(name) for name in self._campaigns},
        )

    def _looks(self, campaign: str) -> tuple[int, int]:
        counts = [self._store.looks.count(campaign, look) for look in self._store.looks.names(campaign)]
        return sum(ready for ready, _ in counts), sum(failed for _, failed in counts)


def _orders(state: State | None) -> Mapping[str, int]:
    if state is None:
        return {"waiting": 0, "failed": 0}
    return vars(state.backlog) if state.backlog else {}


@blueprint.record_once
def _made_once(state: BlueprintSetupState) -> None:
    made = state.app.extensions["collagen"]
    state.app.extensions["collagen.gauges"] = Gauges(
        made.store, made.campaigns, queue=made.looks_queue, keeping=made.keeping
    )


@blueprint.get("/metrics")
@admin_or_this_machine
def scrape() -> ResponseReturnValue:
    """All metrics of this machine, in Prometheus' text format."""
    gauges: Gauges = current_app.extensions["collagen.gauges"]
    return metrics.exposition(gauges.read()), {"Content-Type": metrics.CONTENT_TYPE}
