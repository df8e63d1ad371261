"""Measures how a build affects other requests to gunicorn: idle, and while collages are built one after another.

Health checks, a static file and approvals (signed, the picture fetched from the stand-in and stored) take turns, one at
a time with a pause after each, so that only the build competes with them. The stand-in adds no delay, but its own
computing counts towards an approval. All workers have stored photos before measuring starts. Builds are started through
the admin API. Their memory is measured in a separate build, because sampling slows it down.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from app.adapters.store import Store
from app.services.collage import job
from app.services.collage.build import Parameters
from scripts.bench import pictures
from scripts.bench.client import WORKERS, Client, Times
from scripts.bench.measure import Figures, measure, percentile
from scripts.sandbox.people import portrait
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin

CAMPAIGN = "other"  # of scripts.sandbox.service: the campaign that collages are built from; approvals go to another
PEOPLE = 12  # distinct pictures that arrive
KINDS = {"health": "GET /health", "static": "GET /static/page.css", "approval": "approval, picture stored"}


@contextlib.contextmanager
def building(store: Store, service: Service) -> Iterator[list[float]]:
    """Builds one collage after another meanwhile; yields the seconds of the finished ones."""
    done: list[float] = []
    failed: list[str] = []
    enough = threading.Event()

    def build() -> None:
        while not enough.is_set():
            began = time.monotonic()
            answer = service.build(CAMPAIGN, wait=300)
            if answer.status_code != 201:
                failed.append(f"A build was answered {answer.status_code}: {answer.text[:200]}")
                return
            done.append(time.monotonic() - began)
            shutil.rmtree(store.root.path / CAMPAIGN / "collages")  # each build finds the same store

    builder = threading.Thread(target=build)
    builder.start()
    try:
        time.sleep(0.5)  # until it is well under way
        yield done
    finally:
        enough.set()
        builder.join()
    if failed:
        raise SystemExit(failed[0])


def link(source: Path, target: Path) -> None:
    """Links the same photos into another campaign. Collagen never writes into a file that already has its name."""
    for path in pictures.files_of(source):
        new = target / path.relative_to(source)
        new.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, new)


def show(idle: Times, beside: Times) -> None:
    columns = "".join(f"{name:>8}" for name in ("p50", "p95", "p99"))
    print(f"{'milliseconds':<26}{'idle':>24}  {'while building':>24}{'p95':>8}")
    print(f"{'':<26}{columns}  {columns}{'ratio':>8}{'requests':>12}")
    for kind, title in KINDS.items():
        parts = ["".join(f"{1000 * percentile(one[kind], p):>8.1f}" for p in (50, 95, 99)) for one in (idle, beside)]
        ratio = percentile(beside[kind], 95) / percentile(idle[kind], 95)
        print(f"{title:<26}{parts[0]}  {parts[1]}{ratio:>8.2f}{len(idle[kind]):>6}{len(beside[kind]):>6}")


def run(source: Store, campaign: str, samples: int) -> tuple[Times, Times, list[float], Figures]:
    """Sends requests while idle and while building; returns their times, each build's seconds and the figures of one
    alone.
    """
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        people = list(pool.map(portrait, range(PEOPLE)))
    # beside the cache: in /tmp, which may be in memory, a file cannot be linked, and fsync costs nothing
    with (
        tempfile.TemporaryDirectory(dir=source.root.path.parent, prefix="neighbours-") as directory,
        Standin.start(retry_delays=[]) as standin,
    ):
        store = Store(Path(directory) / "store")
        store.root.initialise()
        link(source.root.path / campaign, store.root.path / CAMPAIGN)
        with Service(environment(standin, store.root.path), workers=WORKERS) as service:
            standin.notify(service.webhook)
            client = Client(service, standin, people)
            client.warm_up()
            idle = client.ask(samples)
            with building(store, service) as builds:
                beside = client.ask(samples)
            return idle, beside, builds, measure(lambda: job.start(store, CAMPAIGN, Parameters()).process)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/neighbours", description=__doc__)
    parser.add_argument(
        "--photos", type=int, default=5_000, metavar="N", help="photos in the collage (default: %(default)s)"
    )
    parser.add_argument(
        "--samples", type=int, default=300, metavar="N", help="requests of each kind (default: %(default)s)"
    )
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    idle, beside, builds, alone = run(*pictures.campaign(asked.cache, asked.photos), asked.samples)
    if alone.status:
        raise SystemExit(f"The build alone ended with {alone.status}.")
    print(f"{os.cpu_count()} cores, {WORKERS} workers, a collage of {asked.photos} photos\n")
    show(idle, beside)
    print(f"\n{len(builds)} builds meanwhile, of {percentile(builds, 50):.2f} s (median)")
    print(
        f"a build alone: {alone.wall:.2f} s, {alone.cpu:.2f} s of CPU,"
        f" {alone.memory / 1e6:.0f} MB (largest sum of PSS of its processes)"
    )


if __name__ == "__main__":
    main()
