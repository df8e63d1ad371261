"""Times the whole way: seconds per notification, and seconds and memory per collage.

Real gunicorn, SDK, exiftool and ImageMagick; the stand-in answers without delay, which leaves out the network.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from app.adapters import imaging
from app.adapters.store import Store
from app.services.collage import job
from app.services.collage.build import Parameters
from scripts.sandbox.people import address, portrait
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import distinct

PEOPLE = 60
COLLAGES = (60, 229, 999)


def main() -> None:
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        people = list(pool.map(portrait, range(PEOPLE)))
    with tempfile.TemporaryDirectory() as directory, Standin.start(retry_delays=[]) as standin:
        store = Store(Path(directory) / "store")
        store.root.initialise()
        with Service(environment(standin, store.root.path), workers=4) as service:
            standin.notify(service.webhook)
            notifications(standin, people)
            prepared = [imaging.prepare(person) for person in people]
            for number in range(max(COLLAGES)):
                files = prepared[number % PEOPLE]
                store.photos.put(
                    "other", f"p{number}", files.archive, distinct(files.intermediate, number), 1_700_000_000 + number
                )
            collages(store)


def notifications(standin: Standin, people: list[bytes]) -> None:
    print(f"{'notification':<28}{'median':>10}{'p95':>10}   (answered, one at a time)")
    standin.settings(at_once=1)
    for number, person in enumerate(people):
        standin.upload(person, f"p{number}", folder="sayno", email=address(number), notify=False)
    changes = (
        ("approved, picture stored", standin.approve),
        ("approved again, unchanged", standin.approve),
        ("rejected, removed", standin.reject),
    )
    for title, change in changes:
        told = len(standin.deliveries())
        for number in range(PEOPLE):
            change(f"p{number}")
            standin.wait_idle(60)
        seconds = [delivery["seconds"] for delivery in standin.deliveries()[told:]]
        print(f"{title:<28}{milliseconds(seconds)}")
    standin.settings(at_once=16)
    started = time.monotonic()
    for number in range(PEOPLE):
        standin.approve(f"p{number}")
    standin.wait_idle(60)
    print(f"{PEOPLE} approvals at once: {PEOPLE / (time.monotonic() - started):.0f} a second\n")


def collages(store: Store) -> None:
    print(f"{'collage of':<12}{'grid':>9}{'cell':>11}{'seconds':>10}{'peak MB':>10}{'master MB':>11}")
    for people in COLLAGES:
        runs = [_collage(store, people) for _ in range(3)]
        manifest = store.collages.manifest("other", store.collages.ids("other")[-1]).as_json()
        grid = manifest["layout"]
        print(
            f"{people:<12}{grid['cols']:>5}×{grid['rows']}{grid['cell_width']:>7}×{grid['cell_height']}"
            f"{statistics.median(run[0] for run in runs):>10.2f}{max(run[1] for run in runs):>10.0f}"
            f"{manifest['files'][0]['bytes'] / 1e6:>11.1f}"
        )
    print()


def _collage(store: Store, people: int) -> tuple[float, float]:
    """Seconds from the request to the finished collage, and the building process's peak memory in MB."""
    started, peak = time.monotonic(), 0.0
    build = job.start(store, "other", Parameters(photos=people))
    status = Path(f"/proc/{build.process.pid}/status")
    while not build.wait(0.02):
        lines = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        peak = max([peak, *(int(line.split()[1]) / 1024 for line in lines)])
    return time.monotonic() - started, peak


def milliseconds(seconds: Iterable[float]) -> str:
    """Median and 95th percentile."""
    values = sorted(1000 * value for value in seconds)
    return f"{statistics.median(values):>7.0f} ms{values[int(0.95 * len(values))]:>7.0f} ms"


if __name__ == "__main__":
    main()
