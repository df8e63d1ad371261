"""Background jobs: a module of ours runs as a process of its own, which outlives the process that started it.

A lock passes from the starting process to the job and is free again when the job ends, however it ends. The order,
with the log context of the request, comes as JSON on the job's standard input.
"""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from app.core.errors import StoreUnavailable
from app.core.logging import continue_context, export_context
from app.core.project import ROOT

NICENESS = 10  # webhooks and tracked images come first


def start(
    arguments: Sequence[str],
    purpose: str,
    *,
    locks: Collection[int],
    environ: Mapping[str, str],
    order: Mapping[str, Any] | None = None,
    on_end: Callable[[int], None] = lambda status: None,
) -> subprocess.Popen[bytes]:
    """Starts `python -m <arguments>` at lower priority, and does not wait for it.

    `purpose` completes the error, e.g. "to send mails". `locks`: file descriptors the job inherits; the caller closes
    its own. `on_end` gets the exit status if this process is still there. Raises StoreUnavailable if no process can be
    started.
    """
    command = ["nice", "-n", str(NICENESS), sys.executable, "-m", *arguments]
    try:
        process = subprocess.Popen(  # noqa: S603 -- our own modules
            command,
            stdin=subprocess.DEVNULL if order is None else subprocess.PIPE,
            pass_fds=tuple(locks),
            cwd=ROOT,
            env=environ,
        )
    except OSError as error:
        raise StoreUnavailable(f"No process can be started {purpose}: {error}.") from error
    data = None if order is None else json.dumps({**order, "log": export_context()}).encode("utf-8")
    threading.Thread(target=_attend, args=(process, data, on_end), daemon=True).start()
    return process


def _attend(process: subprocess.Popen[bytes], order: bytes | None, on_end: Callable[[int], None]) -> None:
    """Hands over the order, then waits for the end: a process that nobody waits for stays behind as a zombie."""
    process.communicate(order)
    on_end(process.returncode)


@contextlib.contextmanager
def received_order() -> Iterator[dict[str, Any]]:
    """In the job: its order. Log lines written within carry the request ID of the process that started it.

    Ends the process with status 1 if there is no order: the starting process was killed before it could send one.
    """
    received = sys.stdin.buffer.read()
    if not received:
        sys.exit(1)
    order = json.loads(received)
    with continue_context(order["log"]):
        yield order
