"""Finished collages: a directory `<campaign>/collages/<NNNN>` with a manifest for each."""

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from app.adapters.store.collages import manifests
from app.adapters.store.collages.manifests import Manifest
from app.adapters.store.files import using
from app.adapters.store.root import Root
from app.adapters.store.stamped import Stamp
from app.core.errors import CollageUnsound, NotFound, StoreUnavailable

MANIFEST = "manifest.json"
REPLACED = ".old-"  # and its number: a collage that its revision is just replacing
PATIENCE = 1.0  # seconds to wait for the swap to end

T = TypeVar("T")


class FinishedCollages:
    def __init__(self, root: Root) -> None:
        self._root = root

    def _top(self, campaign: str) -> Path:
        return self._root.path / campaign / "collages"

    def directory(self, campaign: str, collage: str) -> Path:
        return self._top(campaign) / collage

    def path(self, campaign: str, collage: str, name: str) -> Path:
        """The path of a collage's file, whether it exists or not, to name in a message."""
        return self._top(campaign) / collage / name

    def ids(self, campaign: str) -> list[str]:
        """The finished collages of a campaign, oldest first."""
        self._root.require()
        top = self._top(campaign)
        with using(top):
            if not self._root.files.is_directory(top):
                return []
            numbers = [entry.name for entry in self._root.files.disk.scan(top) if entry.name.isdigit()]
            return sorted((number for number in numbers if self._has_manifest(top / number)), key=int)

    def newest_first(self, campaign: str) -> Iterator[str]:
        """The finished collages of a campaign, newest first, with one that a revision is just replacing.

        Each is only looked for when it is its turn, so the first costs the same however many there are.
        """
        self._root.require()
        top = self._top(campaign)
        with using(top):
            if not self._root.files.is_directory(top):
                return
            names = {entry.name.removeprefix(REPLACED) for entry in self._root.files.disk.scan(top)}
        for number in sorted((name for name in names if name.isdigit()), key=int, reverse=True):
            if self.wait_for_swap(campaign, number, partial(self.stamp, campaign, number)):
                yield number

    def _has_manifest(self, directory: Path) -> bool:
        with using(directory):
            return self._root.files.exists(directory / MANIFEST)

    def manifest(self, campaign: str, collage: str) -> Manifest:
        """The manifest of a finished collage.

        Waits while a revision is replacing the collage. Raises NotFound if there is no such collage, CollageUnsound if
        its manifest is damaged.
        """
        self._root.require()
        raw = None
        if collage.isdigit():
            raw = self._wait_for_swap(campaign, collage, lambda: self.read(campaign, collage, MANIFEST))
        if raw is None:
            raise NotFound(f"The campaign {campaign} has no collage {collage}.")
        return manifests.read(raw, campaign, collage)

    def manifests(self, campaign: str) -> Iterator[Manifest]:
        """The manifests of a campaign's finished collages, oldest first, without damaged ones."""
        for collage in self.ids(campaign):
            # a missing one was withdrawn since it was listed
            with contextlib.suppress(NotFound, CollageUnsound):
                yield self.manifest(campaign, collage)

    def wait_for_swap(self, campaign: str, collage: str, look: Callable[[], T | None]) -> T | None:
        """The result of `look` for a finished collage; None if there is no such collage.

        While a revision is replacing the collage it is missing for a moment, so `look` is called again. Raises
        StoreUnavailable if the revision was interrupted.
        """
        found = self._wait_for_swap(campaign, collage, look)
        if found is None and self._is_replaced(campaign, collage):
            left = self._top(campaign) / f"{REPLACED}{collage}"
            raise StoreUnavailable(f"{left} was left by a revision that was cut off; the next build mends it.")
        return found

    def _wait_for_swap(self, campaign: str, collage: str, look: Callable[[], T | None]) -> T | None:
        deadline = time.monotonic() + PATIENCE
        while (found := look()) is None:
            if not self._is_replaced(campaign, collage) or time.monotonic() > deadline:
                return look()  # it may have appeared between the two looks
            time.sleep(0.01)
        return found

    def _is_replaced(self, campaign: str, collage: str) -> bool:
        replaced = self._top(campaign) / f"{REPLACED}{collage}"
        with using(replaced):
            return self._root.files.is_directory(replaced)

    def stamp(self, campaign: str, collage: str) -> Stamp | None:
        """The stamp of a finished collage's manifest; None if there is no such collage. Raises StoreUnavailable."""
        path = self.path(campaign, collage, MANIFEST)
        with using(path):
            if collage.isdigit():
                return self._root.files.stamp(path)
        self._root.require()
        return None

    def names(self, campaign: str, collage: str) -> set[str]:
        """The names of all files in a collage's directory. Raises StoreUnavailable, also if it is missing."""
        self._root.require()
        directory = self.directory(campaign, collage)
        with using(directory):
            return {entry.name for entry in self._root.files.disk.scan(directory)}

    def has(self, campaign: str, collage: str, name: str) -> bool:
        """Whether a collage has this file. Raises StoreUnavailable."""
        path = self.path(campaign, collage, name)
        with using(path):
            return self._root.files.exists(path)

    def read(self, campaign: str, collage: str, name: str) -> bytes | None:
        """The bytes of a collage's file, or None. Raises StoreUnavailable.

        Read in one go, so that the length is right even if a revision replaces the collage.
        """
        return self._root.files.read(self.path(campaign, collage, name))

    def digest(self, campaign: str, collage: str, name: str) -> tuple[int, str, bytes] | None:
        """Length, SHA-256 and first piece of a collage's file, which may be larger than memory; None if it is missing.

        Raises StoreUnavailable.
        """
        pieces = self._root.files.pieces(self.path(campaign, collage, name))
        if pieces is None:
            return None
        length, digest, start = 0, hashlib.sha256(), b""
        for piece in pieces:
            length, start = length + len(piece), start or piece
            digest.update(piece)
        return length, digest.hexdigest(), start

    def file(self, campaign: str, collage: str, name: str) -> Path:
        """The path of a file that the manifest names (or of the manifest). Raises NotFound, CollageUnsound."""
        manifest = self.manifest(campaign, collage)
        if name != MANIFEST and name not in {file.name for file in manifest.files}:
            raise NotFound(f"The collage {collage} of {campaign} has no file {name}.")
        return self._top(campaign) / collage / name

    def remove(self, campaign: str, collage: str) -> None:
        """Removes a collage's files, the manifest first. The caller holds the campaign's lock.

        The directory stays, so that the number is not used again.
        """
        self._root.require()
        directory = self._top(campaign) / collage
        self._root.files.remove(directory / MANIFEST)
        with using(directory):
            for entry in self._root.files.disk.scan(directory):
                self._root.files.remove(Path(entry.path))

    def damaged(self, campaign: str) -> list[str]:
        """The collages that may show anyone, oldest first.

        Their manifest is damaged, or missing beside pictures, as after an interrupted withdrawal.
        """
        self._root.require()
        top = self._top(campaign)
        with using(top):
            if not self._root.files.is_directory(top):
                return []
            entries = [entry for entry in self._root.files.disk.scan(top) if entry.name.isdigit() and entry.is_dir()]
        return sorted((entry.name for entry in entries if self._is_damaged(campaign, entry.name)), key=int)

    def _is_damaged(self, campaign: str, collage: str) -> bool:
        try:
            self.manifest(campaign, collage)
        except CollageUnsound:
            return True
        except NotFound:
            directory = self._top(campaign) / collage
            with using(directory):
                return bool(self._root.files.scan(directory)) and not self._has_manifest(directory)
        return False

    def replace_file(self, campaign: str, collage: str, name: str, data: bytes) -> None:
        """Rewrites a file of a finished collage. The caller holds the campaign's lock. Raises StoreUnavailable."""
        self._root.require()
        self._root.files.write_whole(self.path(campaign, collage, name), data)

    def rewrite_manifest(self, campaign: str, collage: str, manifest: Mapping[str, Any]) -> None:
        """Replaces a finished collage's manifest; the files stay the same."""
        self._write_manifest(self._top(campaign) / collage, manifest)

    def _write_manifest(self, directory: Path, manifest: Mapping[str, Any]) -> None:
        self._root.require()
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        self._root.files.write_whole(directory / MANIFEST, text.encode("utf-8"))
