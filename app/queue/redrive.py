"""Brings dead letters back to the queue, one by one: what failed too often for a cause that is mended by now.

In the dead-letter queue (of a standard queue) a message keeps the time at which it was first sent
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html),
but one that is sent again is a new one. AWS's own redrive forgets that time, so that signatures look too old.
"""

import time
from collections.abc import Callable, Sequence

from app.adapters.sqs import MOST, Message, Queue
from app.core.shutdown import Shutdown
from app.queue.received import stamp
from app.queue.records import from_message

VISIBILITY = 60  # seconds until what a killed redrive had received can be received again
PATIENCE = 2  # seconds; where SQS need not wait it asks some of its machines only, and may say that there is nothing


def redrive(queue: Queue, dead: Queue, secrets: Sequence[str], stopping: Shutdown, show: Callable[[int], None]) -> int:
    """Returns how many were brought back; tells `show` after each. `secrets`: those of the webhooks, at least one.

    Each is sent before it is deleted: ended in between it is in both, and handled twice, which changes nothing. Left
    where they are: those that were brought back and died again since it began. Raises QueueUnavailable or SettingError.
    """
    began, brought = time.time(), 0
    while not stopping():
        before = brought
        for message in dead.receive(MOST, VISIBILITY, PATIENCE):
            if stopping() or message.sent >= began:
                dead.hide(message, 0)
                continue
            _bring(message, queue, dead, secrets)
            brought += 1
            show(brought)
        if brought == before:
            break
    return brought


def _bring(message: Message, queue: Queue, dead: Queue, secrets: Sequence[str]) -> None:
    """As the gateway sent it, and with the time at which it did."""
    record = from_message(message)
    received = stamp(record.received(secrets), record.body, record.timestamp, record.signature, secrets[0])
    queue.send(message.body, dict(message.attributes) | {"Received": received})
    dead.delete(message)
