"""Keeps a sync within Cloudinary's hourly limit of calls, with a reserve for webhooks."""

import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from app.core.errors import CloudinaryUnavailable
from app.core.sources import Meter, Standing

T = TypeVar("T")

MARGIN = 0.05  # of an hour's calls are reserved for webhooks: 25 of 500, 100 of 2000
LONGEST = 3600  # seconds; never wait longer for an hourly limit
ASK_AGAIN = 60  # seconds after a refusal, in case the limit was raised or the clocks differ


def seconds_to_wait(standing: Standing, under_way: int, now: float) -> float:
    """How long to wait before the next call; 0 if there is one to spend. Pure."""
    if standing.left is None or standing.reset is None or now > standing.reset + 1:
        return 0  # nothing is known about this hour: the next answer says
    if standing.left - under_way > math.ceil(MARGIN * (standing.limit or 0)):
        return 0
    # the reset comes in whole seconds
    return min(LONGEST, standing.reset + 1.1 - now)


class Budget:
    """Lets calls pass while there are any to spend, else makes them wait. Thread-safe.

    `say` is called once for each wait, with its end. `clock` is time.time.
    """

    def __init__(
        self,
        quota: Meter,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._quota = quota
        self._say = say
        self._clock = clock
        self._ended = threading.Event()
        self._turn = threading.Lock()  # held while waiting, so that all others queue up
        self._counting = threading.Lock()
        self._under_way = 0
        self._said: float | None = None

    def spend(self, call: Callable[[], T]) -> T:
        """Makes `call`, which calls the Admin API once; again after the reset if the limit is reached."""
        while True:
            self._wait()
            try:
                return call()
            except CloudinaryUnavailable as error:
                if not error.limit_reached:
                    raise
            finally:
                with self._counting:
                    self._under_way -= 1

    def end(self) -> None:
        """Ends all waits, and lets no more begin."""
        self._ended.set()

    def _wait(self) -> None:
        with self._turn:
            while (seconds := seconds_to_wait(self._quota.standing, self._under_way, self._clock())) > 0:
                self._announce(seconds)
                if self._ended.wait(min(seconds, ASK_AGAIN)):
                    raise CloudinaryUnavailable("The sync was ended while it waited for the hourly limit.")
                if self._quota.standing.refused:
                    break
            with self._counting:
                self._under_way += 1

    def _announce(self, seconds: float) -> None:
        standing = self._quota.standing
        if self._said is not None and self._clock() < self._said:
            return
        self._said = self._clock() + seconds
        moment = datetime.fromtimestamp(self._said, UTC)
        why = "Cloudinary's limit of calls is reached"
        if standing.limit is not None:
            why = (
                f"Cloudinary's hourly limit of calls is nearly used up ({standing.left} of {standing.limit} left, which"
                " are kept for webhooks)"
            )
        self._say(f"{why}: going on at {moment:%H:%M:%S} UTC")
