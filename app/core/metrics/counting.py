"""A function for each event to count.

The metrics are created at the first count. Counting never fails: errors are logged, and the work goes on.
"""

import contextlib
import functools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import ParamSpec

import prometheus_client
from prometheus_client import values

from app.core.metrics import slots
from app.core.metrics.definitions import Built, Counted, Mailed, Notified, Opened, Stage

P = ParamSpec("P")

LOG = logging.getLogger(__name__)
_first = threading.Lock()


def counted() -> Counted:
    """The metrics of this process."""
    with _first:
        return _made()


@functools.cache
def _made() -> Counted:
    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series each, with its start time
    if slots.directory() is not None:
        try:
            # for all metrics created from now on: the library offers no other way
            values.ValueClass = values.MultiProcessValue(slots.Slot())  # type: ignore[no-untyped-call]
            return Counted()
        except OSError as error:
            LOG.warning("The counts of this process are not shown: %s: %s", slots.VARIABLE, error.strerror)
    values.ValueClass = values.MutexValue
    return Counted()


def _safe(count: Callable[P, None]) -> Callable[P, None]:
    @functools.wraps(count)
    def safely(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            count(*args, **kwargs)
        except (OSError, ValueError) as error:
            _warn_once(type(error).__name__)

    return safely


@functools.cache
def _warn_once(what: str) -> None:
    LOG.warning("Something was not counted, and more may be missing: %s", what)


@_safe
def begin() -> None:
    """Creates the metrics of this process, so that they show before anything is counted."""
    counted()


@_safe
def notification(outcome: Notified) -> None:
    """A notification was handled."""
    counted().notifications.labels(outcome).inc()


@contextlib.contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Times the block as this stage of a photo, even if it fails."""
    started = time.perf_counter()
    try:
        yield
    finally:
        _staged(name, time.perf_counter() - started)


@_safe
def _staged(name: Stage, seconds: float) -> None:
    counted().stages.labels(name).observe(seconds)


@_safe
def build(outcome: Built, seconds: float) -> None:
    """The build of a collage has ended."""
    counted().builds.labels(outcome).observe(seconds)


@_safe
def mail(outcome: Mailed) -> None:
    """An attempt to send a mail has ended."""
    counted().mails.labels(outcome).inc()


@_safe
def opened(kind: Opened) -> None:
    """An open was recorded."""
    counted().opens.labels(kind).inc()


@_safe
def answered(route: str, status: int, seconds: float) -> None:
    """A request was answered. `route`: an existing route, or "none"."""
    made = counted()
    made.requests.labels(route, status).inc()
    made.answers.labels(route).observe(seconds)


@_safe
def called() -> None:
    """The Admin API was called."""
    counted().calls.inc()


@_safe
def standing(left: int, limit: int | None, reset: float) -> None:
    """What Cloudinary says about its limit. `reset`: seconds since 1970."""
    made = counted()
    made.calls_left.set(left)
    made.calls_reset.set(reset)
    if limit is not None:
        made.calls_limit.set(limit)
