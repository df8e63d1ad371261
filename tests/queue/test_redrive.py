"""Dead letters are redriven, each at least once, and the redrive ends."""

from __future__ import annotations

import time
from typing import Any

import pytest

from app.adapters.sqs import Queue
from app.core.shutdown import Shutdown
from app.queue.received import stamp
from app.queue.redrive import redrive, with_time
from scripts.sandbox.awsserver.client import Notification, TestQueue

SECRETS = ("a secret", "an older one")


def signed(body: str) -> tuple[str, str, str]:
    """A notification: body, timestamp, signature."""
    return body, "1700000000", "ab" * 20


def bury(queue: TestQueue, *bodies: str) -> None:
    """Puts messages into the dead-letter queue, where those received too often end."""
    queue.send(*(Notification(*signed(body), request_id=f"request-{body}") for body in bodies))
    for _ in range(4):
        queue.receive(VisibilityTimeout=0)
    queue.until(dead=len(bodies))


@pytest.fixture
def buried(queue: TestQueue) -> list[str]:
    bodies = [f"body {number}" for number in range(10)]
    bury(queue, *bodies)
    return bodies


def test_each_comes_back_as_the_gateway_sent_it_and_with_the_time_at_which_it_did(
    queue: TestQueue, buried: list[str]
) -> None:
    ours = Queue(queue.url)
    shown: list[int] = []
    sent = {message["Body"]: int(message["Attributes"]["SentTimestamp"]) for message in peek(queue, queue.dead)}
    assert redrive(ours, ours.dead_letters(), with_time(SECRETS), Shutdown(), shown.append) == 10
    assert shown == list(range(1, 11))
    assert (queue.counts(), queue.counts(queue.dead)) == ((10, 0), (0, 0))
    for message in peek(queue):
        attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
        assert attributes == {
            "X-Cld-Timestamp": "1700000000",
            "X-Cld-Signature": "ab" * 20,
            "X-Request-ID": f"request-{message['Body']}",
            "Received": stamp(sent.pop(message["Body"]) / 1000, *signed(message["Body"]), SECRETS[0]),
        }
    assert sent == {}


@pytest.mark.parametrize("is_signed", [True, False])
def test_however_often_it_comes_back_it_keeps_the_time_that_is_signed_and_no_other(
    queue: TestQueue, is_signed: bool
) -> None:
    ours, then = Queue(queue.url), time.time() - 3 * 3600
    queue.send(
        Notification(*signed("a"), received=stamp(then, *signed("a"), SECRETS[1] if is_signed else "another secret"))
    )
    for _ in range(4):
        queue.receive(VisibilityTimeout=0)
    queue.until(dead=1)
    redrive(ours, ours.dead_letters(), with_time(SECRETS), Shutdown(), lambda done: None)
    (message,) = queue.receive()
    moment = message["MessageAttributes"]["Received"]["StringValue"].partition(".")[0]
    assert (moment == str(round(then * 1000))) is is_signed


def test_ended_at_any_time_it_has_lost_nothing_and_the_next_one_goes_on(queue: TestQueue, buried: list[str]) -> None:
    ours, stopping = Queue(queue.url), Shutdown()

    def stop_after_four(done: int) -> None:
        if done == 4:
            stopping.request()

    assert redrive(ours, ours.dead_letters(), with_time(SECRETS), stopping, stop_after_four) == 4
    assert (queue.counts(), queue.counts(queue.dead)) == ((4, 0), (6, 0))
    assert redrive(ours, ours.dead_letters(), with_time(SECRETS), Shutdown(), lambda done: None) == 6
    assert sorted(message["Body"] for message in peek(queue)) == buried


def test_what_dies_again_meanwhile_is_left_so_that_it_ends(queue: TestQueue, buried: list[str]) -> None:
    ours = Queue(queue.url)

    def show(done: int) -> None:
        if done == 1:
            bury_again()

    def bury_again() -> None:
        for _ in range(4):
            queue.receive(VisibilityTimeout=0)

    assert redrive(ours, ours.dead_letters(), with_time(SECRETS), Shutdown(), show) == 10
    assert (queue.counts(), queue.counts(queue.dead)) == ((9, 0), (1, 0))


def peek(queue: TestQueue, url: str = "") -> list[dict[str, Any]]:
    return queue.receive(url, VisibilityTimeout=0)
