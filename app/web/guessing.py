"""Slows down whoever guesses passwords.

After a few wrong ones, an address has to wait, twice as long after each further one; until then its passwords are not
even looked at. Kept in each worker's memory: with four workers a guesser gets four times as many tries, and then waits
as long.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

FREE_TRIES = 10
FIRST_WAIT = 2.0  # seconds, doubled with each further wrong password
LONGEST_WAIT = 600.0
REMEMBERED = 4096  # addresses; the longest unseen are forgotten first


class Guesses:
    """Wrong passwords by the address they came from. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until the next password from `address` is looked at; 0 where it is now."""
        with self._lock:
            count, last = self._wrong.get(address, (0, 0.0))
        if count < FREE_TRIES:
            return 0.0
        penalty = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(count - FREE_TRIES, 32))
        return max(0.0, last + penalty - self._clock())

    def wrong(self, address: str) -> None:
        """Remembers a wrong password."""
        with self._lock:
            count, _ = self._wrong.pop(address, (0, 0.0))
            self._wrong[address] = (count + 1, self._clock())
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Forgets the wrong ones before a right one."""
        with self._lock:
            self._wrong.pop(address, None)
