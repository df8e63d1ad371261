"""Processes several photos at once, with results in order; stops if everything fails."""

import contextvars
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from app.core.errors import CollagenError, where
from app.services.processor.decision import Outcome
from app.services.reconcile.budget import Budget
from app.services.reconcile.plan import Work

LOG = logging.getLogger(__name__)

THREADS = 4  # photos mostly wait for Cloudinary; only one is decoded at a time (see app.services.processor.processor)
AHEAD = 2 * THREADS  # photos started before the oldest is done
IN_A_ROW = 20  # failures before checking whether anything works at all


@dataclass(frozen=True)
class Failure:
    """Why a photo could not be processed. `retryable`: whether a retry may help."""

    reason: str
    retryable: bool
    error: CollagenError | None = None


class Workers:
    """`act` processes one photo with one call of the Admin API.

    `probe` gets each failure with the number of failures in a row, and raises if there is no point in continuing.
    `idle` is called at least once a second while waiting for a result.
    """

    def __init__(
        self,
        budget: Budget,
        act: Callable[[Work], Outcome],
        probe: Callable[[CollagenError, int], None],
        idle: Callable[[], None],
    ) -> None:
        self._budget = budget
        self._act = act
        self._probe = probe
        self._idle = idle
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="sync")
        self._failures = 0

    def work_off(self, work: Sequence[Work]) -> Iterator[tuple[Work, Outcome | Failure]]:
        """The result of each, in order."""
        begun: deque[tuple[Work, Future[Outcome | Failure]]] = deque()
        rest = iter(work)
        while True:
            while len(begun) < AHEAD and (one := next(rest, None)) is not None:
                # with this thread's context, such as the ID of the run
                begun.append((one, self._pool.submit(contextvars.copy_context().run, self._attempt, one)))
            if not begun:
                return
            one, future = begun.popleft()
            while not wait([future], timeout=1).done:
                self._idle()
            result = future.result()
            self._failures = self._failures + 1 if isinstance(result, Failure) else 0
            if isinstance(result, Failure) and result.error is not None:
                self._probe(result.error, self._failures)
            yield one, result

    def _attempt(self, one: Work) -> Outcome | Failure:
        try:
            return self._budget.spend(lambda: self._act(one))
        except CollagenError as error:
            return Failure(str(error), error.retryable, error)
        except Exception as error:  # one unforeseen photo must not block the others
            LOG.error("The photo %s failed unexpectedly: %s", one.hint.public_id, where(error))  # noqa: TRY400
            return Failure(f"failed unexpectedly ({type(error).__name__}); the sync's output says more", False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._budget.end()
        self._pool.shutdown(cancel_futures=True)
