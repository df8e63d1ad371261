"""Handles one order to make a look of a photo, and notes what failed, so that nobody waits for it.

Orders come doubled, late and in any order. None of that matters, because a look is made only where it is missing or out
of date, by one process at a time.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from app.adapters.sqs import Message
from app.adapters.store import Store
from app.adapters.store.photos import marks
from app.core import errors
from app.core.config import Campaigns, Settings, load_campaigns
from app.core.errors import ModelFailed, NotFound, SettingError
from app.core.logging import request_context
from app.queue.verdict import AGAIN, Verdict, told, unexpected, verdict
from app.services.looks.making import Making, Outcome
from app.services.looks.orders import Order
from app.services.looks.recipes import Looks, load_looks
from app.services.looks.tools import Tools

LOG = logging.getLogger(__name__)
PATIENCE = 60  # seconds for another process that makes the same
# Deliveries after which a photo counts as one that the model cannot do. The queue must allow more (maxReceiveCount), so
# that only orders whose worker died each time are dead letters.
ATTEMPTS = 3


def from_event(entry: Mapping[str, Any]) -> Message:
    """A message from one of a Lambda event's `Records`. Pure."""
    system = entry["attributes"]
    return Message(
        entry["messageId"],
        entry["receiptHandle"],
        entry["body"],
        int(system["SentTimestamp"]) / 1000,
        deliveries=int(system.get("ApproximateReceiveCount", "1")),
    )


class Handler:
    """Handles orders; thread-safe."""

    def __init__(self, settings: Settings, store: Store, campaigns: Campaigns, looks: Looks, tools: Tools) -> None:
        self._settings = settings
        self._store = store
        self._campaigns = campaigns
        self._looks = looks
        self._tools = tools
        self._making = Making(store, campaigns, tools, lambda: datetime.now(UTC))

    @classmethod
    def of(cls, settings: Settings, *, painted: bool = False) -> Self:
        """For a process that starts, on the queue of looks or of those that are `painted`, if these have their own.

        Raises SettingError if none of these can be made on this machine.
        """
        store, tools = Store(settings.store), Tools.of(settings)
        looks = load_looks(settings.looks_file, required=True)
        ours = [look for look in looks.values() if look.is_painted == painted or settings.styles_queue is None]
        lacks = {look.name: lack for look in ours if (lack := look.missing(tools))}
        for name, lack in lacks.items():
            LOG.warning("The look %s cannot be made here: %s", name, lack)
        if len(lacks) == len(ours):
            why = next(iter(lacks.values()), "looks.toml has none with a style." if painted else "looks.toml has none.")
            raise SettingError(f"No look can be made here. {why}")
        return cls(settings, store, load_campaigns(settings.campaigns_file), looks, tools)

    def close(self) -> None:
        """Ends the processes that run models."""
        self._tools.close()

    def handle(self, message: Message) -> Verdict:
        """Makes the look that a message orders. Never raises; the outcome is in the log."""
        with request_context(message.request_id):
            try:
                order = Order.read(message.body)
                self._campaigns.require(order.campaign)
                if self._is_ahead(order) and message.deliveries < ATTEMPTS:
                    LOG.info("Comes back in %d s: the store does not show %s yet.", AGAIN, order.public_id)
                    return Verdict("again", AGAIN)
                outcome = self._made(order, message.deliveries)
            except NotFound as error:  # a worker with older files than the sender's; else the dead letters say so
                return told(error, Verdict("again", AGAIN), self._settings)
            except errors.CollagenError as error:
                return told(error, verdict(error), self._settings)
            except Exception as error:
                return unexpected(error)
            LOG.info("The look %s of %s in %s: %s", order.look, order.public_id, order.campaign, outcome.word)
            return Verdict("again", AGAIN) if outcome.word == "changed" else Verdict("done")

    def _made(self, order: Order, deliveries: int) -> Outcome:
        look = self._looks.require(order.look)
        lack = look.missing(self._tools)
        if lack is not None:
            raise SettingError(f"The look {look.name} cannot be made here: {lack}")
        try:
            return self._making.make(order.campaign, look, order.public_id, patience=PATIENCE)
        except ModelFailed as error:
            if deliveries < ATTEMPTS:
                raise
            return self._making.give_up(order.campaign, look, order.public_id, error)

    def _is_ahead(self, order: Order) -> bool:
        """Whether the order is of a newer photo than this machine sees: a network file system shows it later."""
        number = self._store.photos.version(order.campaign, order.public_id)
        return number is None or marks.version(number) < order.version
