"""Brings dead letters back to the queue, one by one, once the cause of their failure is fixed.

In the dead-letter queue (of a standard queue) a message keeps the time at which it was first sent
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html),
but sending it again makes a new one. AWS's own redrive loses that time, so signatures would look too old.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from app.adapters.sqs import MOST, Message, Queue
from app.core.shutdown import Shutdown
from app.queue.received import stamp
from app.queue.records import from_message

VISIBILITY = 60  # seconds until messages held by a killed redrive reappear
PATIENCE = 2  # seconds; without waiting SQS asks only some of its servers, and may miss messages

Attributes = Callable[[Message], Mapping[str, str]]


def redrive(queue: Queue, dead: Queue, attributes: Attributes, stopping: Shutdown, show: Callable[[int], None]) -> int:
    """Returns how many were brought back; calls `show` after each. `attributes`: those that a message is to have.

    Each message is sent before it is deleted: if interrupted in between it is in both queues and handled twice, which
    changes nothing. Messages that die again during the run stay there. Raises QueueUnavailable or SettingError.
    """
    began, brought = time.time(), 0
    while not stopping():
        before = brought
        for message in dead.receive(MOST, VISIBILITY, PATIENCE):
            if stopping() or message.sent >= began:
                dead.hide(message, 0)
                continue
            queue.send(message.body, attributes(message))
            dead.delete(message)
            brought += 1
            show(brought)
        if brought == before:
            break
    return brought


def with_time(secrets: Sequence[str]) -> Attributes:
    """For notifications: as the gateway sent them, with the time at which it did. `secrets`: the webhook secrets."""

    def attributes(message: Message) -> Mapping[str, str]:
        record = from_message(message)
        received = stamp(record.received(secrets), record.body, record.timestamp, record.signature, secrets[0])
        return dict(message.attributes) | {"Received": received}

    return attributes


def unchanged(message: Message) -> Mapping[str, str]:
    """For orders of looks, which do not age."""
    return message.attributes
