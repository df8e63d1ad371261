"""The store: whether it can be written to, how, and who else can read it."""

import os
from collections.abc import Iterator
from pathlib import Path

from app.adapters.store import Store
from app.core.errors import PhotoBusy
from app.services.doctor import clock, mount
from app.services.doctor.result import FAIL, OK, WARN, Result

ROOMY = 1024**3  # bytes that should be free: a few collages and a thousand photos


def there(store: Store) -> Iterator[Result]:
    """Raises StoreUnavailable where it is not."""
    names = store.root.campaigns()
    yield Result("store", OK, f"is there, with {len(names)} {'campaign' if len(names) == 1 else 'campaigns'}")


def space(store: Store) -> Iterator[Result]:
    """Raises StoreUnavailable where nothing more is taken in."""
    store.root.check()
    free = store.root.free()
    said = f"{free / 1024**3:.1f} GB are left"
    if free < ROOMY:
        yield Result("store: space", WARN, said, "make room before it is full: docs/operations.md, The disk is full")
    else:
        yield Result("store: space", OK, said)


def writing(store: Store) -> Iterator[Result]:
    """Writes a file and removes it. Raises StoreUnavailable."""
    ahead = store.root.trial()
    yield Result("store: writing", OK, "a file was written and removed")
    yield clock.stores(ahead)


def owned(store: Store) -> Iterator[Result]:
    """Whether what is in it can be written to as well: another host's user may have had another number."""
    locked = [name for name in store.root.campaigns() if not os.access(store.root.path / name, os.W_OK | os.X_OK)]
    if locked:
        said = f"{', '.join(locked)} cannot be written to by this user"
        yield Result("store: owner", FAIL, said, "chown -R collagen:collagen them")
    else:
        yield Result("store: owner", OK, "every campaign can be written to")


def locks(store: Store) -> Iterator[Result]:
    """Takes a lock and sees that nobody else can. Raises StoreUnavailable, PhotoBusy."""
    with store.root.lock("doctor", "doctor", patience=1):
        try:
            with store.root.lock("doctor", "doctor", patience=0):
                yield Result("store: locks", FAIL, "one lock is given out twice", mount.WANTED)
        except PhotoBusy:
            yield Result("store: locks", OK, "hold")


def file_system(store: Store, mountinfo: Path) -> Iterator[Result]:
    path = store.root.path.resolve()
    yield mount.judge(mount.mount_of(str(path), mountinfo.read_text("utf-8", "replace")))


def leftovers(store: Store) -> Iterator[Result]:
    """Raises StoreUnavailable."""
    if found := len(store.sweep(remove=False)):
        said = f"killed processes have left {found} temporary {'file' if found == 1 else 'files'}"
        yield Result("store: leftovers", WARN, said, "the next sync removes them")
    else:
        yield Result("store: leftovers", OK, "none")
