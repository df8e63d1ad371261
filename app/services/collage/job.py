"""Builds a collage in a background job, `python -m app.services.collage.job`; one at a time for each campaign.

The job inherits the campaign's lock and holds it until it ends, however it ends.
"""

import contextlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from app.adapters.jobs import background, environment
from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.core import limits, metrics
from app.core.errors import CollagenError, StoreUnavailable, where
from app.services.collage import choice, finish, memory
from app.services.collage.mosaic import wish as wish_for_mosaic
from app.services.collage.plan import Parameters, plan, plan_revision
from app.services.looks.standing import UsedLook

LOG = logging.getLogger("app.services.collage.job")  # also when it is the main module
ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "2",  # the threads that read files would each keep some
    # bands are rendered by a process for each core: none of them needs threads, which forking would not survive
    "MAGICK_THREAD_LIMIT": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
REFUSED = (
    "The build needs more than the {} MB of memory that each of its processes may use (BUILD_BYTES in "
    "app/core/limits.py); ask for a smaller canvas."
)
KILLED = "One of the build's processes was killed, most likely because the machine ran out of memory; try again."
CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Build:
    """A collage that is being built."""

    id: str
    process: subprocess.Popen[bytes]

    def wait(self, seconds: float | None = None) -> bool:
        """Waits for the build to end, for at most `seconds`; returns whether it has ended."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


def start(store: Store, campaign: str, parameters: Parameters) -> Build:
    """Starts a build. Raises BadParameters, CollageInProgress or StoreUnavailable; then nothing was started."""
    store.root.require_room()
    # only here: an excluded or pinned photo that is removed before the job looks is not in the collage either
    choice.require_known(campaign, store.photos.all(campaign), parameters.exclude, parameters.pin)
    # finding duplicates takes reading; the job does it, unless the grid has to be known now
    plan(store, campaign, parameters if parameters.pin else replace(parameters, duplicates=True))
    order = asdict(replace(parameters, mosaic=None)) | {
        "exclude": sorted(parameters.exclude),
        "pin": dict(parameters.pin),
        "mosaic": parameters.mosaic.as_json() if parameters.mosaic else None,
    }
    return _start(store, store.collages.begin(campaign), {"wish": order})


def revise(store: Store, campaign: str, collage: str, without: Collection[str], patience: float) -> Build:
    """Rebuilds a finished collage without some people (public IDs), or withdraws it if nobody is left.

    Waits at most `patience` seconds for another build of the campaign, then raises CollageInProgress.
    """
    draft = store.collages.begin(campaign, revise=collage, patience=patience)
    return _start(store, draft, {"without": sorted(without)})


def _start(store: Store, draft: Draft, task: dict[str, Any]) -> Build:
    order = task | {
        "store": str(store.path.absolute()),
        "campaign": draft.campaign,
        "id": draft.id,
        "directory": str(draft.directory.absolute()),
        "lock": draft.lock,
    }
    started = time.monotonic()

    def on_end(status: int) -> None:
        if status < 0:  # the job counts every other end itself, for it may outlive this process
            metrics.build("killed", time.monotonic() - started)

    try:
        process = background.start(
            ["app.services.collage.job"],
            "to build a collage",
            locks=[draft.lock],
            environ=environment.bare(limits.IMAGEMAGICK | ENVIRONMENT),
            order=order,
            on_end=on_end,
        )
    finally:
        os.close(draft.lock)
    return Build(draft.id, process)


def main() -> None:
    """The job: reads its order, builds, notes its state. Exit status 0 with a collage, else 1."""
    memory.give_way()
    with background.received_order() as order:
        _build(order)


def _build(order: Mapping[str, Any]) -> None:
    store = Store(Path(order["store"]))
    draft = Draft(order["campaign"], order["id"], Path(order["directory"]), order["lock"])
    started, last = time.monotonic(), 0.0
    metrics.begin()  # while there is memory

    def progress(part: float) -> None:
        nonlocal last
        if time.monotonic() - last > 0.25:
            last = time.monotonic()
            store.collages.note(draft, {"state": "building", "progress": round(part, 3)})

    try:
        _carry_out(store, draft, order, progress)
    except CollagenError as error:
        message = str(error).replace(order["store"], "<store>")
        LOG.error("The collage %s of %s failed: %s", draft.id, draft.campaign, message)  # noqa: TRY400 -- one line
        _give_up(store, draft, error.public, time.monotonic() - started)
    except BaseException as error:
        memory.use_reserve()
        LOG.error("The collage %s of %s ended unexpectedly: %s", draft.id, draft.campaign, where(error))  # noqa: TRY400
        _give_up(store, draft, _said(error), time.monotonic() - started)
    os.close(draft.lock)  # the next build may begin as soon as this collage is seen, before this process is gone
    metrics.build("done", time.monotonic() - started)
    LOG.info("The collage %s of %s is done", draft.id, draft.campaign)


def _said(error: BaseException) -> str:
    """One sentence about an error that nobody expected."""
    if memory.is_lacking(error):
        return REFUSED.format(limits.BUILD_BYTES // 10**6)
    if isinstance(error, BrokenProcessPool):
        return KILLED
    return f"The build ended unexpectedly ({type(error).__name__}); see the service's log."


def _give_up(store: Store, draft: Draft, sentence: str, seconds: float) -> NoReturn:
    """Leaves nothing behind but why there is no collage: what was written may fill the disk."""
    metrics.build("failed", seconds)
    with contextlib.suppress(StoreUnavailable):  # without a note, the state is that of a build that was ended
        store.collages.abandon(draft)
        store.collages.note(draft, {"state": "failed", "error": sentence})
    sys.exit(1)


def _carry_out(store: Store, draft: Draft, order: Mapping[str, Any], progress: Callable[[float], None]) -> None:
    # only here: what decodes and renders takes memory, which the processes that start builds have no use for
    from app.services.collage.build import build

    now = datetime.now(UTC)
    if "wish" in order:
        wish = order["wish"]
        look = UsedLook(**wish["look"]) if wish.get("look") else None
        mosaic = wish_for_mosaic.from_json(wish["mosaic"]) if wish.get("mosaic") else None
        made_of = {"finish": finish.from_json(wish["finish"]), "look": look, "mosaic": mosaic}
        parameters = Parameters(**wish | made_of)
        memory.limit(mosaic is not None)
        build(store, draft, plan(store, draft.campaign, parameters), now, progress, processes=CORES)
        return
    old = store.collages.manifest(draft.campaign, draft.id)
    memory.limit(old.mosaic is not None)
    planned = plan_revision(store, draft.campaign, old, order["without"])
    if planned is None:
        store.collages.withdraw(draft)
    else:
        build(store, draft, planned, now, progress, old, CORES)


if __name__ == "__main__":
    main()
