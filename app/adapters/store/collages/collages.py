"""Finished collages, and the one that is being built.

A finished collage is a directory `<campaign>/collages/<NNNN>` with a manifest. One that is being built is a directory
`.tmp-<NNNN>` beside it, and whoever builds it holds the campaign's lock; the next build clears what a dead one left.
A collage that is built anew under its number (a revision) takes the old one's place in two renames: the old one waits
as `.old-<NNNN>` in between, and whoever takes the lock next finishes a swap that was cut off. A collage that was
withdrawn leaves an empty directory, so that its number is not given away again.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.adapters.store import files
from app.adapters.store.collages import manifests
from app.adapters.store.collages.manifests import Manifest
from app.adapters.store.documents import an_object, is_part
from app.adapters.store.photos.photos import Stamp
from app.adapters.store.root import Root
from app.core.errors import CollageInProgress, CollageUnsound, NotFound

MANIFEST = "manifest.json"
PROGRESS = ".progress.json"
REPLACED = ".old-"
PATIENCE = 0.5  # seconds, while a collage takes the place of its last revision


@dataclass(frozen=True)
class Draft:
    """A collage that is being built. `lock` is the descriptor that holds the campaign's lock."""

    campaign: str
    id: str
    directory: Path
    lock: int


class Collages:
    def __init__(self, root: Root) -> None:
        self._root = root

    def _top(self, campaign: str) -> Path:
        return self._root.path / campaign / "collages"

    def directory(self, campaign: str, collage: str) -> Path:
        return self._top(campaign) / collage

    def ids(self, campaign: str) -> list[str]:
        """The finished collages of a campaign, oldest first."""
        self._root.require()
        top = self._top(campaign)
        with files.using(top):
            if not self._root.files.is_directory(top):
                return []
            numbers = [entry.name for entry in self._root.files.disk.scan(top) if entry.name.isdigit()]
            return sorted((number for number in numbers if self._has_manifest(top / number)), key=int)

    def _has_manifest(self, directory: Path) -> bool:
        with files.using(directory):
            return self._root.files.exists(directory / MANIFEST)

    def manifest(self, campaign: str, collage: str) -> Manifest:
        """The manifest of a finished collage.

        Raises NotFound where there is no such collage, CollageUnsound where its manifest is damaged. While a revision
        takes the collage's place there is none, for a moment, which is waited for.
        """
        self._root.require()
        raw = self._read_manifest(campaign, collage) if collage.isdigit() else None
        if raw is None:
            raise NotFound(f"The campaign {campaign} has no collage {collage}.")
        return manifests.read(raw, campaign, collage)

    def manifests(self, campaign: str) -> Iterator[Manifest]:
        """The manifests of a campaign's finished collages, oldest first, without those that are damaged."""
        for collage in self.ids(campaign):
            # one that is gone was withdrawn since it was listed
            with contextlib.suppress(NotFound, CollageUnsound):
                yield self.manifest(campaign, collage)

    def _read_manifest(self, campaign: str, collage: str) -> bytes | None:
        top = self._top(campaign)
        path, replaced = top / collage / MANIFEST, top / f"{REPLACED}{collage}"
        deadline = time.monotonic() + PATIENCE
        while (raw := self._root.files.read(path)) is None:
            with files.using(replaced):
                under_way = self._root.files.is_directory(replaced)
            if not under_way or time.monotonic() > deadline:
                return self._root.files.read(path)  # it may have been put there between the two looks
            time.sleep(0.01)
        return raw

    def stamp(self, campaign: str, collage: str) -> Stamp | None:
        """What changes when a finished collage's manifest is written anew; None where there is none.

        Raises StoreUnavailable.
        """
        path = self._top(campaign) / collage / MANIFEST
        with files.using(path):
            found = self._root.files.disk.stat(path) if collage.isdigit() else None
        if found is None:
            self._root.require()  # what is missing may only be out of sight
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino)

    def file(self, campaign: str, collage: str, name: str) -> Path:
        """The path of a file that the manifest names (or of the manifest). Raises NotFound, CollageUnsound."""
        manifest = self.manifest(campaign, collage)
        if name != MANIFEST and name not in {file.name for file in manifest.files}:
            raise NotFound(f"The collage {collage} of {campaign} has no file {name}.")
        return self._top(campaign) / collage / name

    def begin(self, campaign: str, revise: str | None = None, patience: float = 0.3) -> Draft:
        """Takes the campaign's lock, clears what a dead build left, and makes a directory for a new collage.

        Numbers are never used twice, not even that of a dead build; `revise` is the number of a finished collage that
        is to be built anew. Raises CollageInProgress where another build goes on for over `patience` seconds (a moment
        is always waited: someone may only be looking whether the lock is held).
        """
        top = self._top(campaign)
        lock = self._lock(campaign, patience)
        try:
            with files.using(top):
                self._finish_swaps(top)
                entries = self._root.files.disk.scan(top)
                names = [entry.name.removeprefix(files.TEMPORARY) for entry in entries if entry.is_dir()]
                number = revise or f"{max((int(name) for name in names if name.isdigit()), default=0) + 1:04}"
                self._clear(top)
                draft = Draft(campaign, number, top / f"{files.TEMPORARY}{number}", lock)
                self._root.files.disk.mkdir(draft.directory)
            self.note(draft, {"state": "building", "progress": 0.0})
        except BaseException:
            os.close(lock)
            raise
        return draft

    def clear(self, campaign: str, *, remove: bool = True) -> list[Path]:
        """Clears what a dead build left, unless one goes on; returns it. With `remove=False` it only finds it."""
        self._root.require()
        top = self._top(campaign)
        with files.using(top):
            if not self._root.files.is_directory(top) or not self._leftovers(top):
                return []
            try:
                with self.turn(campaign, 0):
                    found = self._leftovers(top)
                    if remove:
                        self._finish_swaps(top)
                        self._clear(top)
                    return found
            except CollageInProgress:
                return []

    @contextlib.contextmanager
    def turn(self, campaign: str, patience: float) -> Iterator[None]:
        """Holds the campaign's lock, so that no collage is built. Raises CollageInProgress after `patience` seconds."""
        lock = self._lock(campaign, patience)
        try:
            yield
        finally:
            os.close(lock)

    def _lock(self, campaign: str, patience: float) -> int:
        self._root.require()
        lock = self._root.files.lock(self._top(campaign) / ".lock", patience)
        if lock is None:
            raise CollageInProgress(f"A collage of {campaign} is being built; wait until it is done.", retry_after=10)
        return lock

    def _leftovers(self, top: Path) -> list[Path]:
        entries = self._root.files.disk.scan(top)
        return [Path(entry.path) for entry in entries if entry.name.startswith((files.TEMPORARY, REPLACED))]

    def _clear(self, top: Path) -> None:
        for entry in self._root.files.disk.scan(top):
            if entry.name.startswith(files.TEMPORARY) and entry.is_dir(follow_symlinks=False):
                self._root.files.disk.remove_tree(Path(entry.path))
            elif entry.name.startswith(files.TEMPORARY):  # of a file that was being written
                self._root.files.disk.unlink(Path(entry.path))

    def _finish_swaps(self, top: Path) -> None:
        """Ends what a revision began before it died: forward where the new collage is complete, else back."""
        for entry in self._root.files.disk.scan(top):
            if entry.name.startswith(REPLACED):
                number = entry.name.removeprefix(REPLACED)
                if not self._has_manifest(top / number):
                    new = top / f"{files.TEMPORARY}{number}"
                    source = new if self._has_manifest(new) else Path(entry.path)
                    self._root.files.rename(source, top / number)
                if self._root.files.disk.stat(Path(entry.path)):
                    self._root.files.disk.remove_tree(Path(entry.path))

    def publish(self, draft: Draft, manifest: Mapping[str, Any]) -> None:
        """Writes the manifest and makes the draft a finished collage, in place of the one it revises, if any."""
        self._write_manifest(draft.directory, manifest)
        with files.using(draft.directory):
            target = self._top(draft.campaign) / draft.id
            replaced = target.with_name(f"{REPLACED}{draft.id}")
            if self._has_manifest(target):
                self._root.files.rename(target, replaced)
            self._root.files.rename(draft.directory, target)
            if self._root.files.disk.stat(replaced):
                self._root.files.disk.remove_tree(replaced)

    def withdraw(self, draft: Draft) -> None:
        """Removes the finished collage that `draft` was to revise, the manifest first: without it there is none."""
        self._root.require()
        self.remove(draft.campaign, draft.id)
        with files.using(draft.directory):
            self._root.files.disk.remove_tree(draft.directory)

    def remove(self, campaign: str, collage: str) -> None:
        """Removes a collage's files, the manifest first. The caller holds the campaign's lock.

        The directory stays, so that the number is not used again.
        """
        self._root.require()
        directory = self._top(campaign) / collage
        self._root.files.remove(directory / MANIFEST)
        with files.using(directory):
            for entry in self._root.files.disk.scan(directory):
                self._root.files.remove(Path(entry.path))

    def damaged(self, campaign: str) -> list[str]:
        """The collages of which nobody can tell whom they show, oldest first.

        Their manifest is damaged, or it is gone and pictures are left, as after a withdrawal that was cut off.
        """
        self._root.require()
        top = self._top(campaign)
        with files.using(top):
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
            with files.using(directory):
                return bool(self._root.files.scan(directory)) and not self._has_manifest(directory)
        return False

    def settle(self, campaign: str, patience: float) -> None:
        """Waits until no collage of the campaign is being built, and clears what dead builds left.

        Raises CollageInProgress after `patience` seconds.
        """
        self._root.require()
        top = self._top(campaign)
        with files.using(top):
            if self._root.files.exists(top):
                with self.turn(campaign, patience):
                    self._finish_swaps(top)
                    self._clear(top)

    def rewrite_manifest(self, campaign: str, collage: str, manifest: Mapping[str, Any]) -> None:
        """Puts another manifest, with the same files, in the place of a finished collage's."""
        self._write_manifest(self._top(campaign) / collage, manifest)

    def _write_manifest(self, directory: Path, manifest: Mapping[str, Any]) -> None:
        self._root.require()
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        self._root.files.write_whole(directory / MANIFEST, text.encode("utf-8"))

    def note(self, draft: Draft, state: dict[str, Any]) -> None:
        """Says how far a draft is, or why it failed, to whoever asks `draft_state`."""
        self._root.require()
        path = self._top(draft.campaign) / PROGRESS
        self._root.files.write_whole(path, json.dumps({"id": draft.id} | state).encode("utf-8"))

    def draft_state(self, campaign: str, collage: str) -> dict[str, Any]:
        """How the newest draft is doing: {"state": "building", "progress": …} or {"state": "failed", "error": …}.

        Raises NotFound where `collage` is not that draft, or the note of it is damaged: the next one replaces it.
        """
        self._root.require()
        state = an_object(self._root.files.read(self._top(campaign) / PROGRESS) or b"")
        if state is None or state.get("id") != collage or not _is_state(state):
            raise NotFound(f"The campaign {campaign} has no collage {collage}.")
        if state["state"] == "building":
            lock = self._root.files.lock(self._top(campaign) / ".lock", patience=0)
            if lock is not None:
                os.close(lock)
                if self._has_manifest(self._top(campaign) / collage):  # done since the state was read
                    raise NotFound(f"The collage {collage} of {campaign} is no draft any more.")
                state = {
                    "state": "failed",
                    "error": "The build was ended before it was done; start another one.",
                }
        return {"id": collage} | state


def _is_state(note: dict[str, Any]) -> bool:
    """Whether this is what `note` writes of a draft."""
    if note.get("state") == "failed":
        return isinstance(note.get("error"), str)
    return note.get("state") == "building" and is_part(note.get("progress"))
