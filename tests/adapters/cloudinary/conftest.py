"""An account in the stand-in, and a server that answers whatever a test wants."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from app.adapters.cloudinary import Cloudinary
from app.adapters.cloudinary.connection import new_session
from app.core.config import Account
from scripts.sandbox.pictures import jpeg, scene
from scripts.sandbox.standin.client import Standin

PHOTO = jpeg(scene(300, 400))


@pytest.fixture
def cloudinary(standin: Standin) -> Iterator[Cloudinary]:
    made = Cloudinary(Account(standin.cloud, standin.key, standin.secret, standin.url), {standin.delivery_host})
    yield made
    made._session.close()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with new_session() as made:
        yield made


@dataclass
class Answers:
    """What a server answers to everything, and the paths that it was asked for, with what headers.

    Where a header has `{n}` it stands for how often it was asked. With a `pause`, the body comes byte by byte;
    `sent` counts them.
    """

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "image/jpeg"})
    body: bytes = b""
    pause: float = 0.0
    sent: int = 0
    asked: list[str] = field(default_factory=list)
    heard: list[dict[str, str]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of the host's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that have enough hang up."""


@pytest.fixture
def answers() -> Iterator[Answers]:
    answer = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer.asked.append(self.path)
            answer.heard.append(dict(self.headers))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value.replace("{n}", str(len(answer.asked))))
            self.end_headers()
            if not answer.pause:
                self.wfile.write(answer.body)
                return
            for byte in answer.body:
                self.wfile.write(bytes([byte]))
                answer.sent += 1
                time.sleep(answer.pause)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    answer.url = f"http://127.0.0.1:{server.server_port}"
    yield answer
    server.shutdown()
    server.server_close()
    thread.join()
