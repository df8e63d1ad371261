"""One stand-in for all its own tests, emptied for each, and a webhook that records what it receives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scripts.sandbox.standin.client import Standin
from tests.support.webhook import Webhook, jpeg

NO_RETRIES: dict[str, Any] = {"notify": None, "signature": "sha1", "retry_delays": [], "at_once": 8}


@pytest.fixture(scope="session")
def running_standin() -> Iterator[Standin]:
    with Standin.start() as running:
        yield running


@pytest.fixture
def standin(running_standin: Standin) -> Standin:
    running_standin.reset()
    running_standin.settings(**NO_RETRIES)
    return running_standin


@pytest.fixture
def photo() -> bytes:
    return jpeg("tomato")


@pytest.fixture
def webhook(standin: Standin) -> Iterator[Webhook]:
    """A server that the stand-in notifies during a test."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(hook.take(body, dict(self.headers)))
            self.end_headers()
            self.wfile.write(b"seen")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_port}/webhook/cloudinary"
    standin.notify(hook.url)
    yield hook
    standin.notify(None)
    server.shutdown()
    server.server_close()
    thread.join()
