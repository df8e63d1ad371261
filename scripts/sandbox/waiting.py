"""Waiting for other processes: every wait has a deadline, and its error says what it waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 300.0  # seconds; long, because the machine may be busy: only something that hangs takes this long


def wait_for(condition: Callable[[], T | None], what: str, every: float = 0.02, patience: float = PATIENCE) -> T:
    """Calls `condition` every few seconds (`every`) until its result is true, and returns that.

    Raises AssertionError, naming `what`, after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {patience:g} s in vain until {what}"
        time.sleep(every)
    return found
