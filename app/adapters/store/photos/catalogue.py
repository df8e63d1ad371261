"""The catalogue of a campaign: `<campaign>/catalogue.jsonl`, a JSON object a line, each about one photo.

A line is appended when its photo arrives; several about one photo are folded into one when the file is next written
anew, which also sorts them. Lines that are not entries are then moved to `catalogue.damaged.jsonl`, so that nothing is
lost that somebody may still read. All who write hold the same lock. Nobody but Collagen's user can read the files.
"""

import contextlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from app.adapters.store.documents import an_object
from app.adapters.store.files import using
from app.adapters.store.lines import append_line
from app.adapters.store.photos import entries
from app.adapters.store.photos.entries import Entry
from app.adapters.store.photos.photos import Photos
from app.adapters.store.root import Root
from app.adapters.store.stamped import Stamp
from app.core.errors import StoreUnavailable

NAME, ASIDE = "catalogue.jsonl", "catalogue.damaged.jsonl"
PATIENCE = 30.0  # seconds for the lock


@dataclass
class Contents:
    """`entries`: by public ID. `damaged`: the lines that are none, by number."""

    path: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    damaged: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _Kept:
    """A catalogue as it was last read: its bytes, whole lines only."""

    stamp: Stamp | None
    data: bytes
    entries: Mapping[str, Entry]


