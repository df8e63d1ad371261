"""python -m scripts.sandbox.standin --port 9400: runs until SIGTERM, SIGINT or, on request, the end of its input."""

from __future__ import annotations

import argparse
import os
import signal
import threading

from scripts.sandbox.standin.cloud import Cloud
from scripts.sandbox.standin.faults import Faults
from scripts.sandbox.standin.notifier import RETRY_DELAYS, Notifier
from scripts.sandbox.standin.pictures import prepare_pillow
from scripts.sandbox.standin.server import Server


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.sandbox.standin", description="A local Cloudinary.")
    parser.add_argument("--port", type=int, default=9400, help="0 chooses a free port and prints it")
    parser.add_argument("--cloud", default="demo")
    parser.add_argument("--key", default="key")
    parser.add_argument("--secret", default="secret")
    parser.add_argument("--notify", metavar="URL", help="URL to POST notifications to")
    parser.add_argument("--signature", choices=["sha1", "sha256"], default="sha1")
    parser.add_argument("--retry-delays", default=",".join(f"{delay:g}" for delay in RETRY_DELAYS), metavar="S,S,S")
    parser.add_argument("--end-with-stdin", action="store_true", help="stop when the process at the other end is gone")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    delays = [float(delay) for delay in given.retry_delays.split(",") if delay]
    prepare_pillow()
    faults = Faults()
    notifier = Notifier(given.secret, faults, given.notify, given.signature, delays)
    server = Server(given.port, Cloud(given.cloud, given.key, given.secret, faults, notifier))

    def end(*_: object) -> None:
        threading.Thread(target=server.shutdown).start()  # would wait for itself in the serving thread

    def end_with_stdin() -> None:
        while os.read(0, 4096):  # not sys.stdin, which at exit waits for a pending read
            pass
        end()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if given.end_with_stdin:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    print(f"standin listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever(poll_interval=0.5)  # it only checks whether to stop
    server.server_close()


if __name__ == "__main__":
    main()
