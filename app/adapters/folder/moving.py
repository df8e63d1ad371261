"""Moves and deletes the files of photos. Nothing is ever overwritten."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.adapters import people
from app.adapters.folder import naming, table
from app.core.errors import FolderUnavailable
from app.core.sources import Status


def move(top: Path, path: str, status: Status) -> str:
    """Moves a file to where photos of this status are; returns its new path. Raises FolderUnavailable."""
    plain = naming.split(path)[1]
    for target in _free(plain if status == "approved" else f"{status}/{plain}"):
        try:
            (top / target).parent.mkdir(parents=True, exist_ok=True)
            # the name is taken first: a rename would overwrite a file that arrives at this moment
            os.close(os.open(top / target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            continue
        except OSError as error:
            raise unwritable(top, error) from error
        try:
            (top / path).rename(top / target)
        except OSError as error:
            (top / target).unlink(missing_ok=True)
            raise unwritable(top, error) from error
        return target
    raise FolderUnavailable(f"There is no free name for {path} in {top}.")


def delete(top: Path, path: str) -> None:
    """Deletes a file. Raises FolderUnavailable."""
    try:
        (top / path).unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(top, error) from error


def forget_lines(top: Path, files: Iterable[str]) -> None:
    """Removes these files' lines from people.csv; all others stay byte for byte. Raises FolderUnavailable."""
    if not (top / people.FILE).exists():
        return
    gone = list(files)
    try:
        with table.alone(top):
            table.change(top, lambda before: people.without(before, gone))
    except OSError as error:
        raise unwritable(top, error) from error


def _free(path: str) -> Iterator[str]:
    """`path`, then the same with a number."""
    yield path
    stem, dot, ending = path.rpartition(".")
    yield from (f"{stem} ({number}){dot}{ending}" for number in range(2, 1000))


def unwritable(top: Path, error: OSError) -> FolderUnavailable:
    return FolderUnavailable(
        f"Files in {top} cannot be changed: {error.strerror or error}. Mount it read-write, for the user who runs"
        " Collagen."
    )
