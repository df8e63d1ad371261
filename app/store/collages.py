"""Finished collages, and the one that is being built.

A finished collage is a directory `<campaign>/collages/<NNNN>` with a manifest. One that is being built is a directory
`.tmp-<NNNN>` beside it, and whoever builds it holds the campaign's lock; the next build clears what a dead one left.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import CollageInProgress, NotFound
from app.store import files
from app.store.root import Root

MANIFEST = "manifest.json"
PROGRESS = ".progress.json"


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

    def ids(self, campaign: str) -> list[str]:
        """The finished collages of a campaign, oldest first."""
        self._root.require()
        top = self._top(campaign)
        with files.using(top):
            if not top.is_dir():
                return []
            numbers = [entry.name for entry in os.scandir(top) if entry.name.isdigit()]
            return sorted((number for number in numbers if (top / number / MANIFEST).exists()), key=int)

    def manifest(self, campaign: str, collage: str) -> dict[str, Any]:
        """The manifest of a finished collage. Raises NotFound."""
        self._root.require()
        raw = files.read(self._top(campaign) / collage / MANIFEST) if collage.isdigit() else None
        if raw is None:
            raise NotFound(f"The campaign {campaign} has no collage {collage}.")
        manifest: dict[str, Any] = json.loads(raw)
        return manifest

    def file(self, campaign: str, collage: str, name: str) -> Path:
        """The path of a file that the manifest names (or of the manifest). Raises NotFound."""
        manifest = self.manifest(campaign, collage)
        if name != MANIFEST and name not in {file["name"] for file in manifest["files"]}:
            raise NotFound(f"The collage {collage} of {campaign} has no file {name}.")
        return self._top(campaign) / collage / name

    def begin(self, campaign: str) -> Draft:
        """Takes the campaign's lock, clears what a dead build left, and makes a directory for a new one.

        Numbers are never used twice, not even that of a dead build. Raises CollageInProgress.
        """
        self._root.require()
        top = self._top(campaign)
        # a moment of patience: someone may only be looking whether it is held
        lock = files.lock(top / ".lock", patience=0.3)
        if lock is None:
            raise CollageInProgress(f"A collage of {campaign} is being built; wait until it is done.", retry_after=10)
        try:
            with files.using(top):
                names = [entry.name.removeprefix(files.TEMPORARY) for entry in os.scandir(top) if entry.is_dir()]
                number = f"{max((int(name) for name in names if name.isdigit()), default=0) + 1:04}"
                self._clear(top)
                draft = Draft(campaign, number, top / f"{files.TEMPORARY}{number}", lock)
                draft.directory.mkdir(files.DIRECTORY_MODE)
            self.note(draft, {"state": "building", "progress": 0.0})
        except BaseException:
            os.close(lock)
            raise
        return draft

    def _clear(self, top: Path) -> None:
        for entry in list(os.scandir(top)):
            if entry.name.startswith(files.TEMPORARY) and entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            elif entry.name.startswith(files.TEMPORARY):  # of a file that was being written
                Path(entry.path).unlink()

    def publish(self, draft: Draft, manifest: dict[str, Any]) -> None:
        """Writes the manifest and makes the draft a finished collage, in one rename."""
        self._root.require()
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        files.write_whole(draft.directory / MANIFEST, text.encode("utf-8"))
        with files.using(draft.directory):
            files.rename(draft.directory, self._top(draft.campaign) / draft.id)

    def note(self, draft: Draft, state: dict[str, Any]) -> None:
        """Says how far a draft is, or why it failed, to whoever asks `draft_state`."""
        self._root.require()
        path = self._top(draft.campaign) / PROGRESS
        files.write_whole(path, json.dumps({"id": draft.id} | state).encode("utf-8"))

    def draft_state(self, campaign: str, collage: str) -> dict[str, Any]:
        """How the newest draft is doing: {"state": "building", "progress": …} or {"state": "failed", "error": …}.

        Raises NotFound where `collage` is not that draft.
        """
        self._root.require()
        raw = files.read(self._top(campaign) / PROGRESS)
        state: dict[str, Any] = {} if raw is None else json.loads(raw)
        if state.get("id") != collage:
            raise NotFound(f"The campaign {campaign} has no collage {collage}.")
        if state["state"] == "building":
            lock = files.lock(self._top(campaign) / ".lock", patience=0)
            if lock is not None:
                os.close(lock)
                if (self._top(campaign) / collage / MANIFEST).exists():  # done since the state was read
                    raise NotFound(f"The collage {collage} of {campaign} is no draft any more.")
                state = {
                    "state": "failed",
                    "error": "The build was ended before it was done; start another one.",
                }
        return {"id": collage} | state
