"""A run in a separate process, as the admin's request starts it: what its state shows, and what it never shows."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.adapters.store import Store
from app.core.config import Settings
from app.core.errors import CollageUnsound, NotFound, NotifyInProgress, SettingError
from app.services.notify import job
from app.services.notify.recipients import Options
from scripts.sandbox.kills.crowd import address, environment, gather, settings
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.service import GIVEN_AWAY
from scripts.sandbox.stored import CAMPAIGN
from scripts.sandbox.waiting import wait_for

Ask = Callable[[], dict[str, Any]]


@pytest.fixture
def made(server: MailServer, store: Store) -> Iterator[Settings]:
    gather(store, 6)
    yield settings(environment(server, store.root.path))
    wait_for(lambda: not senders(), "nobody was sending")


def ended(store: Store, collage: str = "0001") -> dict[str, Any]:
    """The last state of a run, once its process has ended."""

    def over() -> dict[str, Any] | None:
        noted = store.sends.state(CAMPAIGN)
        return job.state(store, CAMPAIGN, collage) if noted and not noted["running"] else None

    found: dict[str, Any] = wait_for(over, "the sending was over")
    return found


def senders() -> list[int]:
    """Sending processes started from here."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            mine = f"\nPPid:\t{os.getpid()}\n" in (path / "status").read_text()
            if mine and b"app.services.notify.job" in (path / "cmdline").read_bytes():
                found.append(int(path.name))
    return found


def test_a_run_tells_everyone_and_how_it_is_doing(
    made: Settings,
    server: MailServer,
    store: Store,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)  # which the other process receives, as from the service
    assert job.state(store, CAMPAIGN, "0001") == job.IDLE
    server.refuse(recipients={address(1): ["550 5.1.1 <person00001@example.org> is unknown"]})
    job.start(made, CAMPAIGN, "0001", Options(limit=4))
    assert job.state(store, CAMPAIGN, "0001")["state"] == "sending"
    state = ended(store)
    assert state == {"state": "done", "progress": 1.0, "sent": 3, "failed": 1, "uncertain": 0, "total": 4}
    assert server.told() == {address(index): 1 for index in (0, 2, 3)}
    assert job.state(store, CAMPAIGN, "0002") == job.IDLE
    wait_for(lambda: not senders(), "nobody was sending")
    log = capfd.readouterr().err
    assert "Mails about the collage 0001 of sayno: 3 of 4 sent, 1 failed, 0 uncertain" in log
    assert not GIVEN_AWAY.search(log), log


def test_one_run_at_a_time_and_one_that_is_killed_has_failed_and_is_gone_on_with(
    made: Settings, server: MailServer, store: Store
) -> None:
    server.refuse(delay=0.4)
    job.start(made, CAMPAIGN, "0001", Options())
    with pytest.raises(NotifyInProgress):
        job.start(made, CAMPAIGN, "0001", Options())
    wait_for(server.taken, "the server took a mail")
    (pid,) = senders()
    os.kill(pid, signal.SIGKILL)
    state = ended(store)
    assert state["state"] == "failed"
    assert state["error"] == "The run ended early; start it again to send the rest."
    server.refuse()
    job.start(made, CAMPAIGN, "0001", Options(retry_uncertain=True))
    assert ended(store)["state"] == "done"
    assert set(server.told()) == {address(index) for index in range(6)}
    assert sorted(server.told().values())[:5] == [1] * 5, "all but the one that was on its way"


def test_a_run_that_is_asked_to_end_finishes_its_mail(made: Settings, server: MailServer, store: Store) -> None:
    server.refuse(delay=0.2)
    job.start(made, CAMPAIGN, "0001", Options())
    wait_for(server.taken, "the server took a mail")
    (pid,) = senders()
    os.kill(pid, signal.SIGTERM)
    state = ended(store)
    assert (state["state"], state["uncertain"], state["error"]) == ("failed", 0, "It was stopped.")
    assert 0 < state["sent"] < 6
    assert len(server.taken()) == state["sent"]


def test_what_is_refused_is_refused_before_a_process_is_started(made: Settings, store: Store) -> None:
    with pytest.raises(NotFound):
        job.start(made, CAMPAIGN, "0009", Options())
    with pytest.raises(NotFound):
        job.start(made, "nope", "0001", Options())
    without = environment_without(made, "COLLAGEN_SMTP_URL")
    with pytest.raises(SettingError, match="COLLAGEN_SMTP_URL"):
        job.start(without, CAMPAIGN, "0001", Options())
    (store.collages.directory(CAMPAIGN, "0001") / "collage.png").unlink()
    with pytest.raises(CollageUnsound):
        job.start(made, CAMPAIGN, "0001", Options())
    assert senders() == []
    assert job.state(store, CAMPAIGN, "0001") == job.IDLE


def test_a_login_that_is_refused_is_shown(
    made: Settings, store: Store, server: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    server.refuse(login="535 5.7.8 No such user campaign@example.org")
    job.start(made, CAMPAIGN, "0001", Options())
    state = ended(store)
    assert state["state"] == "failed"
    assert state["error"].startswith("COLLAGEN_SMTP_URL: ")
    wait_for(lambda: not senders(), "nobody was sending")
    log = capfd.readouterr().err
    assert "No mails about the collage 0001 of sayno: COLLAGEN_SMTP_URL" in log
    assert not GIVEN_AWAY.search(log), log


def environment_without(made: Settings, key: str) -> Settings:
    return settings(made.environment() | {key: ""})
