"""Reading many files: in threads where that means waiting, as on a network file system, else one after another.

Files in memory are read faster by one thread: several of them hand Python's lock to and fro.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

SAMPLE = 4  # items that are tried first
WAITING = 0.0005  # seconds of waiting for each of them from which threads are worth it
TURN = 16  # items at most that a thread takes at once

T = TypeVar("T")
R = TypeVar("R")


def ahead(function: Callable[[T], R], items: Sequence[T], threads: int) -> Iterator[R]:
    """`function` of each item, in order; in so many threads if the first few were mostly waiting."""
    waited = 0.0
    for item in items[:SAMPLE]:
        began, busy = time.perf_counter(), time.thread_time()
        result = function(item)
        waited += time.perf_counter() - began - (time.thread_time() - busy)
        yield result
    rest = items[SAMPLE:]
    if waited < WAITING * SAMPLE:
        yield from map(function, rest)
        return
    turn = max(1, min(TURN, len(rest) // threads))
    turns = [rest[at : at + turn] for at in range(0, len(rest), turn)]
    with ThreadPoolExecutor(threads) as pool:
        for results in pool.map(lambda several: [function(one) for one in several], turns):
            yield from results
