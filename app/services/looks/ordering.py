"""Orders looks in a queue: those of many photos, and those that a campaign wants of every photo, when one arrives."""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from typing import Self

from app.adapters.sqs import Queue
from app.adapters.store import Store
from app.adapters.store.photos import marks
from app.core.config import Campaign, Campaigns, Settings
from app.core.errors import CollagenError, SettingError
from app.services.looks.orders import Order
from app.services.looks.recipes import Look, Looks, load_looks

LOG = logging.getLogger(__name__)
REST = 60.0  # seconds without another attempt, while the queue is away


def queue_of(settings: Settings, look: Look) -> str | None:
    """The address of the queue where a look is ordered; None where it is made on this machine. Pure."""
    return (look.is_painted and settings.styles_queue) or settings.looks_queue


def order(
    store: Store, queue: Queue, campaign: str, look: str, public_ids: Collection[str], report: Callable[[int], None]
) -> int:
    """Orders a look of these photos, also of those that it could not be made of; returns of how many.

    `report` gets how many are ordered by now. Raises StoreUnavailable, QueueUnavailable, SettingError.
    """
    numbers = store.photos.versions(campaign, public_ids)
    for public_id in store.looks.failures(campaign, look):
        if public_id in numbers:
            store.looks.discard(campaign, look, public_id)  # or it would not be tried again
    orders = [Order(campaign, look, one, marks.version(number)).written() for one, number in numbers.items()]
    queue.send_all(orders, report)
    return len(orders)


class OnArrival:
    """Orders what campaigns want of every photo (`looks` in campaigns.toml). Without a queue, or while it is away,
    nothing is ordered here: `python -m app look`, which a timer starts, finds what is missing.

    Thread-safe. `clock`: seconds, monotonic.
    """

    def __init__(self, queues: Mapping[str, Queue], clock: Callable[[], float] = time.monotonic) -> None:
        """`queues`: by look."""
        self._queues = queues
        self._clock = clock
        self._rests_until = float("-inf")

    @classmethod
    def of(cls, settings: Settings, campaigns: Campaigns) -> Self:
        """Raises SettingError if a campaign wants a look that looks.toml lacks, or if the queue's URL is none."""
        looks: Mapping[str, Look] = require_wanted(settings, campaigns) or {}
        wanted = {name for campaign in campaigns.values() for name in campaign.looks}
        urls = {name: url for name in wanted if (url := queue_of(settings, looks[name]))}
        made = {url: Queue(url, hurried=True) for url in set(urls.values())}
        return cls({name: made[url] for name, url in urls.items()})

    def arrived(self, campaign: Campaign, public_id: str, version: int) -> None:
        """Orders the looks of a photo that was stored just now. Never raises: the photo is more important."""
        if self._clock() < self._rests_until:
            return
        orders: dict[Queue, list[str]] = {}
        for look in campaign.looks:
            if look in self._queues:
                order = Order(campaign.name, look, public_id, version).written()
                orders.setdefault(self._queues[look], []).append(order)
        try:
            for queue, written in orders.items():
                queue.send_all(written)
        except CollagenError as error:
            self._rests_until = self._clock() + REST
            LOG.warning("No look is ordered of photos that arrive in the next %d s: %s", REST, error)

    def removed(self, campaign: str, public_id: str) -> None:
        """Nothing: a worker that takes an order of a photo that is gone finds nothing to do."""


def require_wanted(settings: Settings, campaigns: Campaigns) -> Looks | None:
    """The looks, if campaigns want any of every photo. Raises SettingError if looks.toml lacks one of them."""
    if not any(campaign.looks for campaign in campaigns.values()):
        return None
    looks = load_looks(settings.looks_file, required=True)
    for campaign in campaigns.values():
        for name in campaign.looks:
            if name not in looks:
                where = f"{settings.campaigns_file}: [{campaign.name}] looks"
                raise SettingError(f"{where} has {name!r}, which {settings.looks_file} lacks.")
    return looks
