"""Looks with a style are ordered in a queue of their own, where there is one, and only its workers take them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters.sqs import Message
from app.adapters.store import Store
from app.core.config import Settings, load_campaigns, load_settings
from app.core.errors import SettingError
from app.queue.looks import Handler
from app.services.looks import work
from app.services.looks.backlog import LooksQueue
from app.services.looks.ordering import OnArrival, queue_of
from app.services.looks.orders import Order
from app.services.looks.recipes import load_looks
from scripts.sandbox import stored
from scripts.sandbox.awsserver.client import AwsServer, TestQueue
from tests.support.command import run

LOOKS = """
[card]
[[card.steps]]
step = "watermark"
text = "{title}"
[starry]
[[starry.steps]]
step = "style"
style = "Van_Gogh"
"""


@pytest.fixture
def painting(aws: AwsServer) -> TestQueue:
    """The queue of styles."""
    return aws.queue()


@pytest.fixture
def settings(store: Store, tmp_path: Path, queue: TestQueue, painting: TestQueue) -> Settings:
    (tmp_path / "campaigns.toml").write_text('[sayno]\nlooks = ["card", "starry"]\n')
    (tmp_path / "looks.toml").write_text(LOOKS)
    environ = {
        "COLLAGEN_STORE": str(store.path),
        "COLLAGEN_CAMPAIGNS": str(tmp_path / "campaigns.toml"),
        "COLLAGEN_LOOKS": str(tmp_path / "looks.toml"),
        "COLLAGEN_MODELS": str(tmp_path / "models"),
        "COLLAGEN_DIFFUSION": str(tmp_path / "flux"),
        "COLLAGEN_LOOKS_QUEUE": queue.url,
        "COLLAGEN_STYLES_QUEUE": painting.url,
    }
    return load_settings(environ, Path("/nonexistent"))


def ordered(queue: TestQueue) -> list[str]:
    return [json.loads(one["Body"])["look"] for one in queue.receive()]


def test_each_look_is_ordered_where_its_workers_are(
    settings: Settings, store: Store, queue: TestQueue, painting: TestQueue
) -> None:
    stored.put(store, range(1))
    campaigns = load_campaigns(settings.campaigns_file)
    OnArrival.of(settings, campaigns).arrived(campaigns["sayno"], stored.name(0), 0)
    assert (ordered(queue), ordered(painting)) == (["card"], ["starry"])
    looks = load_looks(settings.looks_file)
    without = replace(settings, styles_queue=None)
    assert [queue_of(without, one) for one in looks.values()] == [queue.url, queue.url]
    assert [queue_of(replace(without, looks_queue=None), one) for one in looks.values()] == [None, None]
    only = replace(settings, looks_queue=None)
    assert [queue_of(only, one) for one in looks.values()] == [None, painting.url]


def test_the_command_orders_in_both_and_a_chosen_seed_is_painted_here(
    settings: Settings, store: Store, queue: TestQueue, painting: TestQueue, aws: AwsServer
) -> None:
    stored.put(store, range(2))
    environ = {name: value for name, value in settings.environment().items() if value} | aws.environment
    answer = run("look", "sayno", environ=environ, bare=True)
    assert answer.returncode == 0, answer.stderr
    assert (ordered(queue), ordered(painting)) == (["card"] * 2, ["starry"] * 2)
    answer = run("look", "sayno", "starry", "--seed", "7", environ=environ, bare=True)
    assert (answer.returncode, "The look starry cannot be made here" in answer.stderr) == (1, True)
    answer = run("worker", "--styles", environ=environ, bare=True)
    assert (answer.returncode, "add --looks" in answer.stderr) == (2, True)


def test_workers_say_what_they_lack_for_their_own_looks_only(
    settings: Settings, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    stored.put(store, range(1))
    handler = Handler.of(settings)
    assert caplog.text == ""
    assert handler.handle(Message("1", "1", Order("sayno", "card", stored.name(0), 0).written(), 0.0)).word == "done"
    handler.close()
    with pytest.raises(SettingError, match="No look can be made here"):
        Handler.of(settings, painted=True)
    settings.looks_file.write_text(LOOKS.partition("[starry]")[0])
    with pytest.raises(SettingError, match=r"looks\.toml has none with a style"):
        Handler.of(settings, painted=True)


def test_both_queues_are_counted_and_redriven(settings: Settings, queue: TestQueue, painting: TestQueue) -> None:
    for one, look in ((queue, "card"), (painting, "starry")):
        one.send_bodies([Order("sayno", look, "a", 0).written()], dead=True)
    state = LooksQueue.of(settings).state()
    assert state is not None
    assert vars(state.backlog) == {"waiting": 0, "failed": 2}
    work.send_again(settings)
    for one in (queue, painting):
        one.until(waiting=1, dead=0)
