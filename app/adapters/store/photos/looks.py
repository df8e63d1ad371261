"""Finished looks of photos: `<campaign>/looks/<look>/<name>.jpg` or `.png`, with an intermediate and, instead of both,
why there is none (`<name>.failed.json`).

The intermediate goes first, the result last: a look counts as present when its result is there. Both have the time of
the intermediate of the photo that they were made of, its mark. The result says in its own metadata what it was made of
(`app.adapters.imaging.looks.xmp`).
"""

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from app.adapters.store.documents import an_object
from app.adapters.store.files import using
from app.adapters.store.names import file_name, is_file_name, public_id_of
from app.adapters.store.photos import marks
from app.adapters.store.root import LOCKS, Lock, Root
from app.adapters.store.stamped import Stamp
from app.core.errors import BadPublicId

ROOM = "looks"
Kind = Literal["jpg", "png"]
KINDS: tuple[Kind, ...] = ("jpg", "png")
SMALL = ".300x400"  # at the end of the stem of an intermediate, so no photo's name may end so
INTERMEDIATE, FAILED = f"{SMALL}.png", ".failed.json"
ENDINGS = (".jpg", ".png", INTERMEDIATE, FAILED)


class Finished(NamedTuple):
    """A result in a listing: whose it is, what kind of file, the number of the photo that it shows (`marks.number`)."""

    public_id: str
    kind: Kind
    number: int


