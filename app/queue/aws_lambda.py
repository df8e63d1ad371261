"""AWS Lambda's way in: `app.queue.aws_lambda.handle`, with ReportBatchItemFailures
(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).

Everything that it works with is made at the first call: loading the module does nothing, and a setting that is wrong
fails the call and not the start. Of the disk only /tmp can be written, where Python looks for a place by itself; keep
TMPDIR unset, or on that.
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
THREADS = 8  # records side by side; each mostly waits for Cloudinary
# What one record may take. A record is only begun where so much time is left: one that Lambda freezes in the middle
# would keep its photo's lock until the next call.
SECONDS = (
    limits.LOCK_SECONDS
    + limits.BURST_SECONDS
    + limits.API_SECONDS
    + limits.DOWNLOAD_SECONDS
    + limits.DECODER_SECONDS
    + limits.EXIFTOOL_SECONDS
)


class Context(Protocol):
    """What Lambda says about a call."""

    def get_remaining_time_in_millis(self) -> int: ...


def handle(event: Mapping[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Handles a batch of SQS records; names those that have to come back.

    Raises SettingError, and then the whole batch comes back.
    """
    done = _handler()

    def outcome(record: Mapping[str, Any]) -> bool | None:
        """Whether it is done with; None where there was no time to begin."""
        return done(record) if context.get_remaining_time_in_millis() >= SECONDS * 1000 else None

    records = event["Records"]
    with ThreadPoolExecutor(THREADS, thread_name_prefix="record") as threads:
        outcomes = list(threads.map(outcome, records))
    if None in outcomes:
        LOG.warning(
            "%d of %d records come back without having been begun: a call needs %d s for one, raise Lambda's timeout.",
            *(outcomes.count(None), len(records), SECONDS),
        )
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]} for record, done in zip(records, outcomes, strict=True) if not done
        ]
    }


@functools.cache
def _handler() -> Callable[[Mapping[str, Any]], bool]:
    """What says of a record of the event whether it is done with. Raises SettingError."""
    os.environ.update(limits.IMAGEMAGICK)  # before anything loads ImageMagick

    from app.adapters.exiftool import ExifTool
    from app.core.config import load_settings
    from app.queue.records import Handler, from_event

    settings = load_settings()
    configure(settings.log, force=True)  # Lambda has a handler of its own
    handler = Handler.of(settings, ExifTool(), _sync_later)

    def done(given: Mapping[str, Any]) -> bool:
        return handler.handle(from_event(given)).again is None

    return done


def _sync_later(campaigns: Sequence[str]) -> None:
    """No process outlives a call of Lambda's."""
    LOG.warning("The hourly sync will bring the photos of %s.", ", ".join(campaigns))
