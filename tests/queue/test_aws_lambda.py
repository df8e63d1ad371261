"""The function in a separate process, as Lambda runs it, and which records of a batch come back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.adapters.store import Store
from app.core import limits
from app.queue.aws_lambda import SECONDS
from scripts.sandbox.awsserver.client import Notification, TestQueue, event
from scripts.sandbox.service import GIVEN_AWAY, environment
from scripts.sandbox.standin.client import Standin
from tests.support.queue import approved, gone, told

MINUTES = 5 * 60 * 1000  # milliseconds, Lambda's time limit


class Function:
    """Calls of one running function."""

    def __init__(self, environ: dict[str, str], directory: Path) -> None:
        rest = {name: value for name, value in os.environ.items() if name not in limits.IMAGEMAGICK}
        self._log = directory / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("runtime.py"))],
                cwd=directory,
                env=rest | environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.loading = self._answer()

    def __call__(self, given: dict[str, Any], left: int = MINUTES) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([given, left]) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline() or f"{self.log!r}")

    @property
    def log(self) -> str:
        return self._log.read_text()

    def stop(self) -> None:
        self._process.communicate(timeout=300)


@pytest.fixture
def function(standin: Standin, store: Store, tmp_path: Path) -> Iterator[Function]:
    running = Function(environment(standin, store.root.path), tmp_path)
    yield running
    running.stop()


def test_exactly_the_failed_records_of_a_batch_come_back(
    function: Function, queue: TestQueue, standin: Standin, store: Store
) -> None:
    good = approved(standin, request_id="0123456789abcdef")
    standin.rename_folder("holidays", "sayno")
    standin.faults("api", "status", match="p/bad", times=None, status=503)
    batch = [
        good,
        gone(standin, "p/bad"),
        replace(good, signature="0" * 40, request_id="forgedforged"),
        Notification.signed("no JSON", standin.secret),
        told(standin),
        gone(standin),
    ]
    queue.send(*batch)
    messages = queue.receive()
    assert len(messages) == len(batch)
    ids = {message["Body"]: message["MessageId"] for message in messages}

    assert function.loading == {"loaded": [], "changed": False}
    everything = {"batchItemFailures": [{"itemIdentifier": message["MessageId"]} for message in messages]}
    assert function(event(messages), left=SECONDS * 1000 - 1) == everything
    assert (standin.calls(), store.photos.all("sayno")) == ([], [])
    assert f"6 of 6 records come back without having been started: one needs {SECONDS} s" in function.log

    assert function(event(messages)) == {"batchItemFailures": [{"itemIdentifier": ids[batch[1].body]}]}
    assert store.photos.holders("a") == {"sayno": True}
    standin.clear_faults()
    assert function(event(messages)) == {"batchItemFailures": []}
    for request_id, said in (
        ("0123456789abcdef", "a: stored"),
        ("forgedforged", "Dropped for good, BadSignature: "),
        ("", "The hourly sync will bring the photos of sayno."),
    ):
        assert any(request_id in line and said in line for line in function.log.splitlines())
    assert not GIVEN_AWAY.search(function.log)
