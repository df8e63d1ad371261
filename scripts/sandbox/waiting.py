"""Waiting for other processes: every wait has a deadline, and its error says what it waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
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


def has_ended(pid: int) -> bool:
    """Whether a process has ended, whether or not anybody has reaped it: a signal takes a moment to kill."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"
