"""Orders of looks: what a worker makes of them, what comes back, and who orders them."""

from __future__ import annotations

import json
import os
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.adapters.exiftool import ExifTool
from app.adapters.sqs import Message, Queue
from app.adapters.store import Store
from app.core.config import Settings, load_campaigns, load_settings
from app.core.errors import BadParameters, SettingError
from app.core.shutdown import Shutdown
from app.queue.looks import ATTEMPTS, Handler
from app.queue.records import Handler as Notified
from app.queue.redrive import redrive, unchanged
from app.queue.worker import Worker
from app.services.intake import Intake
from app.services.looks import work
from app.services.looks.backlog import KEPT, LooksQueue
from app.services.looks.ordering import OnArrival, order
from app.services.looks.orders import Order
from app.services.looks.recipes import load_looks
from scripts.sandbox import onnx, stored
from scripts.sandbox.awsserver.client import TestQueue, event
from scripts.sandbox.kills.looks import LOOKS, fails, person
from scripts.sandbox.samples import person as sample
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.command import run
from tests.support.queue import Syncs, approved, record

CARD = '[card]\n[[card.steps]]\nstep = "watermark"\ntext = "{title}"\n'


class Impatient(Queue):
    """Released messages are available at once."""

    def hide(self, message: Message, seconds: int) -> bool:
        return super().hide(message, 0)


@pytest.fixture
def settings(store: Store, tmp_path: Path, queue: TestQueue) -> Settings:
    """With two looks, one of which needs a model, and a queue."""
    (tmp_path / "campaigns.toml").write_text('[sayno]\ntitle = "Say No"\nlooks = ["card"]\n')
    (tmp_path / "looks.toml").write_text(LOOKS + CARD)
    environ = {
        "COLLAGEN_STORE": str(store.path),
        "COLLAGEN_CAMPAIGNS": str(tmp_path / "campaigns.toml"),
        "COLLAGEN_LOOKS": str(tmp_path / "looks.toml"),
        "COLLAGEN_MODELS": str(onnx.installed(tmp_path / "models", onnx.touchy)),
        "COLLAGEN_LOOKS_QUEUE": queue.url,
    }
    return load_settings(environ, Path("/nonexistent"))


@pytest.fixture
def looks(settings: Settings) -> Iterator[Handler]:
    made = Handler.of(settings)
    yield made
    made.close()


def put(store: Store, indices: Sequence[int]) -> list[str]:
    found = []
    for index in indices:
        found += stored.put(
            store,
            range(index, index + 1),
            archive=lambda index: stored.as_jpeg(person(index), 95),
            intermediate=lambda index: stored.as_intermediate(person(index)),
        )
    return found


def message(campaign: str, look: str, public_id: str, version: int = 0, deliveries: int = 1) -> Message:
    return Message("the-message", "", Order(campaign, look, public_id, version).written(), 0.0, deliveries=deliveries)


@contextmanager
def working(queue: Queue, *handlers: Handler) -> Iterator[list[Worker]]:
    """A worker for each handler, until the end of the block."""
    stopping = Shutdown()
    workers = [Worker(queue, handler.handle, stopping, threads=2, poll=1) for handler in handlers]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield workers
    finally:
        stopping.request()
        for thread in threads:
            thread.join(300)


def test_an_order_is_read_as_it_was_written_and_nothing_else_is_one() -> None:
    whole = Order("sayno", "orange", "sayno/Zoë", 7)
    assert Order.read(whole.written()) == whole
    assert whole.written().isascii()
    fields: dict[str, Any] = json.loads(whole.written())
    wrong: Any
    for name in fields:
        for wrong in (None, [], True, "7" if name == "version" else 7):
            with pytest.raises(BadParameters, match="no order of a look"):
                Order.read(json.dumps(fields | {name: wrong}))
    for body in ("", "[]", "no JSON", '{"campaign": "sayno"}', "\ud800"):
        with pytest.raises(BadParameters):
            Order.read(body)


