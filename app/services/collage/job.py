"""Builds a collage in a process of its own, at lower priority, one at a time for each campaign.

The campaign's lock goes from whoever starts the build to the building process, which holds it until it ends, however
it ends. `python -m app.services.collage.job` is that process; what to build comes on its standard input.
"""

import contextlib
import json
import logging
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.adapters.jobs import environment
from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.core import limits, metrics
from app.core.errors import CollagenError, StoreUnavailable, where
from app.core.logging import continue_context, export_context
from app.core.project import ROOT
from app.services.collage import choice
from app.services.collage.build import Parameters, build, plan, plan_revision
from app.services.collage.montage import Progress

LOG = logging.getLogger("app.services.collage.job")  # also where it is the main module
NICENESS = 10  # webhooks and tracked images come first
FREED = {"MALLOC_MMAP_THRESHOLD_": "4000000"}  # a picture's memory goes back to the system when it is freed


@dataclass(frozen=True)
class Build:
    """A collage that is being built."""

    id: str
    process: subprocess.Popen[bytes]

    def wait(self, seconds: float | None = None) -> bool:
        """Waits for the build to end, at most so long; says whether it has."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


def start(store: Store, campaign: str, wish: Parameters) -> Build:
    """Starts a build. Raises BadParameters, CollageInProgress or StoreUnavailable before anything is started."""
    store.root.require_room()
    # only here: whoever was excluded and goes before the build looks is not in it either
    choice.require_known(campaign, store.photos.all(campaign), wish.exclude)
    plan(store, campaign, replace(wish, duplicates=True))  # who is whom takes reading, which the build does
    order = {"photos": wish.photos, "width": wish.width, "height": wish.height, "exclude": sorted(wish.exclude)}
    order["duplicates"] = wish.duplicates
    return _start(store, store.collages.begin(campaign), {"wish": order})


def revise(store: Store, campaign: str, collage: str, without: Collection[str], patience: float) -> Build:
    """Builds a finished collage anew without some people (public IDs), or withdraws it where nobody is left.

    Waits at most `patience` seconds for another build of the campaign; then raises CollageInProgress.
    """
    draft = store.collages.begin(campaign, revise=collage, patience=patience)
    return _start(store, draft, {"without": sorted(without)})


def _start(store: Store, draft: Draft, what: dict[str, Any]) -> Build:
    order = what | {
        "store": str(store.path.absolute()),
        "campaign": draft.campaign,
        "id": draft.id,
        "directory": str(draft.directory.absolute()),
        "lock": draft.lock,
        "log": export_context(),
    }
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.services.collage.job"],
            stdin=subprocess.PIPE,
            pass_fds=(draft.lock,),
            cwd=ROOT,
            env=environment.environment(limits.IMAGEMAGICK | FREED),
        )
    except OSError as error:
        raise StoreUnavailable(f"No process can be started to build a collage: {error}.") from error
    finally:
        os.close(draft.lock)
    threading.Thread(target=_attend, args=(process, json.dumps(order).encode("utf-8")), daemon=True).start()
    return Build(draft.id, process)


def _attend(process: subprocess.Popen[bytes], order: bytes) -> None:
    """Hands over the order and waits, or the process would stay behind as a zombie."""
    started = time.monotonic()
    process.communicate(order)
    if process.returncode < 0:  # of all else it says so itself, for it may outlive whoever started it
        metrics.build("killed", time.monotonic() - started)


def main() -> None:
    """The building process: reads its order, builds, notes how it goes. Exit status 0 with a collage, else 1."""
    _give_way()
    received = sys.stdin.buffer.read()
    if not received:  # whoever started this was killed before it said what to build
        sys.exit(1)
    order = json.loads(received)
    with continue_context(order["log"]):
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
        metrics.build("failed", time.monotonic() - started)
        said = str(error).replace(order["store"], "<store>")
        LOG.error("The collage %s of %s failed: %s", draft.id, draft.campaign, said)  # noqa: TRY400 -- one line
        store.collages.note(draft, {"state": "failed", "error": error.public})
        sys.exit(1)
    except BaseException as error:
        metrics.build("failed", time.monotonic() - started)
        LOG.error("The collage %s of %s ended unexpectedly: %s", draft.id, draft.campaign, where(error))  # noqa: TRY400
        sentence = f"The build ended unexpectedly ({type(error).__name__}); the service's log says more."
        store.collages.note(draft, {"state": "failed", "error": sentence})
        sys.exit(1)
    os.close(draft.lock)  # whoever sees this collage may begin the next one, before this process is gone
    metrics.build("done", time.monotonic() - started)
    LOG.info("The collage %s of %s is done", draft.id, draft.campaign)


def _give_way() -> None:
    """Webhooks and tracked images come first: a build has less of the processor and, by its niceness, of the disk; and
    where memory runs out, it is what the system ends."""
    os.nice(NICENESS)
    with contextlib.suppress(OSError):  # in some containers nobody may say so
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    threading.stack_size(1024 * 1024)  # each thread's stack counts as data


def _limit_memory(pixels: int) -> None:
    """Lets the system refuse what a build of so many pixels has no use for."""
    most = limits.BUILD_BYTES + limits.BUILD_BYTES_PER_PIXEL * pixels
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _carry_out(store: Store, draft: Draft, order: Mapping[str, Any], progress: Progress) -> None:
    now = datetime.now(UTC)
    if "wish" in order:
        wish = Parameters(**order["wish"])
        _limit_memory(wish.width * wish.height)
        build(store, draft, plan(store, draft.campaign, wish), now, progress)
        return
    old = store.collages.manifest(draft.campaign, draft.id)
    _limit_memory(old.canvas.width * old.canvas.height)
    planned = plan_revision(store, draft.campaign, old, order["without"])
    if planned is None:
        store.collages.withdraw(draft)
    else:
        build(store, draft, planned, now, progress, old)


if __name__ == "__main__":
    main()
