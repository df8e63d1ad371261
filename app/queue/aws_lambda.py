"""The AWS Lambda handler `app.queue.aws_lambda.handle`, with ReportBatchItemFailures
(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).

Everything is created at the first call: loading the module does nothing, and a wrong setting fails the call, not the
start. Only /tmp is writable, and Python finds it by itself; leave TMPDIR unset, or point it there.
"""

import functools
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from app.core import limits
from app.core.logging import configure

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


class Context(Protocol):
    """Lambda's context of a call."""

    def get_remaining_time_in_millis(self) -> int: ...


def handle(event: Mapping[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Handles a batch of SQS records; returns those that have to come back.

    Raises SettingError, which returns the whole batch to the queue.
    """
    done = _handler()

    def outcome(record: Mapping[str, Any]) -> bool | None:
        """Whether the record is finished; None if there was no time to start it."""
        return done(record) if context.get_remaining_time_in_millis() >= SECONDS * 1000 else None

    records = event["Records"]
    with ThreadPoolExecutor(THREADS, thread_name_prefix="record") as threads:
        outcomes = list(threads.map(outcome, records))
    if None in outcomes:
        LOG.warning(
            "%d of %d records come back without having been started: one needs %d s; raise Lambda's timeout.",
            *(outcomes.count(None), len(records), SECONDS),
        )
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]} for record, done in zip(records, outcomes, strict=True) if not done
        ]
    }


@functools.cache
def _handler() -> Callable[[Mapping[str, Any]], bool]:
    """The function that handles a record of the event and returns whether it is finished. Raises SettingError."""
    os.environ.update(limits.IMAGEMAGICK)  # before anything loads ImageMagick

    from app.adapters.exiftool import ExifTool
    from app.core.config import load_settings
    from app.queue.records import Handler, from_event

    settings = load_settings()
    configure(settings.log, force=True)  # Lambda has a handler of its own
    handler = Handler.of(settings, ExifTool(), _sync_later)

    def done(record: Mapping[str, Any]) -> bool:
        return handler.handle(from_event(record)).again is None

    return done


def _sync_later(campaigns: Sequence[str]) -> None:
    """No process outlives a Lambda call."""
    LOG.warning("The hourly sync will bring the photos of %s.", ", ".join(campaigns))
