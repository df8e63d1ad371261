"""Takes messages from the queue and handles several in parallel, until asked to stop.

Nothing is lost however the worker ends: a message is deleted only once the store is right, and otherwise reappears.
While it is handled its visibility timeout is extended, so nobody else gets it. If that fails, another worker may get it
too: both end in the same place.
"""

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from app.adapters.sqs import Message, Queue
from app.core import limits
from app.core.errors import CollagenError, QueueUnavailable, where
from app.core.logging import request_context
from app.core.shutdown import STEP, Shutdown
from app.queue.verdict import Verdict

LOG = logging.getLogger(__name__)
THREADS = 8  # as many as one gunicorn process has
VISIBILITY = 60  # seconds until messages held by a killed worker reappear
LONGEST_PAUSE = 60  # seconds, while SQS cannot be reached


@dataclass
class _InHand:
    message: Message
    due: float  # when to extend its timeout, by the monotonic clock


class Worker:
    """`handle` must not raise. `visibility`: whole seconds; `poll`: seconds that SQS waits for a message."""

    def __init__(
        self,
        queue: Queue,
        handle: Callable[[Message], Verdict],
        stopping: Shutdown,
        *,
        threads: int = THREADS,
        visibility: int = VISIBILITY,
        poll: int = limits.POLL_SECONDS,
    ) -> None:
        self._queue = queue
        self._handle = handle
        self._stopping = stopping
        self._threads = threads
        self._visibility = visibility
        self._poll = poll
        self._accepted: SimpleQueue[Message] = SimpleQueue()
        self._changed = threading.Condition()
        self._in_hand: dict[str, _InHand] = {}  # by receipt; never more than there are threads
        self._failed: BaseException | None = None
        self.words: Counter[str] = Counter()  # of the verdicts

    def run(self) -> None:
        """Returns once asked to stop, with nothing in hand and the last receive answered by SQS.

        Raises SettingError.
        """
        for work in (self._serve,) * self._threads + (self._keep,):
            threading.Thread(target=work, daemon=True).start()
        receiving = threading.Thread(target=self._receive, daemon=True)
        receiving.start()
        while receiving.is_alive() and not self._stopping():
            receiving.join(STEP)
        # SQS would still hand a message to an abandoned receive, where it would be stuck until its timeout.
        patience = time.monotonic() + self._poll + limits.SQS_SECONDS
        with self._changed:
            LOG.info("Stopping, once SQS has answered and what is in hand is done: %d.", len(self._in_hand))
            while self._in_hand or (receiving.is_alive() and time.monotonic() < patience):
                self._changed.wait(STEP)
        if self._failed is not None:
            raise self._failed

    def _receive(self) -> None:
        pause = 0
        try:
            while room := self._room():
                try:
                    messages = self._queue.receive(room, self._visibility, self._poll)
                except QueueUnavailable as error:
                    if not pause:
                        LOG.warning("%s Retrying until it succeeds.", error)
                    pause = min(2 * pause or 1, LONGEST_PAUSE)
                    self._stopping.sleep(pause)
                    continue
                if pause:
                    LOG.info("The queue answers again.")
                    pause = 0
                for message in messages:
                    self._take(message)
        except BaseException as error:
            self._failed = error

    def _room(self) -> int:
        """How many messages can be started now, at least one; 0 if it should stop."""
        with self._changed:
            while not self._stopping():
                if len(self._in_hand) < self._threads:
                    return self._threads - len(self._in_hand)
                self._changed.wait(STEP)
        return 0

    def _take(self, message: Message) -> None:
        with self._changed:
            accept = not self._stopping()
            if accept:
                self._in_hand[message.receipt] = _InHand(message, self._next())
        if accept:
            self._accepted.put(message)
        else:
            self._update("given back", message, self._queue.hide, 0)

    def _serve(self) -> None:
        while True:
            message = self._accepted.get()
            verdict = self._handle(message)
            with self._changed:
                self._in_hand[message.receipt].due = math.inf
            if verdict.again is None:
                self._update("acknowledged", message, self._queue.delete)
            else:
                self._update("given back", message, self._queue.hide, verdict.again)
            with self._changed:
                self.words[verdict.word] += 1
                del self._in_hand[message.receipt]
                self._changed.notify_all()

    def _keep(self) -> None:
        """Extends the timeout of messages in hand."""
        while True:
            time.sleep(self._visibility / 6)
            with self._changed:
                late = [held for held in self._in_hand.values() if held.due <= time.monotonic()]
                for held in late:
                    held.due = self._next()
            for held in late:
                self._update("kept", held.message, self._queue.hide, self._visibility)

    def _next(self) -> float:
        """When to extend the timeout next: early enough for a second attempt."""
        return time.monotonic() + self._visibility / 3

    def _update(self, what: str, message: Message, call: Callable[..., bool], *arguments: int) -> None:
        """Updates a message in SQS. If that fails the message comes again, which costs a call and changes nothing."""
        reason = ""
        try:
            if call(message, *arguments):
                return
        except CollagenError as error:
            reason = f" {error}"
        except Exception as error:
            reason = f" {where(error)}"
        with request_context(message.request_id):
            LOG.warning("Could not be %s, and may be handled once more, which changes nothing.%s", what, reason)
