"""Finished collages, and the one being built.

A finished collage is a directory `<campaign>/collages/<NNNN>` with a manifest. One being built is a directory
`.tmp-<NNNN>` beside it, and its builder holds the campaign's lock; the next build clears what a dead one left. A
revision (a collage rebuilt under its number) replaces the old one in two renames: in between, the old one is
`.old-<NNNN>`, and the next holder of the lock finishes an interrupted swap. A withdrawn collage leaves an empty
directory, so that its number is not used again.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.adapters.store import files
from app.adapters.store.collages.finished import REPLACED, FinishedCollages
from app.adapters.store.documents import an_object, is_part
from app.core.errors import CollageInProgress, NotFound, StoreUnavailable

PROGRESS = ".progress.json"


@dataclass(frozen=True)
class Draft:
    """A collage being built. `lock` is the descriptor that holds the campaign's lock."""

    campaign: str
    id: str
    directory: Path
    lock: int


class Collages(FinishedCollages):
    """The collages of a store."""

    def begin(self, campaign: str, revise: str | None = None, patience: float = 0.3) -> Draft:
        """Takes the campaign's lock, clears what a dead build left, and creates a directory for a new collage.

        Numbers are never reused, not even that of a dead build; `revise` is the number of a finished collage to
        rebuild. Raises CollageInProgress if another build still runs after `patience` seconds (never 0: another process
        may hold the lock for a moment, to see whether it is free).
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
        """Clears what a dead build left, unless another build is running; returns it. `remove=False` only reports
        it.
        """
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

    def is_draft(self, path: Path) -> bool:
        """Whether a path is that of a collage being built."""
        parts = path.relative_to(self._root.path).parts if path.is_relative_to(self._root.path) else ()
        return len(parts) == 3 and parts[1] == "collages"

    def _leftovers(self, top: Path) -> list[Path]:
        entries = self._root.files.disk.scan(top)
        return [Path(entry.path) for entry in entries if entry.name.startswith((files.TEMPORARY, REPLACED))]

    def _clear(self, top: Path) -> None:
        for entry in self._root.files.disk.scan(top):
            if entry.name.startswith(files.TEMPORARY) and entry.is_dir(follow_symlinks=False):
                self._root.files.disk.remove_tree(Path(entry.path))
            elif entry.name.startswith(files.TEMPORARY):  # of an unfinished file
                self._root.files.disk.unlink(Path(entry.path))

    def _finish_swaps(self, top: Path) -> None:
        """Completes the swap of a revision that died: forward if the new collage is complete, else back."""
        for entry in self._root.files.disk.scan(top):
            if entry.name.startswith(REPLACED):
                number = entry.name.removeprefix(REPLACED)
                if not self._has_manifest(top / number):
                    new = top / f"{files.TEMPORARY}{number}"
                    source = new if self._has_manifest(new) else Path(entry.path)
                    self._root.files.rename(source, top / number)
                if self._root.files.disk.stat(Path(entry.path)):
                    self._root.files.disk.remove_tree(Path(entry.path))

    def write(self, draft: Draft, name: str, data: bytes | Iterable[files.Part]) -> None:
        """Writes a file of the draft, whole or in parts. Raises StoreUnavailable, and what making the parts raises."""
        self._root.require()
        self._root.files.write_whole(draft.directory / name, data)

    def pieces(self, draft: Draft, name: str) -> Iterator[bytes]:
        """A file of the draft, piece by piece. Raises StoreUnavailable."""
        found = self._root.files.pieces(draft.directory / name)
        if found is None:
            raise StoreUnavailable(f"The file {draft.directory / name} is gone.")
        return found

    def abandon(self, draft: Draft) -> None:
        """Removes what a build that failed has written: it may fill the disk. Raises StoreUnavailable.

        The directory stays until the next build, so that its number is not used again.
        """
        self._root.require()
        with files.using(draft.directory):
            for entry in self._root.files.scan(draft.directory):
                self._root.files.disk.unlink(Path(entry.path))

    def publish(self, draft: Draft, manifest: Mapping[str, Any]) -> None:
        """Writes the manifest and makes the draft a finished collage, replacing the one that it revises, if any."""
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
        """Removes the finished collage that `draft` was to revise, manifest first: without one it no longer exists."""
        self._root.require()
        self.remove(draft.campaign, draft.id)
        with files.using(draft.directory):
            self._root.files.disk.remove_tree(draft.directory)

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

    def note(self, draft: Draft, state: dict[str, Any]) -> None:
        """Records a draft's progress, or why it failed, for `draft_state`."""
        self._root.require()
        path = self._top(draft.campaign) / PROGRESS
        self._root.files.write_whole(path, json.dumps({"id": draft.id} | state).encode("utf-8"))

    def draft_state(self, campaign: str, collage: str) -> dict[str, Any]:
        """The newest draft's state: {"state": "building", "progress": …} or {"state": "failed", "error": …}.

        Raises NotFound if `collage` is not that draft, or its note is damaged: the next build replaces it.
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
    """Whether `note` writes such a state."""
    if note.get("state") == "failed":
        return isinstance(note.get("error"), str)
    return note.get("state") == "building" and is_part(note.get("progress"))
