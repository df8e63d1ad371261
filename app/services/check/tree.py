"""What lies about in the store: temporary files of dead writers, unfinished collages, strays, empty files."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.adapters.store import Store, scratch
from app.adapters.store.collages.collages import MANIFEST
from app.adapters.store.files import TEMPORARY, using
from app.adapters.store.mail import ledger
from app.adapters.store.names import is_file_name
from app.adapters.store.photos.photos import SUFFIXES
from app.adapters.store.root import UNFILED
from app.services.check.findings import Finding

ROOMS = ("approved", "collages", "logs", "thumbnails")
STRAY = "nothing of Collagen's has this name: move it away"


def leftovers(store: Store, *, repair: bool) -> Iterator[Finding]:
    """What dead writers left, in the store and on the local disk; with `repair` it is removed."""
    for path in store.sweep(remove=repair):
        unfinished = path.parent.name == "collages" and path.parent.parent.parent == store.root.path
        problem = "is an unfinished collage" if unfinished else "is a temporary file"
        if path.name.startswith(scratch.PREFIX):
            problem = "is a temporary directory"
        problem += " that a process left when it was killed"
        yield Finding(path, problem, "" if repair else "--repair removes it", "removed" if repair else "")


def strays(store: Store, campaign: str) -> Iterator[Finding]:
    """What is in a campaign's directory and does not belong there."""
    top = store.root.path / campaign
    for entry in _entries(store, top):
        if entry.name not in ROOMS or not entry.is_dir():
            yield Finding(Path(entry.path), "is a stray file", STRAY)
    for room, suffixes in (("approved", (".jpg",)), ("thumbnails", (".png", *SUFFIXES.values()))):
        for entry in _entries(store, top / room):
            stems = [entry.name.removesuffix(suffix) for suffix in suffixes if entry.name.endswith(suffix)]
            if not any(map(is_file_name, stems)) or not entry.is_file(follow_symlinks=False):
                yield Finding(Path(entry.path), "is a stray file", STRAY)
    for entry in _entries(store, top / "collages"):
        if not entry.name.isdigit() or not entry.is_dir():
            yield Finding(Path(entry.path), "is a stray file", STRAY)
        elif MANIFEST not in (inside := {inner.name for inner in _entries(store, Path(entry.path))}) and inside:
            problem = "has no manifest, so that no collage is shown"
            yield Finding(Path(entry.path), problem, "move it away, or put its manifest back")
    yield from empty(store, [top / "logs"])


def empty(store: Store, directories: Iterable[Path]) -> Iterator[Finding]:
    """Logs and notifications without content."""
    for directory in directories:
        for entry in _entries(store, directory):
            if entry.is_dir(follow_symlinks=False):
                if entry.name == "opens":  # a file of these is empty until the first open is written to it
                    continue
                yield from empty(store, [Path(entry.path)])
            elif entry.name in ledger.LOGS:  # see `logs`: to remove one would be to mail somebody twice
                continue
            elif entry.name.endswith((".json", ".jsonl", ".log")) and entry.stat().st_size == 0:
                yield Finding(Path(entry.path), "is empty", "what it said is lost: remove it")


def unfiled(store: Store) -> Iterator[Finding]:
    """The notifications of no known campaign."""
    yield from empty(store, [store.root.path / UNFILED])


def _entries(store: Store, directory: Path) -> list[os.DirEntry[str]]:
    """What a directory holds, but for what has a name that no listing shows: locks, notes, temporary files."""
    with using(directory):
        if not store.root.files.is_directory(directory):
            return []
        entries = sorted(store.root.files.disk.scan(directory), key=lambda entry: entry.name)
    # a temporary file that is still being written is none of a check's business, nor are NFS's files in use
    hidden = (TEMPORARY, ".nfs", ".lock", ".progress", ".old-")
    return [entry for entry in entries if not entry.name.startswith(hidden)]
