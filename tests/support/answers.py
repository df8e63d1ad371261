"""A server whose answers a test chooses, and a small picture to answer with."""

from __future__ import annotations

import socketserver
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

from scripts.sandbox.pictures import jpeg, scene

PHOTO = jpeg(scene(300, 400))


@dataclass
class Answers:
    """The answer to every request; `asked` has the paths of the requests, `heard` their headers.

    `{n}` in a header stands for the number of requests so far. With a `pause` (seconds), the body comes byte by byte;
    `sent` counts the bytes.
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
        """Skips HTTPServer's look-up of the host's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Reports nothing: some clients hang up early, as they should."""
