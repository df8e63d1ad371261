"""The process that `scripts.sandbox.kills.publish` kills: one publication, as the command does it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.adapters.store import Store
from app.adapters.targets import Upload
from app.adapters.targets.cloudfront import Distribution
from app.adapters.targets.s3 import Bucket
from app.core.config import load_campaigns, load_settings
from app.services.publish.ordering import order_of, where_to
from app.services.publish.publish import Publisher
from scripts.sandbox.stored import CAMPAIGN


@dataclass
class Life:
    """Ends at the `most`-th thing that is done to bucket or CDN: after it, or, with an even number, before it."""

    most: int
    lived: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def step(self) -> Iterator[None]:
        """Threads take steps at the same time."""
        with self.turn:
            self.lived += 1
            last = self.lived == self.most
        if last and self.most % 2 == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        yield
        if last:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalBucket(Bucket):
    life: Life

    def put(self, upload: Upload) -> None:
        with self.life.step():
            super().put(upload)

    def delete(self, paths: Collection[str]) -> None:
        with self.life.step() if paths else contextlib.nullcontext():
            super().delete(paths)


class MortalDistribution(Distribution):
    life: Life

    def invalidate(self, paths: Sequence[str]) -> str:
        with self.life.step():
            return super().invalidate(paths)


def work(environ: dict[str, str], to: str, most: int, later: float = 0) -> None:
    """Publishes to the address `to`, until done or killed. `later`: seconds that its clock is ahead."""
    os.setsid()
    os.environ.update(environ)
    settings = load_settings(environ, dotenv=Path("/nonexistent"))
    rules, life = load_campaigns(settings.campaigns_file)[CAMPAIGN], Life(most)
    place = where_to(settings, rules, to, Path())
    order, _ = order_of(settings, rules, None, place, datetime.now(UTC).date())
    bucket = MortalBucket(place.bucket, place.prefix, place.endpoint, place.region)
    cdn = MortalDistribution(place.distribution or "")
    bucket.life = cdn.life = life
    Publisher(Store(settings.store), lambda: datetime.now(UTC) + timedelta(seconds=later)).publish(order, bucket, cdn)
