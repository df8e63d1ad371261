"""Files that do not belong in the store: those of unknown kinds, collages without a manifest, empty logs."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.adapters.store.collages.finished import MANIFEST, REPLACED
from app.adapters.store.files import TEMPORARY, using
from app.adapters.store.mail import ledger
from app.adapters.store.names import is_file_name
from app.adapters.store.photos import looks
from app.adapters.store.photos.catalogue import ASIDE, NAME
from app.adapters.store.photos.paths import SUFFIXES
from app.adapters.store.root import UNFILED, Root

ROOMS = {"approved": (".jpg",), "thumbnails": (".png", *SUFFIXES.values()), "collages": (), "logs": (), looks.ROOM: ()}
FILES = (NAME, ASIDE)
# Locks, notes, temporary files, NFS's files in use: no listing shows them.
HIDDEN = (TEMPORARY, REPLACED, ".nfs", ".lock", ".progress")


class Strays:
    """Every method raises StoreUnavailable."""

    def __init__(self, root: Root) -> None:
        self._root = root

    def unknown(self, campaign: str) -> Iterator[Path]:
        """Files and directories of a campaign with names that Collagen does not give."""
        top = self._root.path / campaign
        for entry in self._entries(top):
            known = entry.is_dir() if entry.name in ROOMS else entry.name in FILES and entry.is_file()
            if not known:
                yield Path(entry.path)
        for room in ("approved", "thumbnails"):
            yield from self._no_photos(top / room, ROOMS[room])
        for entry in self._entries(top / looks.ROOM):
            if entry.is_dir(follow_symlinks=False):
                yield from self._no_photos(Path(entry.path), looks.ENDINGS)
            else:
                yield Path(entry.path)
        for entry in self._entries(top / "collages"):
            if not _is_collage(entry):
                yield Path(entry.path)

    def _no_photos(self, directory: Path, suffixes: Sequence[str]) -> Iterator[Path]:
        for entry in self._entries(directory):
            stems = [entry.name.removesuffix(suffix) for suffix in suffixes if entry.name.endswith(suffix)]
            if not any(map(is_file_name, stems)) or not entry.is_file(follow_symlinks=False):
                yield Path(entry.path)

    def without_manifest(self, campaign: str) -> Iterator[Path]:
        """Directories of collages that hold files and no manifest."""
        for entry in filter(_is_collage, self._entries(self._root.path / campaign / "collages")):
            inside = {inner.name for inner in self._entries(Path(entry.path))}
            if inside and MANIFEST not in inside:
                yield Path(entry.path)

    def empty(self, campaign: str | None) -> Iterator[Path]:
        """A campaign's logs and notifications without content. None: notifications of no known campaign."""
        yield from self._empty(self._root.path / UNFILED if campaign is None else self._root.path / campaign / "logs")

    def _empty(self, directory: Path) -> Iterator[Path]:
        for entry in self._entries(directory):
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "opens":  # a file of these is empty until the first open is written to it
                    yield from self._empty(Path(entry.path))
            elif entry.name in ledger.LOGS:  # to remove one would be to mail somebody twice
                continue
            elif entry.name.endswith((".json", ".jsonl", ".log")) and entry.stat().st_size == 0:
                yield Path(entry.path)

    def _entries(self, directory: Path) -> list[os.DirEntry[str]]:
        with using(directory):
            if not self._root.files.is_directory(directory):
                self._root.require()
                return []
            entries = sorted(self._root.files.disk.scan(directory), key=lambda entry: entry.name)
        return [entry for entry in entries if not entry.name.startswith(HIDDEN)]


def _is_collage(entry: os.DirEntry[str]) -> bool:
    return entry.name.isdigit() and entry.is_dir()
