"""Everything an application has started ends with it."""

from __future__ import annotations

import threading

from flask import Flask
from flask.testing import FlaskClient

from app.adapters.imaging import Decoder
from app.adapters.store import Store
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.web import ADMIN, approve, fill, notify


def test_closing_ends_every_thread_process_and_database(
    app: Flask, client: FlaskClient, standin: Standin, store: Store
) -> None:
    services = app.extensions["collagen"]
    services.intake.processor._mirror.decoder = decoder = Decoder()
    before = set(threading.enumerate())
    fill(store, "sayno", 60)
    services.erasing.start()
    assert notify(client, approve(standin)).status_code == 200
    services.dashboard.alike.soon("sayno", store.photos.all("sayno"), at_once=0)
    assert client.get("/admin/", auth=ADMIN).status_code == 200  # reads archives in a thread, counts a password
    assert decoder._helper.process is not None
    assert services.exiftool._helper.process is not None
    assert services.throttle._open is not None
    services.close()
    services.close()  # which may happen twice
    ended = [decoder._helper.process, services.exiftool._helper.process, services.throttle._open]
    assert ended == [None, None, None]
    starters = ("decoder", "exiftool")  # idle threads that start processes, and end with the program
    wait_for(
        lambda: all(thread.name.startswith(starters) for thread in set(threading.enumerate()) - before),
        "all other threads have ended",
    )
