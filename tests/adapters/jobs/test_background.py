"""Background jobs: how they receive their order and lock, and how they end."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.adapters.jobs import background
from app.core.errors import StoreUnavailable
from app.core.logging import request_context
from app.core.project import ROOT
from scripts.sandbox.waiting import wait_for

Start = Callable[..., subprocess.Popen[bytes]]
RECEIVES = "from app.adapters.jobs.background import received_order\nwith received_order() as order:\n    "


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a module with this code as a job, and kills it after the test."""
    started = []

    def start(code: str, **options: Any) -> subprocess.Popen[bytes]:
        (tmp_path / "job_under_test.py").write_text(code)
        environ = os.environ | {"PYTHONPATH": str(tmp_path)}
        defaults: dict[str, Any] = {"locks": [], "environ": environ}
        started.append(background.start(["job_under_test"], "to test it", **(defaults | options)))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_job_gets_its_order_and_goes_on_under_our_request_id(start: Start, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    code = "import json, pathlib\nfrom app.core.logging import current_request_id\n" + RECEIVES
    code += f"pathlib.Path({str(out)!r}).write_text(json.dumps([order, current_request_id()]))"
    with request_context() as request_id:
        process = start(code, order={"colour": "ü"})
    assert process.wait(300) == 0
    order, its_request_id = json.loads(out.read_text())
    assert order["colour"] == "ü"
    assert its_request_id == request_id


def test_a_job_holds_our_lock_until_it_is_killed(start: Start, tmp_path: Path) -> None:
    lock = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    statuses: list[int] = []
    process = start("import time; time.sleep(600)", locks=[lock], on_end=statuses.append)
    os.close(lock)
    with (tmp_path / "lock").open() as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process.kill()
        wait_for(lambda: statuses, "its end was reported")
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert statuses == [-signal.SIGKILL]


def test_a_job_without_an_order_does_nothing() -> None:
    code = f"{RECEIVES}print('something')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (1, b"")


def test_a_job_that_cannot_be_started_is_an_error_that_says_what_for(start: Start, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="No process can be started to test it: "):
        start("", environ={"PATH": str(tmp_path)})