class Catalogue:
    """Every method raises StoreUnavailable; those that write, PhotoBusy where the file stays locked."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._photos = Photos(root)
        self._kept: dict[str, _Kept] = {}

    def path(self, campaign: str) -> Path:
        return self._root.path / campaign / NAME

    def aside(self, campaign: str) -> Path:
        """Where damaged lines are kept."""
        return self._root.path / campaign / ASIDE

    def exists(self, campaign: str) -> bool:
        with using(self.path(campaign)):
            return self._root.files.exists(self.path(campaign))

    def has_aside(self, campaign: str) -> bool:
        with using(self.aside(campaign)):
            return self._root.files.exists(self.aside(campaign))

    def read(self, campaign: str) -> Contents:
        """Every entry, and every damaged line; a last line that was never finished counts for neither."""
        self._root.require()
        return self._parsed(campaign, self._root.files.read(self.path(campaign)) or b"")

    def entries(self, campaign: str) -> Mapping[str, Entry]:
        """Every entry, by public ID; kept in memory until the file changes. Threads may share it.

        Of a file that has only grown, the new lines alone are parsed: while looks are made, it grows with each.
        """
        path = self.path(campaign)
        self._root.require()
        with using(path):
            stamp = self._root.files.stamp(path)
        kept = self._kept.get(campaign)
        if kept is not None and kept.stamp == stamp:
            return kept.entries
        data = self._root.files.read(path) or b""
        if kept is None or not data.startswith(kept.data):
            kept = _Kept(None, b"", {})
        found = self._parsed(campaign, data[len(kept.data) :], kept.entries).entries
        if stamp is not None and data.endswith(b"\n"):  # or the last line may yet be cut off
            self._kept[campaign] = _Kept(stamp, data, found)
        return found

    def add(self, campaign: str, found: Iterable[Entry]) -> None:
        """Adds entries of photos that the campaign has; removing a photo also removes its entry."""
        with self._turn(campaign):
            lines = [_line(entry) for entry in found if self._photos.has(campaign, entry.public_id)]
            if not lines:
                return
            if self.exists(campaign):
                append_line(self._root.files, self.path(campaign), "\n".join(lines))
            else:
                self._write(self.path(campaign), lines)

    def tidy(self, campaign: str, *, exact: bool) -> Contents:
        """Writes the file anew: one entry a photo, without photos that are gone; returns the contents before that.

        `exact`: whether positions may be kept. Writes nothing where nothing would be different.
        """
        with self._turn(campaign):
            path = self.path(campaign)
            data = self._data(path)
            contents = self._parsed(campaign, data)
            here = self._photos.public_ids(campaign)
            contents.entries = {
                public_id: entries.limited(entry, exact=exact)
                for public_id, entry in sorted(contents.entries.items())
                # a listing that lacks one is no proof
                if public_id in here or self._photos.has(campaign, public_id)
            }
            if contents.damaged:
                self._keep_aside(campaign, contents.damaged.values())
            lines = [_line(entry) for entry in contents.entries.values()]
            if data != _joined(lines):
                self._write(path, lines)
            return contents

    def remove(self, campaign: str, public_id: str) -> None:
        """Removes what is known of a photo."""
        path, named = self.path(campaign), json.dumps(public_id).encode("ascii")
        with self._turn(campaign):
            if named in self._data(path):
                self._without(
                    path, lambda line: named in line and (an_object(line) or {}).get("public_id") == public_id
                )

    def purge(self, campaign: str, public_ids: Collection[str], damaged: Callable[[str], bool]) -> tuple[int, int]:
        """Removes what is known of these photos, and the damaged lines, here and aside, for which `damaged` is true.

        Returns how many lines were searched, and how many removed.
        """

        def goes(raw: bytes) -> bool:
            entry = _entry(raw)
            return damaged(raw.decode("utf-8", "replace")) if entry is None else entry.public_id in public_ids

        if not self.exists(campaign) and not self.has_aside(campaign):
            return 0, 0
        with self._turn(campaign):
            counted = [self._without(path, goes) for path in (self.path(campaign), self.aside(campaign))]
        return sum(searched for searched, _ in counted), sum(removed for _, removed in counted)

    def _turn(self, campaign: str) -> contextlib.AbstractContextManager[object]:
        return self._root.lock("catalogue", f"the catalogue of {campaign}", PATIENCE)

    def _parsed(self, campaign: str, data: bytes, before: Mapping[str, Entry] = MappingProxyType({})) -> Contents:
        """`before`: what the lines before these say."""
        contents = Contents(self.path(campaign), dict(before))
        *lines, unfinished = data.split(b"\n")
        if _entry(unfinished) is not None:  # whole but for its end
            lines.append(unfinished)
        for number, line in enumerate(lines, 1):
            entry = _entry(line)
            if entry is not None:
                known = contents.entries.get(entry.public_id)
                contents.entries[entry.public_id] = entry if known is None else entries.merged(known, entry)
            elif line.strip():
                contents.damaged[number] = line
        return contents

    def _data(self, path: Path) -> bytes:
        """What is in a file that is about to be rewritten. A missing file may only be out of sight."""
        data = self._root.files.read(path)
        with using(path):
            if data is None and self._root.files.exists(path):
                raise StoreUnavailable(f"The store failed at {path}: it is there, and cannot be read.")
        return data or b""

    def _keep_aside(self, campaign: str, lines: Iterable[bytes]) -> None:
        path = self.aside(campaign)
        before = self._data(path)
        known = set(before.split(b"\n"))
        new = b"".join(line + b"\n" for line in lines if line not in known)
        if new:
            self._root.files.write_whole(path, before + new, private=True)

    def _without(self, path: Path, goes: Callable[[bytes], bool]) -> tuple[int, int]:
        """Removes lines; returns how many there were, and how many were removed."""
        every = [line for line in self._data(path).split(b"\n") if line]
        kept = [line for line in every if not goes(line)]
        if kept and len(kept) < len(every):
            self._root.files.write_whole(path, b"".join(line + b"\n" for line in kept), private=True)
        elif every and not kept:
            self._root.files.remove(path)
        return len(every), len(every) - len(kept)

    def _write(self, path: Path, lines: list[str]) -> None:
        if lines:
            self._root.files.write_whole(path, _joined(lines), private=True)
        else:
            self._root.files.remove(path)


def _entry(line: bytes) -> Entry | None:
    found = an_object(line)
    return None if found is None else entries.read(found)


def _line(entry: Entry) -> str:
    """In ASCII, so that every public ID has one spelling."""
    return json.dumps(entries.written(entry))


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("ascii")
