"""Which pictures of photos are in object storage: `<campaign>/media/<name>.json`, one small file a photo.

{"number": 17000000001234, "keys": ["sayno/5f2c…/17000000001234-thumb.jpg", …]}

A key is noted before anything is put there, and until it is deleted there, so that nothing is ever there of which
nobody knows. `number` is that of the photo which the objects show (`Photos.version`); null while they are being put
or have to be deleted.
"""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.adapters.store.documents import an_object, is_count
from app.adapters.store.files import using
from app.adapters.store.names import file_name, is_file_name, public_id_of
from app.adapters.store.root import Root

ROOM = "media"
ENDING = ".json"


@dataclass(frozen=True)
class Note:
    """`number`: None where the objects may not be shown. `keys`: every object that may be there."""

    number: int | None
    keys: tuple[str, ...]


class Offloaded:
    """Every method raises StoreUnavailable; those that take a public ID, BadPublicId if its name cannot be used."""

    def __init__(self, root: Root) -> None:
        self._root = root

    def note(self, campaign: str, public_id: str) -> Note | None:
        """None where there is none; a damaged one has no number and no keys."""
        data = self._root.files.read(self._path(campaign, public_id))
        return None if data is None else _read(data)

    def put(self, campaign: str, public_id: str, note: Note) -> None:
        """Replaces the note."""
        self._root.require()
        document = {"number": note.number, "keys": list(note.keys)}
        self._root.files.write_whole(self._path(campaign, public_id), json.dumps(document).encode("ascii"))

    def remove(self, campaign: str, public_id: str) -> None:
        """Removes the note."""
        self._root.files.remove(self._path(campaign, public_id))

    def public_ids(self, campaign: str) -> list[str]:
        """The photos that have a note. One listing."""
        return sorted(self._listed(campaign))

    def _listed(self, campaign: str) -> Iterator[str]:
        self._root.require()
        directory = self._root.path / campaign / ROOM
        with using(directory), contextlib.suppress(FileNotFoundError):
            for entry in self._root.files.scan(directory):
                stem = entry.name.removesuffix(ENDING)
                if stem != entry.name and is_file_name(stem):
                    yield public_id_of(stem)

    def _path(self, campaign: str, public_id: str) -> Path:
        return self._root.path / campaign / ROOM / f"{file_name(public_id)}{ENDING}"


def _read(data: bytes) -> Note:
    found = an_object(data) or {}
    number, keys = found.get("number"), found.get("keys")
    texts: Sequence[str] = keys if isinstance(keys, list) and all(isinstance(one, str) for one in keys) else ()
    return Note(number if texts and is_count(number) else None, tuple(texts))
