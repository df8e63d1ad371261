"""A real mail server, a real collage, and a clock that only moves when somebody sleeps."""

from __future__ import annotations

from typing import Any

import pytest

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import load_campaigns
from app.services.notify.run import Notifier
from scripts.sandbox.kills.crowd import environment, settings
from scripts.sandbox.mailserver.client import MailServer, running
from tests.support.clock import Clock
from tests.support.mailed import Make


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """A mail server without faults or mails."""
    made = running()
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    return made


@pytest.fixture
def notifier(server: MailServer, store: Store, exiftool: ExifTool, clock: Clock) -> Make:
    """Makes a notifier that sends to the server; settings and other arguments can be replaced."""

    def make(environ: dict[str, str] | None = None, **more: Any) -> Notifier:
        made = settings(environment(server, store.root.path) | (environ or {}))
        given: dict[str, Any] = {"store": store, "exiftool": exiftool, "clock": clock, "sleep": clock.sleep} | more
        return Notifier(made, load_campaigns(made.campaigns_file), **given)

    return make
