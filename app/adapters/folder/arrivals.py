"""Adds a photo that somebody has sent: a file in `pending`, and a line about it in people.csv."""

import os
from collections.abc import Mapping
from pathlib import Path

from app.adapters import people
from app.adapters.folder import moving, naming, table, tree
from app.core.errors import SettingError

PENDING = "pending"


def add(top: Path, name: str, picture: bytes, columns: Mapping[str, str]) -> bool:
    """Adds the picture `name`, and its line with these columns, unless a picture of this name is there, in any folder.

    Returns whether this very picture is there now. It appears last, so that none waits without its line; after an
    interruption, the same call completes it. Raises FolderUnavailable, SettingError if people.csv is unusable.
    """
    tree.require(top)
    try:
        with table.alone(top):  # a form may be sent twice at once
            found = tree.walk(top, (naming.stem(name),)).files
            if found:
                return any((top / file.path).read_bytes() == picture for file in found)
            _add(top, name, picture, {"file": name, **columns})
    except OSError as error:
        raise moving.unwritable(top, error) from error
    return True


def _add(top: Path, name: str, picture: bytes, line: Mapping[str, str]) -> None:
    target = top / PENDING / name
    new = target.with_name(f".{name}.new")
    target.parent.mkdir(exist_ok=True)
    try:
        with new.open("wb") as file:
            os.fchmod(file.fileno(), 0o640)
            file.write(picture)
            file.flush()
            os.fsync(file.fileno())
        table.change(top, lambda before: people.with_line(before, line, top / people.FILE))
        new.replace(target)
    except (OSError, SettingError):
        new.unlink(missing_ok=True)
        raise
    _keep(target.parent)


def _keep(directory: Path) -> None:
    """Makes the names in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
