"""Checks the store: whether it is there, has room, can be written to and locks files; and the campaigns' folders."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.adapters.folder import Folder
from app.adapters.store import Store
from app.core.config import Campaign
from app.core.errors import FolderUnavailable, PhotoBusy
from app.core.plurals import count
from app.services.doctor import clock, mount
from app.services.doctor.result import FAIL, OK, WARN, Result

ROOMY = 1024**3  # bytes that should be free: a few collages and a thousand photos


def there(store: Store) -> Iterator[Result]:
    """Raises StoreUnavailable if the store is not there."""
    names = store.root.campaigns()
    yield Result("store", OK, f"found, with {count(len(names), 'campaign', 'campaigns')}")


def space(store: Store) -> Iterator[Result]:
    """Raises StoreUnavailable if the store accepts no more files."""
    store.root.check()
    free = store.root.free()
    message = f"{free / 1024**3:.1f} GB free"
    if free < ROOMY:
        yield Result("store: space", WARN, message, "make room before it is full: docs/operations.md, The disk is full")
    else:
        yield Result("store: space", OK, message)


def writing(store: Store) -> Iterator[Result]:
    """Writes a file and removes it. Raises StoreUnavailable."""
    ahead = store.root.trial()
    yield Result("store: writing", OK, "wrote and removed a file")
    yield clock.stores(ahead)


def owned(store: Store) -> Iterator[Result]:
    """Whether the campaigns in it can be written to: another host's user may have another number."""
    if locked := store.root.not_writable():
        message = f"{', '.join(locked)} cannot be written by this user"
        yield Result("store: owner", FAIL, message, "run chown -R collagen:collagen on them")
    else:
        yield Result("store: owner", OK, "every campaign is writable")


def locks(store: Store) -> Iterator[Result]:
    """Takes a lock and checks that nobody else can. Raises StoreUnavailable, PhotoBusy."""
    with store.root.lock("doctor", "doctor", patience=1):
        try:
            with store.root.lock("doctor", "doctor", patience=0):
                yield Result("store: locks", FAIL, "the same lock can be taken twice", mount.WANTED)
        except PhotoBusy:
            yield Result("store: locks", OK, "hold")


def file_system(store: Store, mountinfo: Path) -> Iterator[Result]:
    path = store.path.resolve()
    yield mount.judge(mount.mount_of(str(path), mountinfo.read_text("utf-8", "replace")))


def leftovers(store: Store) -> Iterator[Result]:
    """Raises StoreUnavailable."""
    if found := len(store.sweep(remove=False)):
        message = f"killed processes left {count(found, 'temporary file', 'temporary files')}"
        yield Result("store: leftovers", WARN, message, "the next sync removes them")
    else:
        yield Result("store: leftovers", OK, "none")


def sources(campaigns: Sequence[Campaign]) -> Iterator[Result]:
    """Whether the folders that campaigns have their photos from are there, readable, and writable for moderation."""
    for campaign in campaigns:
        if campaign.directory is None:
            continue
        try:
            Folder(campaign.directory).ping()
        except FolderUnavailable as error:
            yield Result("folders", FAIL, f"{campaign.name}: {error}")
            continue
        if os.access(campaign.directory, os.W_OK | os.X_OK):
            yield Result("folders", OK, f"{campaign.name}: {campaign.directory} can be read and written to")
        else:
            message = (
                f"{campaign.name}: {campaign.directory} can be read only, so photos cannot be moderated or deleted"
            )
            yield Result("folders", WARN, message, "mount it read-write, for the user who runs Collagen")
