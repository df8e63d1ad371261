"""`Gateway`: an HTTP proxy in a container's network, whose requests leave through this machine's.

A container has a network of its own, so that its ports are free; an upgrade fetches packages all the same.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from scripts.sandbox.ending import Ending
from scripts.sandbox.machine.container import Container

PORT = 3128
URL = f"http://127.0.0.1:{PORT}"
SECONDS = 60  # without a byte


class Gateway(Ending):
    """Serves apt and pip in a booted container until `stop()`. Make it before this thread joins the container."""

    def __init__(self, root: Path, machine: Container) -> None:
        def listen() -> socketserver.ThreadingTCPServer:
            machine.join_network()
            socketserver.ThreadingTCPServer.allow_reuse_address = True
            return socketserver.ThreadingTCPServer(("127.0.0.1", PORT), _Handler)

        with ThreadPoolExecutor(1) as pool:  # only its thread joins the container
            self._server = pool.submit(listen).result()
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        apt = f'Acquire::http::Proxy "{URL}";\nAcquire::https::Proxy "{URL}";\nAcquire::http::Pipeline-Depth "0";\n'
        self._apt, self._pip = root / "etc/apt/apt.conf.d/91gateway", root / "root/.config/pip/pip.conf"
        self._pip.parent.mkdir(parents=True, exist_ok=True)
        self._apt.write_text(apt)
        self._pip.write_text(f"[global]\nproxy = {URL}\n")

    def stop(self) -> None:
        self._apt.unlink(missing_ok=True)
        self._pip.unlink(missing_ok=True)
        self._server.shutdown()
        self._server.server_close()


class _Handler(socketserver.StreamRequestHandler):
    timeout = SECONDS

    def handle(self) -> None:
        """Passes on one request: CONNECT for pip, GET for apt, which asks again on a new connection."""
        method, target, *_ = self.rfile.readline().decode("latin-1").split() or ["", ""]
        head = []
        while (line := self.rfile.readline()) not in (b"\r\n", b"\n", b""):
            if not line.lower().startswith((b"connection:", b"proxy-")):
                head.append(line)
        where = urlsplit(target if "://" in target else f"//{target}")
        if where.hostname is None:
            return
        with (
            contextlib.suppress(OSError),
            socket.create_connection((where.hostname, where.port or 80), SECONDS) as there,
        ):
            if method == "CONNECT":
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                threading.Thread(target=_pump, args=(self.connection, there), daemon=True).start()
            else:
                path = where._replace(scheme="", netloc="").geturl() or "/"
                there.sendall(
                    f"{method} {path} HTTP/1.1\r\n".encode() + b"".join([*head, b"Connection: close\r\n\r\n"])
                )
            _pump(there, self.connection)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
