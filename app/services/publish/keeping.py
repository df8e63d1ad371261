"""Keeps what is published up to date: after each build, revision, `forget` and withdrawal, whatever process made it.

Every process of the web service looks every half a minute whether what a campaign shows differs from what is published,
and starts `python -m app publish` where it does. A lock in the store sees to it that one runs at a time.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Self

from app.adapters.jobs import background, environment
from app.adapters.store import Store
from app.core.config import Campaigns, Settings
from app.core.errors import CollagenError, StoreUnavailable
from app.services.collage.withdrawn import Withdrawn
from app.services.face.newest import Newest
from app.services.publish.current import Standing, is_due, standing

EVERY = 30.0  # seconds


class Keeping:
    """Creating one touches nothing and starts nothing. `clock`: seconds since 1970."""

    def __init__(
        self, settings: Settings, store: Store, campaigns: Campaigns, newest: Newest, clock: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._store = store
        self._newest = newest
        self._clock = clock
        self._rules = [rules for rules in campaigns.values() if rules.public and rules.publish is not None]
        self._closed = threading.Event()

    @classmethod
    def of(cls, settings: Settings, store: Store, campaigns: Campaigns) -> Self:
        return cls(settings, store, campaigns, Newest(store, Withdrawn(store)), time.time)

    def start(self) -> None:
        """Looks regularly, until closed or the process ends."""
        if self._rules:
            threading.Thread(target=self._go_on, name="publishing", daemon=True).start()

    def close(self) -> None:
        self._closed.set()

    @property
    def campaigns(self) -> list[str]:
        """The campaigns that are published."""
        return [rules.name for rules in self._rules]

    def standing(self, campaign: str) -> Standing | None:
        """How far a campaign's publication is; None if it is not published. Raises StoreUnavailable."""
        rules = next((rules for rules in self._rules if rules.name == campaign), None)
        if rules is None or rules.publish is None:
            return None
        return standing(self._store.published.noted(campaign), self._newest.of(campaign), rules.publish)

    def look(self) -> list[str]:
        """Starts the publications that are due; returns the campaigns. What fails is tried again the next time."""
        started = []
        for rules in self._rules:
            try:
                found = self.standing(rules.name)
                if found is not None and is_due(found, self._clock()) and self._start(rules.name):
                    started.append(rules.name)
            except StoreUnavailable:
                continue
        return started

    def _start(self, campaign: str) -> bool:
        """Starts it, unless one is running: the job inherits the lock, which is free once it ends."""
        place = self._store.published.place(campaign)
        if place is None:
            return False
        try:
            background.start(
                ["app", "publish", campaign],
                f"to publish {campaign}",
                locks=[place],
                environ=environment.bare(_needed(self._settings)),
            )
        finally:
            os.close(place)
        return True

    def _go_on(self) -> None:
        while not self._closed.wait(EVERY):
            try:
                self.look()
            except CollagenError:
                continue


def _needed(settings: Settings) -> Mapping[str, str]:
    """The settings that a publication needs, and what boto3 looks for."""
    names = ("COLLAGEN_STORE", "COLLAGEN_CAMPAIGNS", "COLLAGEN_PUBLIC_URL", "COLLAGEN_LOG")
    own = {name: value for name, value in settings.environment().items() if name in names}
    return own | {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
