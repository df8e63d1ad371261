"""Builds a collage in a process of its own, at lower priority, one at a time for each campaign.

The campaign's lock goes from whoever starts the build to the building process, which holds it until it ends, however
it ends. `python -m app.collage.process` is that process; what to build comes on its standard input.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.collage.build import Parameters, build, plan
from app.errors import CollagenError, StoreUnavailable
from app.store import Store
from app.store.collages import Draft

LOG = logging.getLogger(__name__)
NICENESS = 10  # webhooks and tracked images come first


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
    plan(store, campaign, wish)
    draft = store.collages.begin(campaign)
    order = {
        "store": str(store.root.path.absolute()),
        "campaign": campaign,
        "id": draft.id,
        "directory": str(draft.directory.absolute()),
        "lock": draft.lock,
        "wish": {
            "photos": wish.photos,
            "width": wish.width,
            "height": wish.height,
            "exclude": sorted(wish.exclude),
        },
    }
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.collage.process"],
            stdin=subprocess.PIPE,
            pass_fds=(draft.lock,),
            cwd=Path(__file__).parents[2],
            # the cells are made by one thread a core already
            env=os.environ | {"MAGICK_THREAD_LIMIT": "1"},
        )
    except OSError as error:
        raise StoreUnavailable(f"No process can be started to build a collage: {error}.") from error
    finally:
        os.close(draft.lock)
    # hands over the order and waits, or the process would stay behind as a zombie
    threading.Thread(target=process.communicate, args=(json.dumps(order).encode("utf-8"),), daemon=True).start()
    return Build(draft.id, process)


def main() -> None:
    """The building process: reads its order, builds, notes how it goes. Exit status 0 with a collage, else 1."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    os.nice(NICENESS)
    order = json.loads(sys.stdin.buffer.read())
    store = Store(Path(order["store"]))
    draft = Draft(order["campaign"], order["id"], Path(order["directory"]), order["lock"])
    wish = Parameters(**order["wish"])
    last = 0.0

    def progress(part: float) -> None:
        nonlocal last
        if time.monotonic() - last > 0.25:
            last = time.monotonic()
            store.collages.note(draft, {"state": "building", "progress": round(part, 3)})

    try:
        build(store, draft, wish, datetime.now(UTC), progress)
    except CollagenError as error:
        LOG.error("The collage %s of %s failed: %s", draft.id, draft.campaign, error)  # noqa: TRY400 -- one line
        store.collages.note(draft, {"state": "failed", "error": error.public})
        sys.exit(1)
    except BaseException as error:
        sentence = f"The build ended unexpectedly ({type(error).__name__}); the service's log says more."
        store.collages.note(draft, {"state": "failed", "error": sentence})
        raise


if __name__ == "__main__":
    main()
