"""`python -m scripts.sandbox.awsserver`: prints its port and runs until its input ends. See the package.

moto's queues are lists that several threads change at once, which loses and duplicates messages; here requests run one
at a time. A receive that waits for messages lets others run.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sqs.models import SQSBackend
from werkzeug.serving import WSGIRequestHandler, make_server

LOOK_EVERY = 0.05  # seconds, while there is no message

turn = threading.RLock()
receive_now = SQSBackend.receive_message


def receive(backend: SQSBackend, name: str, count: int, wait: int, *more: Any, **named: Any) -> list[Any]:
    """As moto's, but without holding its lock while waiting."""
    end = time.monotonic() + wait
    while True:
        with turn:
            messages = receive_now(backend, name, count, 0, *more, **named)
        if messages or time.monotonic() >= end:
            return messages
        time.sleep(LOOK_EVERY)


def one_at_a_time(method: Any) -> Any:
    def guarded(*arguments: Any, **named: Any) -> Any:
        with turn:
            return method(*arguments, **named)

    return guarded


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept alive, as AWS does

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def main() -> None:
    for name in ("send_message", "send_message_batch", "delete_message", "change_message_visibility"):
        setattr(SQSBackend, name, one_at_a_time(getattr(SQSBackend, name)))
    setattr(SQSBackend, "receive_message", receive)  # noqa: B010 -- a method of another library is replaced
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(
        "127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True, request_handler=Handler
    )
    os.environ["MOTO_PORT"] = str(server.server_port)  # moto builds the queues' URLs with it
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
