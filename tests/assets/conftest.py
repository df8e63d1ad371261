"""An account in the stand-in, and a server that answers whatever a test wants."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from app.assets import Cloudinary
from app.config import Account
from tests.imaging.pictures import jpeg, scene
from tests.standin.client import Standin

PHOTO = jpeg(scene(300, 400))


@pytest.fixture
def cloudinary(standin: Standin) -> Iterator[Cloudinary]:
    made = Cloudinary(Account(standin.cloud, standin.key, standin.secret, standin.url), {standin.delivery_host})
    yield made
    made._session.close()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        yield made


@dataclass
class Answers:
    """What a server answers to everything, and the paths that it was asked for."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "image/jpeg"})
    body: bytes = b""
    asked: list[str] = field(default_factory=list)


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
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

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
