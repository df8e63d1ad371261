"""The pictures in a folder and its subfolders, as people keep and export them: by their names' endings only.

Hidden files and folders are left out. A link is never followed: it may lead anywhere, and round in circles.
"""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from app.adapters.people import FILE
from app.core.errors import SettingError
from app.core.sources import FORMATS


@dataclass(frozen=True, slots=True)
class Picture:
    """`file`: the path from the folder, with `/`, in Unicode's composed form (NFC). `bytes`: its length."""

    file: str
    path: Path
    bytes: int


@dataclass
class Albums:
    """`unusable`: by file, why it cannot be read. `others`: how many files of other kinds there are, by ending."""

    pictures: list[Picture] = field(default_factory=list)
    unusable: dict[str, str] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)


def find(folder: Path) -> Albums:
    """All pictures below a folder, ordered by file. Raises SettingError if the folder cannot be listed."""
    found = Albums()
    try:
        for file, entry in _files(folder, ""):
            _add(found, file, entry)
    except OSError as error:
        raise SettingError(f"{error.filename or folder} cannot be listed: {error.strerror or error}.") from error
    found.pictures.sort(key=lambda picture: picture.file)
    return found


def _files(folder: Path, before: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith("."):
                continue
            file = f"{before}{unicodedata.normalize('NFC', entry.name)}"
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path), f"{file}/")
            elif file != FILE:
                yield file, entry


def _add(found: Albums, file: str, entry: os.DirEntry[str]) -> None:
    ending = PurePosixPath(file).suffix.lower().lstrip(".")
    if ending not in FORMATS:
        found.others[ending or "no ending"] += 1
    elif not _is_text(entry.name):
        found.unusable[file.encode("utf-8", "replace").decode()] = "its name is not UTF-8; rename it"
    elif entry.is_symlink():
        found.unusable[file] = "it is a link; put the picture itself there"
    elif not entry.is_file():
        found.unusable[file] = "it is no file"
    elif not (size := entry.stat().st_size):
        found.unusable[file] = "it is empty; export or copy it again"
    else:
        found.pictures.append(Picture(file, Path(entry.path), size))


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)
