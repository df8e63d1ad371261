"""Kills workers while they make looks that are ordered in a queue; nothing may be lost. `./scripts/looks-test` runs it.

Every order is there twice, in random order. The model fails on a tenth of the photos, each time. Some orders are dead
letters from the start: their look is not in looks.toml yet; others become dead letters because their worker was killed
each time. In the end the model is mended, the look is added, what failed is ordered again, and the dead letters are
redriven.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from app.adapters.imaging.looks import xmp
from app.adapters.store import Store
from app.services.looks import records
from app.services.looks.orders import Order
from scripts.sandbox import onnx, stored
from scripts.sandbox.awsserver.client import AwsServer, TestQueue
from scripts.sandbox.commands import said
from scripts.sandbox.kills.workers import Workers
from scripts.sandbox.kills.workplace import workplace
from scripts.sandbox.mirror import leftovers
from scripts.sandbox.service import GIVEN_AWAY

FAILING = 10  # one photo of so many
LATE = 5  # orders of a look that looks.toml does not have yet
RECEIVES = 4
WIDTH, HEIGHT = 300, 400
LOOKS = '[orange]\n[[orange.steps]]\nstep = "cutout"\nbackground = "#ff9416"\nmodels = ["isnet-general-use"]\n'
CARD = '[card]\n[[card.steps]]\nstep = "watermark"\ntext = "{title}"\n'
MADE = re.compile(r"The look (\w+) of (\S+) in sayno: (\w+)")


def person(index: int) -> Image.Image:
    """A bright ellipse before a dark wall, of another size for each index; one wall of ten has no dark pixel."""
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    across = 0.25 + index % 97 / 1000
    inside = ((rows / HEIGHT - 0.5) / 0.4) ** 2 + ((columns / WIDTH - 0.5) / across) ** 2 < 1
    pixels = np.full((HEIGHT, WIDTH, 3), 70 if fails(index) else 8, np.uint8)
    pixels[inside] = 235 + index % 20
    return Image.fromarray(pixels)


def fails(index: int) -> bool:
    """Whether the model fails on this person."""
    return index % FAILING == 0


class Show:
    """One run."""

    def __init__(self, aws: AwsServer, directory: Path, seed: int, photos: int) -> None:
        self._directory = directory
        self._chance = random.Random(seed)
        self.store = Store(directory / "store")
        self.store.root.initialise()
        self.photos = stored.put(
            self.store,
            range(photos),
            archive=lambda index: stored.as_jpeg(person(index), 95),
            intermediate=lambda index: stored.as_intermediate(person(index)),
        )
        self.queue: TestQueue = aws.queue(RECEIVES)
        (directory / "campaigns.toml").write_text('[sayno]\ntitle = "Say No"\n')
        (directory / "looks.toml").write_text(LOOKS)
        onnx.installed(directory / "models", onnx.touchy)
        self._environ = os.environ | aws.environment
        self._environ |= {
            "COLLAGEN_STORE": str(self.store.path),
            "COLLAGEN_CAMPAIGNS": str(directory / "campaigns.toml"),
            "COLLAGEN_LOOKS": str(directory / "looks.toml"),
            "COLLAGEN_MODELS": str(directory / "models"),
            "COLLAGEN_LOOKS_QUEUE": self.queue.url,
        }
        self.workers = Workers(["--looks"], self._environ, self.queue, directory, self._chance)

    def send(self) -> int:
        """Orders every photo twice, in random order, and a few of a look that is not there yet; returns how many."""
        orders = [Order("sayno", "orange", photo, 0).written() for photo in self.photos * 2]
        orders += [Order("sayno", "card", photo, 0).written() for photo in self.photos[:LATE]]
        self._chance.shuffle(orders)
        self.queue.send_bodies(orders)
        return len(orders)

    def say(self, *arguments: str) -> str:
        """What a command answers."""
        return said(self._environ, *arguments)

    def mend(self) -> None:
        """Another model, and the look that was missing."""
        onnx.installed(self._directory / "models")
        (self._directory / "looks.toml").write_text(LOOKS + CARD)

    def failed(self) -> set[str]:
        return set(self.store.looks.failures("sayno", "orange"))

    def check(self, look: str, photos: Sequence[str]) -> None:
        """Exactly these photos have the look, and each result is the photo's."""
        assert set(self.store.looks.finished("sayno", look)) == set(photos)
        for photo in photos:
            record = records.of_file(self.store.looks.result_start("sayno", look, photo, xmp.HEAD))
            assert record is not None
            assert (record.public_id, record.look) == (photo, look)
        self.store.sweep()
        assert leftovers(self.store) == []

    def words(self) -> Counter[str]:
        """How often which outcome is in the logs. No photo was made twice."""
        found: Counter[str] = Counter()
        made: Counter[tuple[str, str]] = Counter()
        for log in self.workers.logs():
            assert not GIVEN_AWAY.search(log), GIVEN_AWAY.search(log)
            for look, photo, word in MADE.findall(log):
                found[word] += 1
                made[look, photo] += word == "made"
        assert max(made.values()) == 1
        return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="./scripts/looks-test", description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kill-every", type=float, default=5, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="do not remove the store and the logs at the end")
    given = parser.parse_args()
    with workplace("looks-test-", keep=given.keep) as directory:
        with AwsServer() as aws:
            show = Show(aws, directory, given.seed, given.photos)
            failing = {stored.name(index) for index in range(given.photos) if fails(index)}
            sent = show.send()
            began = time.monotonic()
            for _ in range(given.workers):
                show.workers.start()
            show.workers.empty(given.kill_every, lambda waiting: waiting > 0)
            seconds = time.monotonic() - began
            listed, dead = show.failed(), show.workers.dead()
            assert listed <= failing, "the listed failures are those of the model"
            assert dead >= LATE  # and orders of which a worker was killed each time
            show.workers.stop()
            show.mend()
            redriven = int(show.say("worker", "--looks", "--redrive").split()[0])
            again = show.say("look", "sayno", "orange", "--retry-failed").strip()
            for _ in range(given.workers):
                show.workers.start()
            show.workers.empty(None)
            show.workers.stop()
            show.check("orange", show.photos)
            show.check("card", show.photos[:LATE])
            assert (show.failed(), show.workers.dead()) == (set(), 0)
            words = show.words()
        rows = {
            "photos": given.photos,
            "orders, doubled and shuffled": sent,
            "workers killed": show.workers.kills,
            "photos the model failed on": len(failing),
            "listed as failed": len(listed),
            "dead letters, redriven": f"{dead}, {redriven}",
            "made": words["made"],
            "were there already": words["current"],
            "seconds until the queue was empty": round(seconds),
        }
        for name, value in rows.items():
            print(f"{name:<34}{value:>8}")
        print(again)


if __name__ == "__main__":
    main()