def test_doubled_shuffled_orders_make_every_look_once_and_what_failed_is_listed_and_made_when_mended(
    settings: Settings, looks: Handler, store: Store, queue: TestQueue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    photos = put(store, [0, 1, 2, 3, 4, 10])
    failing = {stored.name(index) for index in (0, 10)}
    assert all(fails(index) for index in (0, 10))
    orders = [Order("sayno", "orange", photo, 0).written() for photo in photos * 2]
    orders.append(Order("sayno", "dark", photos[1], 0).written())  # a look that this worker does not know
    random.Random(1).shuffle(orders)
    queue.send_bodies(orders)
    ours = Impatient(queue.url)
    with working(ours, looks, Handler.of(settings)):
        queue.until(dead=1)
        assert set(store.looks.failures("sayno", "orange")) == failing
        assert set(store.looks.finished("sayno", "orange")) == set(photos) - failing
        made = [text for text in caplog.messages if text.endswith(": made")]
        assert len(made) == len(set(made)) == len(photos) - len(failing)
        onnx.installed(settings.models)  # a model that does not fail
        assert order(store, ours, "sayno", "orange", sorted(failing), lambda done: None) == 2
        queue.until(dead=1)
    assert set(store.looks.finished("sayno", "orange")) == set(photos)
    assert store.looks.failures("sayno", "orange") == {}
    (settings.looks_file.parent / "looks.toml").write_text(LOOKS + CARD.replace("card", "dark"))
    with working(ours, Handler.of(settings)):
        assert redrive(ours, ours.dead_letters(), unchanged, Shutdown(), lambda done: None) == 1
        queue.until(dead=0)
    assert set(store.looks.finished("sayno", "dark")) == {photos[1]}


def test_a_model_that_fails_is_tried_as_often_as_there_are_attempts(
    looks: Handler, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    (photo,) = put(store, [10])
    for deliveries in range(1, ATTEMPTS):
        assert looks.handle(message("sayno", "orange", photo, deliveries=deliveries)).word == "again"
        assert store.looks.failures("sayno", "orange") == {}
    assert looks.handle(message("sayno", "orange", photo, deliveries=ATTEMPTS)).word == "done"
    assert "isnet-general-use" in store.looks.failures("sayno", "orange")[photo]["reason"]
    assert store.looks.finished("sayno", "orange") == {}
    assert store.photos.has("sayno", photo)


@pytest.mark.parametrize(
    ("campaign", "look", "public_id", "version", "deliveries", "word"),
    [
        ("sayno", "card", "gone", 0, 1, "again"),  # a network file system may show it later
        ("sayno", "card", "gone", 0, ATTEMPTS, "done"),
        ("sayno", "card", stored.name(1), 99, 1, "again"),
        ("sayno", "card", stored.name(1), 99, ATTEMPTS, "done"),
        ("sayno", "dark", stored.name(1), 0, 9, "again"),
        ("nobody", "card", stored.name(1), 0, 9, "again"),
        ("../sayno", "card", stored.name(1), 0, 9, "again"),
        ("sayno", "card", "x" * 300, 0, 9, "drop"),
    ],
)
def test_an_order_that_cannot_be_carried_out_has_its_verdict(
    looks: Handler, store: Store, campaign: str, look: str, public_id: str, version: int, deliveries: int, word: str
) -> None:
    put(store, [1])
    assert looks.handle(message(campaign, look, public_id, version, deliveries)).word == word


def test_what_is_no_order_is_dropped_and_a_store_that_is_away_is_waited_for(looks: Handler, store: Store) -> None:
    assert looks.handle(Message("m", "", "no order", 0.0)).word == "drop"
    (store.path / ".collagen").unlink()
    assert looks.handle(message("sayno", "card", stored.name(1))).word == "again"


def test_a_worker_that_can_make_no_look_says_so_and_one_that_can_make_some_begins(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.models / "isnet-general-use.onnx").unlink()
    Handler.of(settings).close()
    assert "The look orange cannot be made here" in caplog.text
    settings.looks_file.write_text(LOOKS)
    with pytest.raises(SettingError, match=r"^No look can be made here\. .*isnet-general-use"):
        Handler.of(settings)


def bodies(queue: TestQueue) -> list[Any]:
    return [json.loads(one["Body"]) for one in queue.receive()]


def test_a_photo_that_arrives_orders_what_its_campaign_wants_and_a_queue_that_is_away_costs_it_nothing(
    settings: Settings,
    standin: Standin,
    store: Store,
    exiftool: ExifTool,
    queue: TestQueue,
    syncs: Syncs,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = (
        os.environ
        | environment(standin, store.path)
        | {
            "COLLAGEN_CAMPAIGNS": str(settings.campaigns_file),
            "COLLAGEN_LOOKS": str(settings.looks_file),
            "COLLAGEN_LOOKS_QUEUE": queue.url,
        }
    )

    def notified() -> Notified:
        mine = load_settings(known, Path("/nonexistent"))
        return Notified(mine, Intake.of(mine, load_campaigns(mine.campaigns_file), store, exiftool), syncs)

    handler = notified()
    assert handler.handle(record(approved(standin))).word == "done"
    version = standin.state()["assets"]["a"]["version"]
    assert bodies(queue) == [{"campaign": "sayno", "look": "card", "public_id": "a", "version": version}]
    assert handler.handle(record(approved(standin, "b", folder="elsewhere"))).word == "done"
    assert bodies(queue) == []
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9")
    handler = notified()
    for name in ("c", "d"):
        standin.upload(sample(2), name, folder="sayno", email="ann@example.org")
        standin.approve(name)
        assert handler.handle(record(approved(standin, name))).word == "done"
        assert store.photos.has("sayno", name)
    assert caplog.text.count("No look is ordered of photos that arrive in the next 60 s") == 1


def test_without_a_queue_or_without_looks_nothing_is_ordered_and_an_unknown_look_stops_the_start(
    settings: Settings, tmp_path: Path
) -> None:
    campaigns = load_campaigns(settings.campaigns_file)
    without = load_settings(settings.environment() | {"COLLAGEN_LOOKS_QUEUE": ""}, Path("/nonexistent"))
    OnArrival.of(without, campaigns).arrived(campaigns["sayno"], "a", 1)
    settings.campaigns_file.write_text('[sayno]\nlooks = ["card", "bright"]\n')
    with pytest.raises(SettingError, match=r"\[sayno\] looks has 'bright', which .*looks\.toml lacks"):
        OnArrival.of(settings, load_campaigns(settings.campaigns_file))


def test_the_commands_order_and_make_looks(settings: Settings, store: Store, queue: TestQueue, aws: Any) -> None:
    photos = put(store, [1, 2, 3])
    environ = {name: value for name, value in settings.environment().items() if value} | aws.environment

    def said(*arguments: str) -> str:
        answer = run(*arguments, environ=environ, bare=True)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    assert said("look", "sayno", "card", "--limit", "1").startswith("card: ordered of 1 photo in collagen-")
    assert said("look").endswith("still has orders, so nothing more is ordered.")
    queue.purge()
    assert "card: ordered of 3 photos in collagen-" in said("look")
    assert sorted(one["public_id"] for one in bodies(queue)) == sorted(photos)
    assert said("worker", "--looks", "--redrive").startswith("0 messages brought back")
    answer = run("worker", environ=environ, bare=True)
    assert (answer.returncode, "--queue is missing." in answer.stderr) == (2, True)


def test_the_dashboard_orders_and_sends_again_what_was_given_up(
    settings: Settings, store: Store, queue: TestQueue
) -> None:
    (photo,) = put(store, [1])
    queue.send_bodies([Order("sayno", "card", photo, 0).written()], dead=True)
    work.send_again(settings)
    queue.until(waiting=1, dead=0)
    with pytest.raises(BadParameters, match="COLLAGEN_LOOKS_QUEUE is not set"):
        work.send_again(replace(settings, looks_queue=None))
    queue.purge()
    look = load_looks(settings.looks_file)["card"]
    assert work.begin(settings, store, "sayno", look) == work.Begun(1)  # orders it
    queue.until(waiting=1)
    held = None
    while held is None:  # until the job that ordered has ended
        held = store.looks.begin("sayno", "card")
    assert store.looks.begin("sayno", "card") is None
    assert work.begin(settings, store, "sayno", look) == work.Begun(1)  # another job is at it
    os.close(held)
    assert queue.counts() == (1, 0)


def test_lambda_makes_looks_and_what_has_no_time_comes_back(
    settings: Settings, store: Store, queue: TestQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.queue import aws_lambda

    photos = put(store, [1, 2])
    queue.send_bodies([Order("sayno", "card", photo, 0).written() for photo in [*photos, "gone"]])
    given = event(queue.receive())
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)

    class Context:
        def __init__(self, seconds: int) -> None:
            self.seconds = seconds

        def get_remaining_time_in_millis(self) -> int:
            return self.seconds * 1000

    aws_lambda._looks.cache_clear()
    try:
        none = aws_lambda.make(given, Context(aws_lambda.LOOK_SECONDS - 1))
        assert len(none["batchItemFailures"]) == 3
        ((left,),) = [aws_lambda.make(given, Context(aws_lambda.LOOK_SECONDS))["batchItemFailures"]]
    finally:
        aws_lambda._looks.cache_clear()
    ahead = {one["messageId"] for one in given["Records"] if "gone" in one["body"]}
    assert {left["itemIdentifier"]} == ahead
    assert set(store.looks.finished("sayno", "card")) == set(photos)


def test_how_full_the_queue_is_is_asked_now_and_then_and_one_that_is_away_is_said(
    queue: TestQueue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert LooksQueue(None).state() is None
    clock = [0.0]
    watched = LooksQueue(queue.url, clock=lambda: clock[0])
    first = watched.state()
    assert first is not None
    assert (first.backlog and vars(first.backlog), first.problem) == ({"waiting": 0, "failed": 0}, "")
    queue.send_bodies(["a", "b"])
    assert watched.state() is first
    clock[0] = KEPT
    then = watched.state()
    assert then is not None
    assert then.backlog
    assert (then.backlog.waiting, then.backlog.failed) == (2, 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9")
    away = LooksQueue(queue.url).state()
    assert away is not None
    assert (away.backlog, away.problem) == (None, "The queue cannot be used at the moment.")
    assert "The queue of looks" in caplog.text