class Looks:
    """Every method raises StoreUnavailable; those that take a public ID, BadPublicId if its name cannot be used."""

    def __init__(self, root: Root) -> None:
        self._root = root

    def path(self, campaign: str, look: str, public_id: str, ending: str) -> Path:
        """`ending`: a Kind with its dot, INTERMEDIATE or FAILED."""
        stem = file_name(public_id)
        if stem.endswith(SMALL):
            raise BadPublicId(
                f"The public ID {public_id!r} ends with {SMALL}, as intermediates of looks do; give the photo another"
                " name where it comes from."
            )
        return self._room(campaign, look) / f"{stem}{ending}"

    def lock(
        self, campaign: str, look: str, public_id: str, patience: float
    ) -> contextlib.AbstractContextManager[Lock]:
        """Only one process makes a look of a photo at a time. Raises PhotoBusy."""
        return self._root.lock("look", f"the look {look} of the photo {public_id} in {campaign}", patience)

    def begin(self, campaign: str, look: str) -> int | None:
        """The lock of a job that makes or orders a look of many photos: a descriptor, which releases it when closed.

        None where another job has it.
        """
        self._root.require()
        return self._root.files.lock(self._root.path / LOCKS / f"looks-{campaign}-{look}", patience=0)

    def names(self, campaign: str) -> list[str]:
        """The looks that a campaign has files of."""
        self._root.require()
        with using(self._root.path / campaign / ROOM):
            entries = self._root.files.scan(self._root.path / campaign / ROOM)
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))

    def finished(self, campaign: str, look: str) -> dict[str, Finished]:
        """Every result of a look, by public ID. One listing."""
        found = {}
        for kind in KINDS:
            for public_id, number in self._listed(campaign, look, f".{kind}"):
                found[public_id] = Finished(public_id, kind, number)
        return found

    def count(self, campaign: str, look: str) -> tuple[int, int]:
        """How many results there are, and how many notes of failures. Listings only."""
        endings = [*(f".{kind}" for kind in KINDS), FAILED]
        *results, failed = (sum(1 for _ in self._listed(campaign, look, ending)) for ending in endings)
        return sum(results), failed

    def stamp(self, campaign: str, look: str) -> Stamp | None:
        """It changes with every result and failure; None where there are none."""
        with using(self._room(campaign, look)):
            return self._root.files.stamp(self._room(campaign, look))

    def stamps(self, campaign: str, look: str, public_ids: Sequence[str | None]) -> list[Stamp | None]:
        """The stamp of each result's intermediate; None where there is none, and for None."""
        paths = [None if one is None else self.path(campaign, look, one, INTERMEDIATE) for one in public_ids]
        with using(self._room(campaign, look)):
            return [None if path is None else self._root.files.stamp(path) for path in paths]

    def number(self, campaign: str, look: str, public_id: str) -> int | None:
        """That of the photo which the intermediate shows (see `Photos.version`); None where there is none."""
        path = self.path(campaign, look, public_id, INTERMEDIATE)
        with using(path):
            found = self._root.files.disk.stat(path)
        if found is None:
            self._root.require()  # what is missing may only be out of sight
        return None if found is None else marks.number(found)

    def failures(self, campaign: str, look: str) -> dict[str, dict[str, Any]]:
        """What was noted where a look could not be made, by public ID; {} for a damaged note."""
        return {
            public_id: self.failure(campaign, look, public_id) or {}
            for public_id, _ in self._listed(campaign, look, FAILED)
        }

    def failure(self, campaign: str, look: str, public_id: str) -> dict[str, Any] | None:
        """What was noted when a look of this photo could not be made; None if nothing is, or it is damaged."""
        data = self._root.files.read(self.path(campaign, look, public_id, FAILED))
        return None if data is None else an_object(data)

    def kind(self, campaign: str, look: str, public_id: str) -> Kind | None:
        """What kind of file the result is; None where there is none."""
        for kind in KINDS:
            path = self.path(campaign, look, public_id, f".{kind}")
            with using(path):
                if self._root.files.exists(path):
                    return kind
        self._root.require()
        return None

    def result(self, campaign: str, look: str, public_id: str) -> tuple[bytes, Kind] | None:
        """A result's bytes and kind."""
        kind = self.kind(campaign, look, public_id)
        data = None if kind is None else self._root.files.read(self.path(campaign, look, public_id, f".{kind}"))
        return None if data is None or kind is None else (data, kind)

    def result_start(self, campaign: str, look: str, public_id: str, size: int) -> bytes | None:
        """The first `size` bytes of a result; None where there is none."""
        kind = self.kind(campaign, look, public_id)
        if kind is None:
            return None
        return self._root.files.read_start(self.path(campaign, look, public_id, f".{kind}"), size)

    def intermediate(self, campaign: str, look: str, public_id: str) -> bytes | None:
        """The intermediate's bytes."""
        return self._root.files.read(self.path(campaign, look, public_id, INTERMEDIATE))

    def intermediate_start(self, campaign: str, look: str, public_id: str, size: int) -> tuple[bytes, int]:
        """The first `size` bytes of an intermediate, and how long it is; StoreUnavailable also where there is none."""
        path = self.path(campaign, look, public_id, INTERMEDIATE)
        with using(path):
            try:
                return self._root.files.disk.read_start(path, size)
            except FileNotFoundError:
                self._root.require()
                raise

    def put(
        self,
        campaign: str,
        look: str,
        public_id: str,
        result: tuple[bytes, Kind],
        intermediate: bytes,
        number: int,
    ) -> None:
        """Stores a result and its intermediate, in place of any other and of the note about a failure.

        `number`: of the photo that it was made of (`Photos.version`).
        """
        self._root.require()
        data, kind = result
        files, time = self._root.files, marks.seconds(number)
        files.write_whole(self.path(campaign, look, public_id, INTERMEDIATE), intermediate, mtime=time)
        files.write_whole(self.path(campaign, look, public_id, f".{kind}"), data, mtime=time)
        for ending in (FAILED, *(f".{other}" for other in KINDS if other != kind)):
            files.remove(self.path(campaign, look, public_id, ending))

    def fail(self, campaign: str, look: str, public_id: str, note: dict[str, Any]) -> None:
        """Notes why a look cannot be made; what was made of an earlier version goes."""
        path = self.path(campaign, look, public_id, FAILED)
        self._root.require()
        self._root.files.write_whole(path, json.dumps(note).encode("ascii"))
        self._remove(campaign, look, public_id, INTERMEDIATE)

    def discard(self, campaign: str, look: str, public_id: str) -> bool:
        """Removes everything of one look of a photo; returns whether there was anything."""
        return self._remove(campaign, look, public_id, INTERMEDIATE, FAILED)

    def remove(self, campaign: str, public_id: str) -> bool:
        """Removes every look of a photo; returns whether there was any."""
        if file_name(public_id).endswith(SMALL):  # it has none
            return False
        return True in [self.discard(campaign, look, public_id) for look in self.names(campaign)]

    def orphans(self, campaign: str, look: str, here: Iterable[str]) -> list[str]:
        """The public IDs that a look has files of, without those that are `here`."""
        return sorted({one for ending in ENDINGS for one, _ in self._listed(campaign, look, ending)}.difference(here))

    def _remove(self, campaign: str, look: str, public_id: str, *more: str) -> bool:
        """The result first."""
        endings = (*(f".{kind}" for kind in KINDS), *more)
        return True in [self._root.files.remove(self.path(campaign, look, public_id, one)) for one in endings]

    def _listed(self, campaign: str, look: str, ending: str) -> Iterator[tuple[str, int]]:
        self._root.require()
        directory = self._room(campaign, look)
        with using(directory):
            for entry in self._root.files.scan(directory):
                stem = entry.name.removesuffix(ending)
                if stem == entry.name or not is_file_name(stem) or stem.endswith(SMALL):
                    continue
                with contextlib.suppress(FileNotFoundError):  # removed since it was listed
                    yield public_id_of(stem), marks.number(entry.stat())

    def _room(self, campaign: str, look: str) -> Path:
        return self._root.path / campaign / ROOM / look
