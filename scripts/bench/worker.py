"""A worker that stores photos with Collagen's own processor, without the network, and shows where its time goes."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from app.adapters import imaging
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.photos.photos import Photos
from app.core.config import Campaign, Campaigns
from app.core.sources import Asset, Hint
from app.services.processor.processor import Processor
from scripts.sandbox.people import address

CAMPAIGN = "campaign"
APPROVED = 1_700_000_000  # time of approval of every photo, and its version
RAW = b"{}" * 500  # a notification, as long as one is
STAGES = {"prepare": imaging.Decoder, "write": ExifTool, "put": Photos}  # method: whose


class Answers:
    """Stands in for Cloudinary: every photo is approved, and its picture available at once."""

    any_format = False
    remote = True

    def __init__(self, people: list[bytes]) -> None:
        self._people = people

    def state(self, public_id: str, type: str = "upload", kind: str = "image", *, metadata: bool = False) -> Asset:
        number = int(public_id)
        return Asset(public_id, f"id{number}", CAMPAIGN, APPROVED, True, APPROVED, address(number), "")

    def picture(self, public_id: str, url: str) -> bytes:
        return self._people[int(public_id) % len(self._people)]


class Worker:
    """The webhook's work without HTTP. `people`: the JPEGs that arrive, over and over."""

    def __init__(self, store: Store, people: list[bytes]) -> None:
        campaigns = Campaigns([Campaign(CAMPAIGN, CAMPAIGN, CAMPAIGN)])
        self._store, self._exiftool, answers = store, ExifTool(), Answers(people)
        self._processor = Processor(answers, store, self._exiftool, campaigns)  # type: ignore[arg-type]

    def notified(self, number: int, status: str) -> None:
        """Handles one photo's notification completely. `status`: the expected outcome."""
        outcome = self._processor.process(Hint(str(number), "https://picture", APPROVED))
        self._store.logs.notification(CAMPAIGN, datetime.now(UTC), "approved", outcome.public_id, RAW)
        if outcome.status != status:
            raise SystemExit(f"The photo {number} was {outcome.status}, not {status}: {outcome.error}")

    def close(self) -> None:
        self._processor._mirror.decoder.close()
        self._exiftool.close()


@contextmanager
def one_core() -> Iterator[None]:
    """Meanwhile this thread, and the threads and processes that it starts, share one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def timed() -> Iterator[dict[str, list[float]]]:
    """Meanwhile the methods in STAGES record the seconds of every call."""
    taken: dict[str, list[float]] = defaultdict(list)
    before = {name: getattr(holder, name) for name, holder in STAGES.items()}
    for name, holder in STAGES.items():
        setattr(holder, name, _watched(before[name], taken[name]))
    try:
        yield taken
    finally:
        for name, holder in STAGES.items():
            setattr(holder, name, before[name])


def _watched(function: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    @wraps(function)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        began = time.monotonic()
        try:
            return function(*arguments, **named)
        finally:
            seconds.append(time.monotonic() - began)

    return wrapper
