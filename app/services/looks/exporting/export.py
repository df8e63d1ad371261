"""Writes the results of a look into a directory, named by place and number, and keeps it up to date.

The directory has a list of what was written there, so that every photo keeps its name. A file is replaced or removed
only if it is as it was written; anything else in the directory is left alone.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.adapters.imaging.looks import xmp
from app.adapters.store import Store
from app.adapters.store.files import TEMPORARY, Files, using
from app.adapters.store.photos.looks import KINDS
from app.adapters.store.sweep import is_dead
from app.core.config import Campaign
from app.core.errors import BadParameters
from app.services.looks import records
from app.services.looks.exporting import filenames
from app.services.looks.exporting.written import LIST, Written, read
from app.services.looks.recipes import Look
from app.services.looks.standing import standing


@dataclass
class Exported:
    """How many files were written, were there already, and were removed.

    `without`: photos without a current result. `kept`: why a file that should go is still there, by name.
    """

    written: int = 0
    there: int = 0
    removed: int = 0
    without: int = 0
    kept: dict[str, str] = field(default_factory=dict)


def export(store: Store, campaign: Campaign, look: Look, directory: Path, only: Sequence[str] = ()) -> Exported:
    """Writes every current result of a look, or those of `only` these photos.

    Removes the files of photos that are gone, were replaced or cut anew, as the store does with looks. Raises
    BadParameters if the directory cannot be used, NotFound for an unknown photo, PhotoBusy while another export writes
    there, StoreUnavailable.
    """
    if directory.resolve().is_relative_to(store.path.resolve()):
        raise BadParameters(f"{directory} is in the store; export to a directory outside it.")
    with store.root.lock("export", f"the export to {directory.resolve()}", 0):
        return _Export(store, campaign, look, directory).run(only)


class _Export:
    def __init__(self, store: Store, campaign: Campaign, look: Look, directory: Path) -> None:
        self._store = store
        self._campaign = campaign
        self._look = look
        self._directory = directory
        self._disk = Files()
        self._done = Exported()
        self._files = read(self._disk, directory, campaign.name, look.name)
        # of each photo, without the ending
        self._names = {one.public_id: _stem(name) for name, one in self._files.items()}
        self._last = Counter[str]()  # the highest number of each place
        for name in self._names.values():
            where, _, number = name.rpartition("_")
            if number.isdigit():
                self._last[where] = max(self._last[where], int(number))

    def run(self, only: Sequence[str]) -> Exported:
        found = standing(self._store, self._campaign.name, self._look, only)
        current = found.by_state["current"]
        self._done.without = sum(found.counts().values()) - len(current)
        entries = self._store.catalogue.entries(self._campaign.name) if self._campaign.catalogue else {}
        self._clear()
        before = dict(self._files)
        try:
            self._remove_former()
            mine = {one.public_id: name for name, one in self._files.items()}
            for public_id in current:
                where = filenames.place(entries.get(public_id), self._campaign.name)
                self._put(public_id, mine.get(public_id), where)
        finally:
            if self._files != before:
                self._save()
        return self._done

    def _put(self, public_id: str, name: str | None, where: str) -> None:
        """`name`: of the file that was written for this photo, if there is one."""
        number = self._store.photos.version(self._campaign.name, public_id)
        wanted = number, self._look.recipe
        if name and (self._files[name].number, self._files[name].recipe) == wanted and self._is_there(name):
            self._done.there += 1
            return
        found = self._store.looks.result(self._campaign.name, self._look.name, public_id)
        record = None if found is None else records.of_file(found[0][: xmp.HEAD])
        if found is None or record is None or (record.number, record.recipe) != wanted:
            self._done.without += 1  # gone, replaced or made by another recipe meanwhile
            return
        data, kind = found
        digest = hashlib.sha256(data).hexdigest()
        stems = self._stems(public_id, where)
        stem = next(one for one in stems if self._is_free(one, name, f"{one}.{kind}", digest))
        new = f"{stem}.{kind}"
        if self._digest(new) == digest:
            self._done.there += 1
        else:
            self._disk.write_whole(self._directory / new, data)
            self._done.written += 1
        self._files[new] = Written(public_id, record.number, record.recipe, digest)
        self._names[public_id] = stem
        if name is not None and name != new:
            self._remove(name)

    def _stems(self, public_id: str, where: str) -> Iterator[str]:
        """The names that a photo may have, its own first."""
        if public_id in self._names:
            yield self._names[public_id]
        for stem in filenames.candidates(where, public_id, self._last[where] + 1):
            if filenames.camera_number(public_id) is None:
                self._last[where] += 1
            yield stem

    def _is_free(self, stem: str, mine: str | None, new: str, digest: str) -> bool:
        """Whether nothing else has this name: no other photo, and no file that was not written here.

        A file with the same content was written by a run that died before it could say so.
        """
        if any(f"{stem}.{kind}" in self._files and f"{stem}.{kind}" != mine for kind in KINDS):
            return False
        for name in (f"{stem}.{kind}" for kind in KINDS):
            there = self._digest(name)
            ours = name == mine and there == self._files[name].sha256
            if there is not None and not ours and (name, there) != (new, digest):
                return False
        return True

    def _remove_former(self) -> None:
        """Removes the files of photos that are gone or others now."""
        photos, campaign = self._store.photos, self._campaign.name
        for name, one in list(self._files.items()):
            if not photos.has(campaign, one.public_id) or photos.version(campaign, one.public_id) != one.number:
                self._remove(name)

    def _remove(self, name: str) -> None:
        one = self._files.pop(name)
        there = self._digest(name)
        if there == one.sha256:
            self._disk.remove(self._directory / name)
            self._done.removed += 1
        elif there is not None:
            self._done.kept[name] = "shows a former picture, and was changed since it was exported; remove it yourself"

    def _is_there(self, name: str) -> bool:
        with using(self._directory / name):
            return self._disk.exists(self._directory / name)

    def _digest(self, name: str) -> str | None:
        data = self._disk.read(self._directory / name)
        return None if data is None else hashlib.sha256(data).hexdigest()

    def _clear(self) -> None:
        """Removes what a run that was killed had begun to write."""
        with using(self._directory):
            for entry in self._disk.scan(self._directory):
                if entry.name.startswith(TEMPORARY):
                    is_dead(self._disk.disk, Path(entry.path), remove=True)

    def _save(self) -> None:
        document = {
            "campaign": self._campaign.name,
            "look": self._look.name,
            "files": {name: asdict(one) for name, one in sorted(self._files.items())},
        }
        self._disk.write_whole(self._directory / LIST, json.dumps(document, indent=1).encode("ascii") + b"\n")


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
