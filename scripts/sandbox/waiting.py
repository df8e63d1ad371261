"""Waiting for other processes: only something that hangs reaches the deadline, and then the test says what it was."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 300.0  # seconds; a machine that has much else to do takes long, too


def wait_for(condition: Callable[[], T | None], what: str, every: float = 0.02) -> T:
    """Calls `condition` until its result is true, and returns that. `every`: seconds between two calls.

    Raises AssertionError, naming `what`, after PATIENCE seconds.
    """
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s in vain until {what}"
        time.sleep(every)
    return found
