"""Starts a sync in a process of its own: `python -m app sync`, at lower priority."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence

from app.adapters.store import Store
from app.core.config import Campaign, Settings
from app.core.errors import StoreUnavailable
from app.core.logging import current_request_id
from app.core.project import ROOT

PATIENCE = 6 * 3600  # seconds that it waits for another sync of the campaign, which may wait for the hourly limit


def concerned(campaigns: Iterable[Campaign], folders: Iterable[str]) -> list[str]:
    """The campaigns whose folder is one of these, or below one. Pure."""
    moved = tuple(f"{folder}/" for folder in folders)
    return [campaign.name for campaign in campaigns if f"{campaign.folder.strip('/')}/".startswith(moved)]


def start(settings: Settings, store: Store, campaigns: Sequence[str]) -> None:
    """Starts a sync that waits for its turn, of those campaigns of which none waits yet.

    Raises StoreUnavailable, also where no process can be started.
    """
    places = {name: place for name in campaigns if (place := store.syncs.place(name)) is not None}
    try:
        if places:
            _start(settings, places)
    finally:
        for place in places.values():  # they are the process's own by now
            os.close(place)


def _start(settings: Settings, places: Mapping[str, int]) -> None:
    command = [sys.executable, "-m", "app", "sync", "--wait", str(PATIENCE), *places]
    for name, place in places.items():
        command += ["--place", name, str(place)]
    if given := current_request_id():
        command += ["--request", given]
    try:
        process = subprocess.Popen(  # noqa: S603 -- names from campaigns.toml
            ["nice", "-n", "10", *command],  # noqa: S607
            stdin=subprocess.DEVNULL,
            pass_fds=tuple(places.values()),
            cwd=ROOT,
            env=os.environ | settings.environment(),
        )
    except OSError as error:
        raise StoreUnavailable(f"No process can be started to sync {', '.join(places)}: {error}.") from error
    # waits, or the process would stay behind as a zombie
    threading.Thread(target=process.wait, daemon=True).start()
