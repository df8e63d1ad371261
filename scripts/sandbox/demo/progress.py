"""Each step of the demonstration, and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(title: str) -> Iterator[None]:
    """Prints a step and how long it took."""
    started = time.monotonic()
    if sys.stdout.isatty():
        print(f"  … {title}", end="", flush=True)
    yield
    clear = "\r\x1b[K" if sys.stdout.isatty() else ""
    print(f"{clear}  ✓ {title:<88} {time.monotonic() - started:5.1f} s", flush=True)


def bar(part: float) -> None:
    """Shows progress under the current step, on a terminal only."""
    if sys.stdout.isatty():
        width = 24
        full = round(width * min(part, 1))
        print(f"\x1b[s  {'█' * full}{'░' * (width - full)}\x1b[u", end="", flush=True)
