"""HTTP: routes requests to the interfaces, applies faults, and keeps connections alive in a threaded server."""

from __future__ import annotations

import io
import socketserver
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from scripts.sandbox.standin import admin_api, control, delivery, setup_api, upload_api
from scripts.sandbox.standin.cloud import Cloud
from scripts.sandbox.standin.errors import NoJsonError, RefusalError
from scripts.sandbox.standin.spoiling import AFTERWARDS, HTML, error_answer, instead, json_answer, without_fields

_RULES = [*admin_api.RULES, *setup_api.RULES, *upload_api.RULES, *control.RULES]
_MAP = Map(_RULES, merge_slashes=False)
_ADMIT = {"api": admin_api.admit, "upload": upload_api.admit}


class FormRequest(Request):
    max_form_parts = max_form_memory_size = sys.maxsize  # one form can add thousands of assets


def door_of(path: str) -> str:
    """control, upload, api or delivery."""
    parts = path.split("/")
    if parts[1] == "standin":
        return "control"
    if parts[1] != "v1_1":
        return "delivery"
    return "upload" if len(parts) > 3 and parts[3] in ("image", "video", "raw", "auto") else "api"


class Application:
    """Answers requests for one account; `serve` returns the answer and where to cut it off, if anywhere."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def serve(self, request: Request) -> tuple[Response, int | None]:
        door = door_of(request.path)
        if door == "control":
            return self._answer(door, request), None
        hits = self.cloud.faults.pick(door, _subject(request))
        delays = [hit for hit in hits if hit.kind == "delay"]
        spoilers = [hit for hit in hits if hit.kind != "delay"]
        time.sleep(sum(delay.details.get("seconds", 1.0) for delay in delays if not delay.details.get("stale")))
        if spoilers and spoilers[0].kind not in AFTERWARDS:
            answer = instead(spoilers[0])
        else:
            answer = self._answer(door, request)
        # A stale answer was true when it was made, and arrives late.
        time.sleep(sum(delay.details.get("seconds", 1.0) for delay in delays if delay.details.get("stale")))
        cut_at = None
        for fault in spoilers:
            if fault.kind == "missing_fields":
                answer = without_fields(fault, answer)
            elif fault.kind == "cut":
                cut_at = int(len(answer.get_data()) * fault.details.get("fraction", 0.5))
        if door == "upload":
            answer.headers["Access-Control-Allow-Origin"] = "*"  # browsers upload from any page
        call = {"call": door, "method": request.method, "path": request.path, "status": answer.status_code}
        self.cloud.calls.append(call | {"query": request.query_string.decode(), "at": time.time()})
        return answer, cut_at

    def _answer(self, door: str, request: Request) -> Response:
        if door == "delivery":
            return delivery.deliver(self.cloud, request)
        try:
            function, matched = _MAP.bind_to_environ(request.environ).match()
            arguments = dict(matched)
            headers = _ADMIT[door](self.cloud, request, arguments.pop("cloud_name")) if door in _ADMIT else {}
            answer = json_answer(function(self.cloud, request, **arguments))
            answer.headers.update(headers)
        except NoJsonError:
            answer = Response(HTML, 404, content_type="text/html; charset=utf-8")
        except RefusalError as error:
            answer = error_answer(error.status, error.message)
        except HTTPException as error:
            answer = error_answer(error.code or 500, f"{error.name}: {request.method} {request.path}")
        return answer


def _subject(request: Request) -> str:
    """Where a fault's `match` is searched: the path, the query, and what a form or JSON body names."""
    named = [request.form.get(name, "") for name in ("public_id", "from_public_id", "to_public_id")]
    body = request.get_data(as_text=True) if request.mimetype == "application/json" else ""
    return "\n".join([request.path, unquote(request.query_string.decode()), *named, body])


class Server(ThreadingHTTPServer):
    """One thread per connection, on loopback only."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, cloud: Cloud) -> None:
        self.application = Application(cloud)
        super().__init__(("127.0.0.1", port), Handler)
        cloud.lives_at(f"http://127.0.0.1:{self.server_port}")

    def server_bind(self) -> None:
        """Skips HTTPServer's look-up of the host's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # clients that hang up are nothing to report
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Connects the socket and the application. Werkzeug's own server would close every connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Standin", ""
    disable_nagle_algorithm = True  # else a kept connection waits 40 ms between head and body
    server: Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        environ = self._environ()
        try:
            answer, cut_at = self.server.application.serve(FormRequest(environ))
        except Exception as error:
            self.log_error("%s %s: %r", self.command, self.path, error)
            self.close_connection = True
            self._send(error_answer(500, f"The stand-in failed: {error!r}"), None)
            raise
        self._send(answer, cut_at)

    def _send(self, answer: Response, cut_at: int | None) -> None:
        body = answer.get_data()
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if cut_at is None else body[:cut_at])
        if cut_at is not None:
            self.close_connection = True

    def _environ(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionResetError  # the client died while it sent a picture
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "standin.quoted_path": path,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(time.time() + self.server.application.cloud.ahead)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are in the log of calls."""

    def log_error(self, format: str, *args: Any) -> None:
        print("standin:", format % args, file=sys.stderr, flush=True)
