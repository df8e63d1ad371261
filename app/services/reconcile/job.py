"""Starts a sync as a background job: `python -m app sync`."""

import os
from collections.abc import Iterable, Mapping, Sequence

from app.adapters.jobs import background
from app.adapters.store import Store
from app.core.config import Campaign, Settings
from app.core.logging import current_request_id

PATIENCE = 6 * 3600  # seconds to wait for another sync of the campaign, which may wait for Cloudinary's hourly limit


def concerned(campaigns: Iterable[Campaign], folders: Iterable[str]) -> list[str]:
    """The campaigns whose folder is one of these, or below one. Pure."""
    moved = tuple(f"{folder}/" for folder in folders)
    return [campaign.name for campaign in campaigns if f"{campaign.folder.strip('/')}/".startswith(moved)]


def start(settings: Settings, store: Store, campaigns: Sequence[str]) -> None:
    """Starts a sync of the campaigns for which none is waiting yet; it waits for its turn.

    Raises StoreUnavailable, also if no process can be started.
    """
    places = {name: place for name in campaigns if (place := store.syncs.place(name)) is not None}
    try:
        if places:
            _start(settings, places)
    finally:
        for place in places.values():  # the job has its own by now
            os.close(place)


def _start(settings: Settings, places: Mapping[str, int]) -> None:
    command = ["app", "sync", "--wait", str(PATIENCE), *places]
    for name, place in places.items():
        command += ["--place", name, str(place)]
    if request := current_request_id():
        command += ["--request", request]
    purpose = f"to sync {', '.join(places)}"
    background.start(command, purpose, locks=places.values(), environ=os.environ | settings.environment())
