"""The store: whether it can be written to, how, and who else can read it."""

from collections.abc import Iterator
from pathlib import Path

from app.adapters.store import Store
from app.core.errors import PhotoBusy
from app.services.doctor import clock, mount
from app.services.doctor.verdict import FAIL, OK, WARN, Verdict

ROOMY = 1024**3  # bytes that should be free: a few collages and a thousand photos


def there(store: Store) -> Iterator[Verdict]:
    """Raises StoreUnavailable where it is not."""
    names = store.root.campaigns()
    yield Verdict("store", OK, f"is there, with {len(names)} {'campaign' if len(names) == 1 else 'campaigns'}")


def space(store: Store) -> Iterator[Verdict]:
    """Raises StoreUnavailable where nothing more is taken in."""
    store.root.check()
    free = store.root.free()
    said = f"{free / 1024**3:.1f} GB are left"
    if free < ROOMY:
        yield Verdict("store: space", WARN, said, "make room before it is full: docs/operations.md, The disk is full")
    else:
        yield Verdict("store: space", OK, said)


def writing(store: Store) -> Iterator[Verdict]:
    """Writes a file and removes it. Raises StoreUnavailable."""
    ahead = store.root.trial()
    yield Verdict("store: writing", OK, "a file was written and removed")
    yield clock.stores(ahead)


def owned(store: Store) -> Iterator[Verdict]:
    """Whether what is in it can be written to as well: another host's user may have had another number."""
    if locked := store.root.not_writable():
        said = f"{', '.join(locked)} cannot be written to by this user"
        yield Verdict("store: owner", FAIL, said, "chown -R collagen:collagen them")
    else:
        yield Verdict("store: owner", OK, "every campaign can be written to")


def locks(store: Store) -> Iterator[Verdict]:
    """Takes a lock and sees that nobody else can. Raises StoreUnavailable, PhotoBusy."""
    with store.root.lock("doctor", "doctor", patience=1):
        try:
            with store.root.lock("doctor", "doctor", patience=0):
                yield Verdict("store: locks", FAIL, "one lock is given out twice", mount.WANTED)
        except PhotoBusy:
            yield Verdict("store: locks", OK, "hold")


def file_system(store: Store, mountinfo: Path) -> Iterator[Verdict]:
    path = store.path.resolve()
    yield mount.judge(mount.mount_of(str(path), mountinfo.read_text("utf-8", "replace")))


def leftovers(store: Store) -> Iterator[Verdict]:
    """Raises StoreUnavailable."""
    if found := len(store.sweep(remove=False)):
        said = f"killed processes have left {found} temporary {'file' if found == 1 else 'files'}"
        yield Verdict("store: leftovers", WARN, said, "the next sync removes them")
    else:
        yield Verdict("store: leftovers", OK, "none")
