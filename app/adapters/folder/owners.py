"""Whose the pictures of a folder are, according to its people.csv."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.adapters import people
from app.adapters.folder import naming, tree
from app.adapters.folder.tree import File
from app.adapters.people import People, Person
from app.core.sources import Listed


class Owners:
    """The table of a folder, read again when it has changed. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: tuple[tuple[int, ...], People] | None = None

    def table(self) -> People:
        """Empty if there is none. Raises SettingError if it is unusable, FolderUnavailable."""
        path = self._folder / people.FILE
        try:
            stamp = tree.stamp(path.stat())
        except FileNotFoundError:
            return People()
        except OSError as error:
            raise tree.unreadable(path, error) from error
        with self._lock:
            if self._known is None or self._known[0] != stamp:
                self._known = stamp, people.read(self._folder)
            return self._known[1]


def person(path: str, table: People) -> Person | None:
    """The line about a picture: it may name the folder `pending` or not."""
    return table.get(naming.split(path)[1]) or table.get(path)


def notes(table: People, chosen: Mapping[str, File], rows: Sequence[Listed]) -> dict[str, str]:
    """What the table says that keeps a photo from being taken, and lines that are about no file."""
    found: dict[str, str] = {}
    files = {naming.nfc(name) for file in chosen.values() for name in (file.path, naming.split(file.path)[1])}
    for name, line in ((name, one.line) for name, one in table.items()):
        if name not in files:
            found[f"{people.FILE}, line {line}"] = f"names {name}, which is not there or not taken"
    for path in (row.asset.url for row in rows):
        one = person(path, table)
        if one is not None and one.consent is False:
            found[path] = f"is not taken: no consent ({people.FILE}, line {one.line})"
    return found
