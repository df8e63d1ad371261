"""`Stream`: requests that continue while something is done to the service, and their results."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

AT_ONCE = 4
PAUSE = 0.1  # seconds between two requests of one thread


@dataclass
class Stream:
    """`failed`: wrong answers; `longest`: seconds of the slowest answer."""

    answered: int = 0
    longest: float = 0.0
    failed: list[str] = field(default_factory=list)

    @contextmanager
    def running(self, addresses: Sequence[str], auth: tuple[str, str]) -> Iterator[None]:
        """Requests these in turn, from several threads, until the block ends."""
        over, lock = threading.Event(), threading.Lock()

        def ask(number: int) -> None:
            while not over.wait(PAUSE):
                number += 1
                address, started, said = addresses[number % len(addresses)], time.monotonic(), ""
                try:
                    answer = requests.get(address, auth=auth, timeout=120)
                    said = "" if answer.status_code == 200 else f"{answer.status_code} {answer.text[:80]}"
                except requests.RequestException as error:
                    said = type(error).__name__
                with lock:
                    self.answered += 1
                    self.longest = max(self.longest, time.monotonic() - started)
                    self.failed += [f"{address}: {said}"] if said else []

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        try:
            time.sleep(1)
            yield
            time.sleep(1)
        finally:
            over.set()
            for thread in threads:
                thread.join()
