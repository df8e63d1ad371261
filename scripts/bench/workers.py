"""Counts the photos that 1, 2 and 4 workers store each second: signed approvals to gunicorn, as fast as possible.

The stand-in delays every API answer and every picture, as Cloudinary does, and keeps sixteen notifications under way.
It shares the cores with the workers; its CPU time is shown beside theirs.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from app.adapters.store import Store
from scripts.bench.measure import percentile, pss, tree
from scripts.sandbox.people import portrait
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin

PEOPLE = 12  # distinct pictures that arrive
WARM = 40  # photos before measuring starts


@dataclass(frozen=True)
class Run:
    """`seconds`: for all photos; `cpu`: seconds of the service's processes and of the stand-in's; `memory`: bytes."""

    taken: list[float]
    seconds: float
    cpu: tuple[float, float]
    memory: int


def measured(directory: Path, people: list[bytes], workers: int, photos: int, delay: float) -> Run:
    store = Store(directory / f"store-{workers}")
    store.root.initialise()
    with (
        Standin.start(retry_delays=[]) as standin,
        Service(environment(standin, store.root.path), workers=workers) as service,
    ):
        standin.settings(at_once=16)
        standin.notify(service.webhook)
        for call in ("api", "delivery"):
            standin.faults(call, "delay", seconds=delay, times=None)
        approve(standin, people, "warm", WARM)
        told = len(standin.deliveries())
        before, began = cpu(service, standin), time.monotonic()
        approve(standin, people, "late", photos)
        seconds, after = time.monotonic() - began, cpu(service, standin)
        deliveries = standin.deliveries()[told:]
        stored = [one for one in deliveries if one["status"] == 200 and json.loads(one["body"])["status"] == "stored"]
        if len(stored) != photos:
            raise SystemExit(f"Of {photos} photos {len(stored)} were stored.")
        used = (after[0] - before[0], after[1] - before[1])
        memory = sum(pss(number) for number in tree(service.process.pid))
        return Run([one["seconds"] for one in deliveries], seconds, used, memory)


def approve(standin: Standin, people: list[bytes], name: str, many: int) -> None:
    """Approves so many new photos at once, and waits until they are stored."""
    names = [f"{name}{number}" for number in range(many)]
    waiting = {"asset_folder": "sayno", "status": "pending", "notify": False}
    for at, person in enumerate(people):
        if chosen := names[at :: len(people)]:
            standin.upload_many(person, [{"public_id": public_id} | waiting for public_id in chosen])
    for public_id in names:
        standin.approve(public_id)
    standin.wait_idle(600)


def cpu(service: Service, standin: Standin) -> tuple[float, float]:
    """CPU seconds so far: of the service's processes, ended children included, and of the stand-in."""
    assert standin.process
    return sum(ticks(number) for number in tree(service.process.pid)), ticks(standin.process.pid)


def ticks(number: int) -> float:
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[at]) for at in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/workers", description=__doc__)
    parser.add_argument("--photos", type=int, default=400, metavar="N", help="photos approved (default: %(default)s)")
    parser.add_argument(
        "--delay", type=float, default=300, metavar="MS", help="Cloudinary's delay (default: %(default)s)"
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], metavar="N", help="(default: 1 2 4)")
    asked = parser.parse_args()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        people = list(pool.map(portrait, range(PEOPLE)))
    print(f"{os.cpu_count()} cores, {asked.photos} photos, Cloudinary answers after {asked.delay:.0f} ms\n")
    names = ("photos/s", "× one", "p50 ms", "p95 ms", "CPU ms a photo", "stand-in's", "memory MB")
    print(f"{'workers':<8}" + "".join(f"{name:>{max(10, len(name) + 2)}}" for name in names))
    first = 0.0
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix=".workers-") as directory:
        for workers in asked.workers:
            run = measured(Path(directory), people, workers, asked.photos, asked.delay / 1000)
            rate = asked.photos / run.seconds
            first = first or rate
            figures = (rate, rate / first, *(1000 * percentile(run.taken, part) for part in (50, 95)))
            per = [1000 * one / asked.photos for one in run.cpu]
            print(
                f"{workers:<8}{figures[0]:>10.1f}{figures[1]:>10.2f}{figures[2]:>10.0f}{figures[3]:>10.0f}"
                f"{per[0]:>16.0f}{per[1]:>12.0f}{run.memory / 1e6:>11.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
