"""A clock that moves only when somebody sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Time that passes when somebody sleeps; `slept` lists the durations."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
