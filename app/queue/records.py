"""One record: a notification that waited in the queue, as the gateway got it, and what becomes of it.

How old its signature is counts from when the gateway got it, not from now: it may have waited for hours.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from app.adapters.cloudinary import verify
from app.adapters.exiftool import ExifTool
from app.adapters.sqs import Message
from app.adapters.store import Store
from app.core import errors, metrics
from app.core.config import Settings, load_campaigns
from app.core.logging import request_context
from app.queue.received import received_at
from app.services.intake import Intake

LOG = logging.getLogger(__name__)
AGAIN = 60  # seconds until another try, where the error does not say

# What becomes of a record on which this was raised. "drop": it is acknowledged and logged, for it would fail again.
# SettingError: once it is mended, the same record succeeds.
VERDICT: dict[type[errors.CollagenError], Literal["drop", "again"]] = {
    errors.SettingError: "again",
    errors.BadSignature: "drop",
    errors.BadNotification: "drop",
    errors.BadPublicId: "drop",
    errors.PictureError: "drop",
    errors.NotFound: "drop",
    errors.BadParameters: "drop",
    errors.BuildFailed: "drop",
    errors.CollageUnsound: "drop",
    errors.CloudinaryUnavailable: "again",
    errors.StoreUnavailable: "again",
    errors.ExifToolFailed: "again",
    errors.DecoderFailed: "again",
    errors.PhotoBusy: "again",
    errors.WebhooksBusy: "again",
    errors.SyncInProgress: "again",
    errors.CollageInProgress: "again",
    errors.NotifyInProgress: "again",
    errors.MailUnavailable: "again",
    errors.QueueUnavailable: "again",
}


@dataclass(frozen=True)
class Record:
    """A notification: its body and Cloudinary's headers, byte for byte.

    `sent`: when SQS got the message, in seconds since 1970. `stamp`: the attribute `Received` of a redrive, or "".
    """

    id: str
    body: str
    timestamp: str
    signature: str
    request_id: str
    sent: float
    stamp: str = ""

    def received(self, secrets: Sequence[str]) -> float:
        """When the gateway got it, in seconds since 1970. `secrets`: those of the webhooks."""
        return received_at(self.stamp, self.sent, self.body, self.timestamp, self.signature, secrets)


@dataclass(frozen=True)
class Verdict:
    """`again`: in how many seconds the record should come back; None: it is done with."""

    word: Literal["done", "drop", "again"]
    again: int | None = None


def from_message(message: Message) -> Record:
    """Pure."""
    return _record(message.id, message.body, message.sent, message.attributes)


def from_event(given: Mapping[str, Any]) -> Record:
    """From one of a Lambda event's `Records` (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). Pure."""
    attributes = {name: str(value.get("stringValue", "")) for name, value in given["messageAttributes"].items()}
    return _record(given["messageId"], given["body"], int(given["attributes"]["SentTimestamp"]) / 1000, attributes)


def _record(identity: str, body: str, sent: float, attributes: Mapping[str, str]) -> Record:
    return Record(
        identity,
        body,
        attributes.get("X-Cld-Timestamp", ""),
        attributes.get("X-Cld-Signature", ""),
        attributes.get("X-Request-ID") or identity,
        sent,
        attributes.get("Received", ""),
    )


class Handler:
    """Handles records, many at once. `sync` starts a sync of these campaigns, or sees to it that there will be one."""

    def __init__(self, settings: Settings, intake: Intake, sync: Callable[[Sequence[str]], None]) -> None:
        self._settings = settings
        self._intake = intake
        self._sync = sync

    @classmethod
    def of(cls, settings: Settings, exiftool: ExifTool, sync: Callable[[Sequence[str]], None]) -> Self:
        """That of a process that starts. Raises SettingError as `Intake.of` does."""
        campaigns = load_campaigns(settings.campaigns_file)
        return cls(settings, Intake.of(settings, campaigns, Store(settings.store), exiftool), sync)

    def handle(self, record: Record) -> Verdict:
        """Makes the store agree about the photos that a record names. Raises nothing; the log says how it went."""
        with request_context(record.request_id):
            try:
                body = record.body.encode("utf-8", "surrogatepass")  # what is no text was not signed either
                secrets, algorithms = self._settings.webhook_secrets, self._settings.signatures
                then = record.received(secrets)
                verify(body, record.timestamp, record.signature, secrets, then, algorithms=algorithms)
                received = self._intake.receive(body, int(record.timestamp))
                if received.syncs:
                    self._sync(received.syncs)
            except errors.CollagenError as error:
                if isinstance(error, errors.BadSignature):  # all others are counted where they come in
                    metrics.notification("refused")
                return self._failed(error)
            except Exception as error:
                return _unexpected(error)
            if received.syncs:
                LOG.info("A folder was renamed or moved: sync of %s.", ", ".join(received.syncs))
            elif not received.outcomes:
                LOG.info("The notification: ignored, it names no photo.")
            return Verdict("done")

    def _failed(self, error: errors.CollagenError) -> Verdict:
        kind, said = type(error).__name__, errors.nameless(self._settings.without_paths(error))
        if VERDICT[type(error)] == "drop":
            LOG.warning("Dropped for good, %s: %s", kind, said)
            return Verdict("drop")
        after = error.retry_after if isinstance(error, errors.Retryable) else AGAIN
        LOG.warning("Comes back in %d s, %s: %s", after, kind, said)
        return Verdict("again", after)


def _unexpected(error: Exception) -> Verdict:
    LOG.error("Comes back in %d s, it failed unexpectedly: %s", AGAIN, errors.where(error))
    return Verdict("again", AGAIN)
