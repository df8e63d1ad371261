"""Measures what grows with a campaign: the listings behind pages, syncs and collages, for 1,000 to 1,000,000 photos.

The files are empty, because nothing here reads one, and in the page cache; a network file system adds its own latency
to each name. Shown are the first run of each, in a fresh process, and that process's peak memory.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from app.adapters.store import Store
from app.adapters.store.photos.paths import VARIANTS
from app.services.collage.build import Parameters, plan

CAMPAIGN = "sayno"
LISTINGS: dict[str, Callable[[Store], object]] = {
    "photos in order (each page)": lambda store: store.photos.all(CAMPAIGN),
    "versions (each page)": lambda store: store.photos.versions(CAMPAIGN, store.photos.pairs(CAMPAIGN)),
    "pairs (each sync)": lambda store: store.photos.pairs(CAMPAIGN),
    "plan of a collage": lambda store: plan(store, CAMPAIGN, Parameters(photos=20_000)),
}


def fill(store: Store, begin: int, end: int) -> None:
    """Creates empty files for photos number `begin` to `end`."""
    for number in range(begin, end):
        name = f"photo{number:07}"
        (store.root.path / CAMPAIGN / "approved" / f"{name}.jpg").touch()
        for suffix in (".png", *(f".{variant}.jpg" for variant in VARIANTS)):
            (store.root.path / CAMPAIGN / "thumbnails" / f"{name}{suffix}").touch()


def measure(path: Path, name: str) -> tuple[float, float]:
    """Seconds that a listing takes, and the process's peak memory in MB."""
    began = time.monotonic()
    LISTINGS[name](Store(path))
    return time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/listing", description=__doc__)
    sizes = [1_000, 10_000, 100_000, 1_000_000]
    parser.add_argument(
        "--photos", type=int, nargs="+", default=sizes, metavar="N", help="(default: 1,000 to 1,000,000)"
    )
    asked = parser.parse_args()
    directory = Path(tempfile.mkdtemp(dir=Path.home(), prefix=".listing-"))
    try:
        store, there = Store(directory / "store"), 0
        store.root.initialise()
        for room in ("approved", "thumbnails"):
            (store.root.path / CAMPAIGN / room).mkdir(parents=True)
        print(f"{'seconds (peak MB)':<30}" + "".join(f"{photos:>20,}" for photos in sorted(asked.photos)), flush=True)
        rows: dict[str, str] = dict.fromkeys(LISTINGS, "")
        for photos in sorted(asked.photos):
            fill(store, there, photos)
            there = photos
            for name in LISTINGS:
                with get_context("spawn").Pool(1) as pool:
                    seconds, memory = pool.apply(measure, (store.root.path, name))
                rows[name] += f"{f'{seconds:.3f} ({memory:.0f})':>20}"
        for name, row in rows.items():
            print(f"{name:<30}{row}")
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
