"""Counts the operations that a photo and a collage ask of the store, and times a collage where each one is slow."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from app.adapters.store import Store
from app.services.collage import montage
from app.services.collage.plan import CollagePlan, Parameters, plan
from scripts.bench.watched import ENTRY, Watched
from scripts.bench.worker import Worker

RUNS = 3


def show_counts(directory: Path, picture: bytes, source: Path, campaign: str) -> None:
    """Counts in a new store at `directory`, left with one campaign; the collage is built from the store `source`."""
    disk = Watched()
    store = Store(directory, disk)
    store.root.initialise()
    worker = Worker(store, [picture])
    worker.notified(0, "stored")  # makes the directories
    columns = {}
    for title, status in (("stored", "stored"), ("unchanged", "unchanged")):
        disk.calls.clear()
        worker.notified(1, status)
        columns[title] = Counter(disk.calls)
    worker.close()
    disk = Watched()
    store = Store(source, disk)
    planned = plan(store, campaign, Parameters())
    columns["plan"] = Counter(disk.calls)
    disk.calls.clear()
    cells(store, campaign, planned)
    columns["cells"] = Counter(disk.calls)
    photos = len(planned.line.queue)
    print(f"{'operations on the store':<26}{'a photo is':>20}{f'a collage of {photos}':>20}{'a photo':>10}")
    print(f"{'':<26}" + "".join(f"{title:>10}" for title in columns) + f"{'of it':>10}")
    for kind in [*sorted({kind for calls in columns.values() for kind in calls}), ""]:
        row = [calls[kind] if kind else calls.total() for calls in columns.values()]
        print(f"{kind or 'all':<26}" + "".join(f"{count:>10}" for count in row) + f"{sum(row[2:]) / photos:>10.2f}")


def show_slow(source: Path, campaign: str, wait: float) -> None:
    """Times a collage's plan and its rendering on one core, without and with the delay, in turns."""
    disks: dict[str, Callable[[], Watched]] = {
        "as it is": lambda: Watched(),
        "slow": lambda: Watched(wait),
        "slow, entries too": lambda: Watched(wait, entries=True),
    }
    taken: dict[tuple[str, str], list[float]] = {}
    for _ in range(RUNS):
        for title, disk in disks.items():
            store = Store(source, disk())
            began = time.monotonic()
            planned = plan(store, campaign, Parameters())
            between = time.monotonic()
            cells(store, campaign, planned)
            taken.setdefault((title, "plan"), []).append(between - began)
            taken.setdefault((title, "cells"), []).append(time.monotonic() - between)
    print(f"{f'seconds, {1000 * wait:g} ms an operation':<34}" + "".join(f"{title:>20}" for title in disks))
    for step in ("plan", "cells"):
        row = [statistics.median(taken[title, step]) for title in disks]
        print(f"{f'{step} of {len(planned.line.queue)}':<34}" + "".join(f"{seconds:>20.2f}" for seconds in row))
    print(f"\n“entries too”: a {ENTRY} takes as long, as if listings returned no modification times.")


def cells(store: Store, campaign: str, planned: CollagePlan) -> None:
    """Renders every band, in this process: what a build reads."""
    seated = [photo.public_id for photo in planned.line.queue[: planned.grid.used]]
    scene = montage.Scene(store, campaign, seated, planned.grid, 10)
    try:
        for _ in montage.rendered(scene, lambda part: None):
            pass
    except montage.Unreadable as error:
        raise SystemExit(f"Cells are missing: {error}.") from error
