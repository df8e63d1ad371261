"""Published sites as their readers see them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.adapters.targets import Upload
from app.adapters.targets.directory import Directory
from app.core.config import Brand, Campaign
from scripts.sandbox import stored

RULES = Campaign(
    name=stored.CAMPAIGN,
    title="Say <No>",
    folder="sayno",
    public=True,
    brand=Brand(colour="#ff9416", text="Say No e.V."),
)


PLACE, SITE = "here", "https://faces.example.org/"


class Clock:
    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


class Stopped(BaseException):
    """The process was killed."""


class Followed(Directory):
    """A directory that notes what is done to it, and calls `after` with the number of it after each.

    `steps`: "put PATH" and "delete PATH …", in order.
    """

    def __init__(self, top: Path, after: Callable[[int], None] = lambda number: None) -> None:
        super().__init__(top)
        self.steps: list[str] = []
        self._after = after
        self._turn = threading.Lock()

    def put(self, upload: Upload) -> None:
        super().put(upload)
        self._done(f"put {upload.path}")

    def delete(self, paths: Collection[str]) -> None:
        super().delete(paths)
        if paths:
            self._done(f"delete {' '.join(paths)}")

    def _done(self, step: str) -> None:
        with self._turn:  # threads send at once, and each number comes once
            self.steps.append(step)
            number = len(self.steps)
        self._after(number)


class NotingCdn:
    """A CDN that adds what it is to forget to `steps`."""

    def __init__(self, steps: list[str]) -> None:
        self._steps = steps

    def invalidate(self, paths: Sequence[str]) -> str:
        self._steps.append(f"forget {' '.join(paths)}")
        return "I1"

    def wait(self, invalidation: str) -> None:
        self._steps.append(f"wait {invalidation}")
