"""The stand-in as a process: it reports its port, serves many clients at once, and never outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import cloudinary.api
import pytest
import requests

from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import has_ended, wait_for

ROOT = Path(__file__).parents[3]


def test_it_starts_with_what_it_is_told_and_the_sdk_finds_it_by_its_url(
    monkeypatch: pytest.MonkeyPatch, photo: bytes
) -> None:
    with Standin.start(cloud="other", key="k", secret="s3cret", signature="sha256", retry_delays=[1]) as standin:
        monkeypatch.setenv("CLOUDINARY_URL", standin.cloudinary_url)
        monkeypatch.delenv("CLOUDINARY_CLOUD_NAME", raising=False)
        cloudinary.reset_config()
        assert cloudinary.api.ping() == {"status": "ok"}
        assert requests.get(standin.upload(photo, "a")["secure_url"], timeout=300).content == photo
        assert standin.state()["settings"]["signature"] == "sha256"
        assert standin.process
        pid = standin.process.pid
    assert has_ended(pid)
    monkeypatch.undo()
    cloudinary.reset_config()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_quietly_on_a_signal(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "scripts.sandbox.standin", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().startswith(b"standin listening on http://127.0.0.1:")
        process.send_signal(number)
        assert process.wait(300) == 0
        assert process.stderr.read() == b""


def test_it_ends_when_its_starter_is_killed() -> None:
    code = "from scripts.sandbox.standin.client import Standin; s = Standin.start(); "
    code += "print(s.process.pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        assert not has_ended(pid)
        os.kill(starter.pid, signal.SIGKILL)
    wait_for(lambda: has_ended(pid), "the stand-in had ended")


def test_many_at_once_lose_nothing(standin: Standin, photo: bytes) -> None:
    def work(name: str) -> None:
        for number in range(10):
            standin.upload(photo, f"{name}{number}")
            cloudinary.api.update(f"{name}{number}", moderation_status="approved", **standin.sdk)
            standin.overwrite("shared", photo)

    standin.upload(photo, "shared")
    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = [asset["status"] for asset in standin.state()["assets"].values()]
    assert sorted(statuses) == ["approved"] * 80 + ["pending"]
    versions = {one["payload"]["version"] for one in standin.notifications() if one["type"] == "upload"}
    assert len({one["payload"]["public_id"] for one in standin.notifications()}) == 81
    assert len(versions) >= 81  # the shared one had a new version each time


def test_a_connection_is_kept_for_the_next_request(standin: Standin, photo: bytes) -> None:
    address = standin.upload(photo, "a")["secure_url"]
    lines = set()
    with requests.Session() as session:
        for _ in range(5):
            with session.get(address, stream=True, timeout=300) as answer:
                assert answer.raw.connection is not None
                lines.add(answer.raw.connection.sock.getsockname())
                assert answer.content == photo
                assert "Connection" not in answer.headers
    assert len(lines) == 1
