"""How far workers are behind with looks: what the queue says, asked now and then."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from app.adapters.sqs import Queue
from app.core.config import Settings
from app.core.errors import CollagenError

LOG = logging.getLogger(__name__)
KEPT = 30.0  # seconds; monitoring asks often, and each answer takes two calls


@dataclass(frozen=True)
class Backlog:
    """About how many messages wait or are in progress, and how many have failed: those in the dead-letter queue."""

    waiting: int
    failed: int


@dataclass(frozen=True)
class State:
    """`backlog`: None while the queue does not answer; `problem` then says so in one sentence for the public."""

    backlog: Backlog | None
    problem: str = ""


class LooksQueue:
    """The queues of looks as admins and monitoring see it. Threads may share it. `clock`: seconds, monotonic."""

    def __init__(self, *urls: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        """`urls`: of the queues, which are counted together."""
        self._urls = [url for url in urls if url]
        self._clock = clock
        self._turn = threading.Lock()
        self._known: State | None = None
        self._until = float("-inf")

    @classmethod
    def of(cls, settings: Settings) -> "LooksQueue":
        return cls(settings.looks_queue, settings.styles_queue)

    def state(self) -> State | None:
        """What is known, at most `KEPT` seconds old; None if no queue is set. Never raises."""
        if not self._urls:
            return None
        with self._turn:  # others wait while one asks
            if self._known is None or self._clock() >= self._until:
                self._known = self._asked()
                self._until = self._clock() + KEPT
            return self._known

    def _asked(self) -> State:
        try:
            counts = [(queue.count(), dead.count()) for queue, dead in self._queues]
            return State(Backlog(*(sum(numbers) for numbers in zip(*counts, strict=True))))
        except CollagenError as error:
            LOG.warning("The queue of looks: %s", error)
            return State(None, error.public)

    @cached_property
    def _queues(self) -> list[tuple[Queue, Queue]]:
        """Each queue with its dead-letter queue."""
        return [(queue, queue.dead_letters()) for queue in (Queue(url, hurried=True) for url in self._urls)]
