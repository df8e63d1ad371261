"""The worker with a real queue over HTTP: which messages come back, and who can receive them meanwhile."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.adapters.sqs import Message, Queue
from app.core.errors import QueueUnavailable, SettingError
from app.core.shutdown import Shutdown
from app.queue.received import stamp
from app.queue.records import Handler, from_message
from app.queue.redrive import redrive, with_time
from app.queue.worker import Worker
from scripts.sandbox.awsserver.client import Notification, TestQueue
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.queue import gone


class Impatient(Queue):
    """Released messages are available at once."""

    def hide(self, message: Message, seconds: int) -> bool:
        return super().hide(message, 0)


THREAD = "the worker at test"


@contextlib.contextmanager
def working(queue: Queue, handler: Handler, **options: Any) -> Iterator[Worker]:
    """A worker that runs until the end of the block; its failure fails the test."""
    stopping, failures = Shutdown(), []
    worker = Worker(queue, lambda message: handler.handle(from_message(message)), stopping, **({"poll": 1} | options))

    def run() -> None:
        try:
            worker.run()
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=run, name=THREAD)
    thread.start()
    try:
        yield worker
    finally:
        stopping.request()
        thread.join(300)
    assert not thread.is_alive()
    if failures:
        raise failures[0]


def handled(worker: Worker) -> None:
    """Waits until it has handled a message."""
    wait_for(lambda: worker.words, "a message was handled")


def test_what_fails_too_often_is_brought_back_by_a_redrive_and_then_succeeds_also_hours_later(
    queue: TestQueue, handler: Handler, standin: Standin, caplog: pytest.LogCaptureFixture
) -> None:
    late = gone(standin, ago=3 * 3600, request_id="0123456789abcdef")
    then = stamp(time.time() - 3 * 3600, late.body, late.timestamp, late.signature, standin.secret)
    standin.faults("api", "status", times=3, status=503)
    ours = Impatient(queue.url)
    with working(ours, handler) as worker:
        queue.send(replace(late, received=then))
        queue.until(dead=1)
        assert worker.words == {"again": 3}
        assert redrive(ours, ours.dead_letters(), with_time([standin.secret]), Shutdown(), lambda done: None) == 1
        queue.until(dead=0)
    assert worker.words == {"again": 3, "done": 1}
    assert redrive(ours, ours.dead_letters(), with_time([standin.secret]), Shutdown(), lambda done: None) == 0


def test_what_would_fail_again_is_acknowledged(queue: TestQueue, handler: Handler, standin: Standin) -> None:
    good = gone(standin)
    queue.send(good, replace(good, signature="0" * 40), Notification.signed("no JSON", standin.secret))
    with working(Queue(queue.url), handler) as worker:
        queue.until(dead=0)
    assert worker.words == {"done": 1, "drop": 2}


def test_a_message_belongs_to_one_worker_as_long_as_the_work_lasts(
    queue: TestQueue, handler: Handler, standin: Standin
) -> None:
    standin.faults("api", "delay", seconds=4)
    queue.send(gone(standin))
    with working(Queue(queue.url), handler, visibility=2) as worker:
        queue.until(held=1)

        def is_done() -> bool:
            done = queue.counts() == (0, 0)
            assert done or queue.receive() == []
            return done

        wait_for(is_done, "the message was handled", every=0.1)
    assert worker.words == {"done": 1}
    assert len(standin.calls("api")) == 1


def test_a_message_that_is_lost_while_the_work_lasts_is_handled_all_the_same_and_the_log_says_it_is_harmless(
    queue: TestQueue, handler: Handler, standin: Standin, caplog: pytest.LogCaptureFixture
) -> None:
    standin.faults("api", "delay", seconds=1.5)
    queue.send(gone(standin))
    with working(Queue(queue.url), handler, visibility=2) as worker:
        queue.until(held=1)
        queue.purge()
        handled(worker)
    assert worker.words == {"done": 1}
    *kept, acknowledged = [line for line in caplog.messages if "changes nothing" in line]
    assert kept  # more than once if the work takes longer
    assert all("be kept" in line for line in kept)
    assert "be acknowledged" in acknowledged


def test_it_receives_only_what_it_can_start_and_when_stopped_finishes_that_and_leaves_the_rest(
    queue: TestQueue, handler: Handler, standin: Standin
) -> None:
    standin.faults("api", "delay", times=None, seconds=1)
    queue.send(*[gone(standin, f"p/{number}") for number in range(5)])
    with working(Queue(queue.url), handler, threads=2) as worker:
        queue.until(waiting=3, held=2)
    assert worker.words == {"done": 2}
    assert queue.counts() == (3, 0)


def test_what_arrives_while_it_stops_is_given_back(queue: TestQueue, handler: Handler, standin: Standin) -> None:
    standin.faults("api", "delay", seconds=2)
    queue.send(gone(standin))
    with working(Queue(queue.url), handler, poll=20) as worker:
        queue.until(held=1)
        # the receive that waits for messages has begun before the worker is asked to stop
        threading.Timer(0.5, queue.send, [gone(standin)]).start()
    assert worker.words == {"done": 1}
    (message,) = queue.receive()
    assert message["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_queue_that_cannot_be_reached_is_said_once_and_tried_again(
    queue: TestQueue, handler: Handler, standin: Standin, caplog: pytest.LogCaptureFixture
) -> None:
    class Flaky(Queue):
        failures = 2

        def receive(self, most: int, visibility: int, patience: int = 1) -> list[Message]:
            if self.failures:
                self.failures -= 1
                raise QueueUnavailable("The queue cannot be reached (EndpointConnectionError).")
            return super().receive(most, visibility, patience)

    queue.send(gone(standin))
    caplog.set_level("INFO")
    with working(Flaky(queue.url), handler) as worker:
        handled(worker)
    assert [line for line in caplog.messages if "queue" in line] == [
        "The queue cannot be reached (EndpointConnectionError). Retrying until it succeeds.",
        "The queue answers again.",
    ]


def test_a_queue_that_there_is_not_ends_it(queue: TestQueue, handler: Handler) -> None:
    with (
        pytest.raises(SettingError, match="There is no queue nowhere"),
        working(Queue(queue.url + "/nowhere"), handler),
    ):
        wait_for(lambda: THREAD not in [thread.name for thread in threading.enumerate()], "the worker ended")
