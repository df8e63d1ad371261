"""One stand-in for all its own tests, empty for each, and a webhook that writes down what it is sent."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image

from scripts.sandbox.standin.client import Standin

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


def jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 40), colour).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Received:
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Webhook:
    """Answers with `statuses` one after the other, then with 200."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        return [one.json["notification_type"] for one in self.received]

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        self.received.append(Received(body, headers))
        return self.statuses.pop(0) if self.statuses else 200


@pytest.fixture
def webhook(standin: Standin) -> Iterator[Webhook]:
    """A server the stand-in notifies for the length of a test."""
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
