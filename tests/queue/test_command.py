"""`python -m app worker` as it really runs: from a notification in the queue to the photo in the store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.adapters.store import Store
from scripts.sandbox.awsserver.client import TestQueue
from scripts.sandbox.service import GIVEN_AWAY, ROOT, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.queue import approved, gone


def command(*arguments: str, environ: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "app", "worker", *arguments],
            cwd=ROOT,
            env=os.environ | environ,
            stderr=file,
            stdout=file,
        )


def test_it_stores_photos_and_on_request_stops_after_its_current_work_without_losses(
    queue: TestQueue, standin: Standin, store: Store, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    queue.send(approved(standin, request_id="0123456789abcdef"))
    process = command("--queue", queue.url, environ=environment(standin, store.root.path), log=log)
    try:
        queue.until()
        assert store.photos.holders("a") == {"sayno": True}
        assert any("0123456789abcdef" in line and "a: stored" in line for line in log.read_text().splitlines())
        standin.faults("api", "delay", seconds=2)
        queue.send(gone(standin, "p/1", request_id="in-hand-in-hand"))
        queue.until(held=1)
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: "Stopping" in log.read_text(), "it said that it stops")
        queue.send(gone(standin, "p/2"))
        assert process.wait(300) == 0
    finally:
        process.kill()
        process.wait(300)
    queue.until(waiting=1)
    said = log.read_text()
    assert any("in-hand-in-hand" in line and "p/1: unchanged" in line for line in said.splitlines())
    assert said.endswith("Stopped: 2 done, 0 dropped, 0 to be tried again.\n")
    assert not GIVEN_AWAY.search(said)
    assert str(store.root.path) not in said


def test_a_redrive_says_how_many_it_brought_back_and_needs_no_store(
    queue: TestQueue, standin: Standin, tmp_path: Path
) -> None:
    queue.send(gone(standin))
    for _ in range(4):
        queue.receive(VisibilityTimeout=0)
    queue.until(dead=1)
    environ = {"COLLAGEN_WEBHOOK_SECRETS": standin.secret}
    assert command("--queue", queue.url, "--redrive", environ=environ, log=tmp_path / "log").wait(300) == 0
    name = queue.url.rpartition("/")[2]
    assert (tmp_path / "log").read_text() == f"1 messages brought back to {name}\n"
    assert queue.counts() == (1, 0)


def test_a_redrive_without_the_workers_secrets_is_refused_and_moves_nothing(
    queue: TestQueue, standin: Standin, tmp_path: Path
) -> None:
    assert (
        command("--queue", queue.url, "--redrive", environ={"CLOUDINARY_URL": ""}, log=tmp_path / "log").wait(300) == 1
    )
    assert (
        (tmp_path / "log").read_text().startswith("Error: Neither COLLAGEN_WEBHOOK_SECRETS nor CLOUDINARY_URL is set")
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"CLOUDINARY_URL": ""}, "Error: CLOUDINARY_URL is not set"),
        ({"COLLAGEN_STORE": "/nonexistent"}, "Error: /nonexistent is no store"),
    ],
)
def test_a_missing_requirement_is_one_line(
    queue: TestQueue, standin: Standin, store: Store, tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    environ = environment(standin, store.root.path) | change
    process = command("--queue", queue.url, environ=environ, log=tmp_path / "log")
    assert process.wait(300) == 1
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert line.startswith(sentence)
