"""The AWS Lambda handlers `handle`, for notifications, and `make`, for looks: app.queue.aws_lambda.handle, with
ReportBatchItemFailures (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).

Everything is created at the first call: loading the module does nothing, and a wrong setting fails the call, not the
start. Only /tmp is writable, and Python finds it by itself; leave TMPDIR unset, or point it there.
"""

import functools
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from app.core import limits
from app.core.logging import configure

if TYPE_CHECKING:
    from app.core.config import Settings

LOG = logging.getLogger(__name__)
THREADS = 8  # records in parallel; each mostly waits for Cloudinary
# The longest that one record may take. A record is only started with that much time left: Lambda could freeze it in the
# middle, and its photo would stay locked until the next call.
SECONDS = (
    limits.LOCK_SECONDS
    + limits.BURST_SECONDS
    + limits.API_SECONDS
    + limits.DOWNLOAD_SECONDS
    + limits.DECODER_SECONDS
    + limits.EXIFTOOL_SECONDS
)
LOOK_SECONDS = 200  # the same for a look: it may wait for another process that makes it, and for a model that hangs


class Context(Protocol):
    """Lambda's context of a call."""

    def get_remaining_time_in_millis(self) -> int: ...


def handle(event: Mapping[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Handles a batch of notifications; returns those that have to come back.

    Raises SettingError, which returns the whole batch to the queue.
    """
    return _batch(event, context, _notifications(), SECONDS, THREADS)


def make(event: Mapping[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Makes a batch of looks, one after another, for a function runs one model. Returns and raises as `handle`."""
    return _batch(event, context, _looks(), LOOK_SECONDS, 1)


def _batch(
    event: Mapping[str, Any], context: Context, done: Callable[[Mapping[str, Any]], bool], seconds: int, at_once: int
) -> dict[str, list[dict[str, str]]]:
    def outcome(record: Mapping[str, Any]) -> bool | None:
        """Whether the record is finished; None if there was no time to start it."""
        return done(record) if context.get_remaining_time_in_millis() >= seconds * 1000 else None

    records = event["Records"]
    with ThreadPoolExecutor(at_once, thread_name_prefix="record") as threads:
        outcomes = list(threads.map(outcome, records))
    if None in outcomes:
        LOG.warning(
            "%d of %d records come back without having been started: one needs %d s; raise Lambda's timeout.",
            *(outcomes.count(None), len(records), seconds),
        )
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]} for record, done in zip(records, outcomes, strict=True) if not done
        ]
    }


@functools.cache
def _notifications() -> Callable[[Mapping[str, Any]], bool]:
    """The function that handles a record of the event and returns whether it is finished. Raises SettingError."""
    from app.adapters.exiftool import ExifTool
    from app.queue.records import Handler, from_event

    handler = Handler.of(_settings(), ExifTool(), _sync_later)
    return lambda record: handler.handle(from_event(record)).again is None


@functools.cache
def _looks() -> Callable[[Mapping[str, Any]], bool]:
    """As `_notifications`, for orders of looks."""
    from app.queue.looks import Handler, from_event

    handler = Handler.of(_settings())
    return lambda record: handler.handle(from_event(record)).again is None


def _settings() -> "Settings":
    os.environ.update(limits.IMAGEMAGICK)  # before anything loads ImageMagick

    from app.core.config import load_settings

    settings = load_settings()
    configure(settings.log, force=True)  # Lambda has a handler of its own
    return settings


def _sync_later(campaigns: Sequence[str]) -> None:
    """No process outlives a Lambda call."""
    LOG.warning("The hourly sync will bring the photos of %s.", ", ".join(campaigns))
