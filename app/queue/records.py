"""Handles one record: a notification that waited in the queue, as the gateway received it.

The age of its signature is measured at the time the gateway received it, not now: it may have waited for hours.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from app.adapters.cloudinary import verify
from app.adapters.exiftool import ExifTool
from app.adapters.sqs import Message
from app.adapters.store import Store
from app.core import errors, metrics
from app.core.config import Settings, load_campaigns
from app.core.logging import Once, request_context
from app.queue.received import received_at
from app.queue.verdict import Verdict, told, unexpected, verdict
from app.services.intake import Intake

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Record:
    """A notification: its body and Cloudinary's headers, byte for byte.

    `sent`: when SQS received the message, in seconds since 1970. `stamp`: the attribute `Received` that a redrive adds,
    or "".
    """

    id: str
    body: str
    timestamp: str
    signature: str
    request_id: str
    sent: float
    stamp: str = ""

    def received(self, secrets: Sequence[str]) -> float:
        """When the gateway received it, in seconds since 1970. `secrets`: the webhook secrets."""
        return received_at(self.stamp, self.sent, self.body, self.timestamp, self.signature, secrets)


def from_message(message: Message) -> Record:
    """Pure."""
    return _record(message.id, message.body, message.sent, message.attributes)


def from_event(entry: Mapping[str, Any]) -> Record:
    """From one of a Lambda event's `Records` (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). Pure."""
    attributes = {name: str(value.get("stringValue", "")) for name, value in entry["messageAttributes"].items()}
    return _record(entry["messageId"], entry["body"], int(entry["attributes"]["SentTimestamp"]) / 1000, attributes)


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
    """Handles records; thread-safe. `sync` starts a sync of the named campaigns, or makes sure that one will run."""

    def __init__(self, settings: Settings, intake: Intake, sync: Callable[[Sequence[str]], None]) -> None:
        self._settings = settings
        self._intake = intake
        self._sync = sync
        self._once = Once()

    @classmethod
    def of(cls, settings: Settings, exiftool: ExifTool, sync: Callable[[Sequence[str]], None]) -> Self:
        """For a process that starts. Raises SettingError as `Intake.of` does."""
        campaigns = load_campaigns(settings.campaigns_file)
        return cls(settings, Intake.of(settings, campaigns, Store(settings.store), exiftool), sync)

    def handle(self, record: Record) -> Verdict:
        """Brings the photos that a record names up to date in the store. Never raises; the outcome is in the log."""
        with request_context(record.request_id):
            try:
                body = record.body.encode("utf-8", "surrogatepass")  # what is not text was not signed either
                secrets, algorithms = self._settings.webhook_secrets, self._settings.signatures
                then = record.received(secrets)
                verify(body, record.timestamp, record.signature, secrets, then, algorithms=algorithms)
                received = self._intake.receive(body, int(record.timestamp))
                if received.syncs:
                    self._sync(received.syncs)
            except errors.CollagenError as error:
                if isinstance(error, errors.BadSignature):  # Intake counts all others
                    metrics.notification("refused")
                return self._failed(error)
            except Exception as error:
                return unexpected(error)
            if received.syncs:
                LOG.info("A folder was renamed or moved: sync of %s.", ", ".join(received.syncs))
            elif not received.outcomes:
                LOG.info("The notification: ignored, it names no photo.")
            return Verdict("done")

    def _failed(self, error: errors.CollagenError) -> Verdict:
        answer = verdict(error)
        if error.by_trigger and not self._once.is_new(errors.nameless(self._settings.without_paths(error))):
            return answer
        return told(error, answer, self._settings)
