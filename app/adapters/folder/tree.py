"""Finds the files of photos in a directory tree, and says why other files are skipped."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from app.adapters import people
from app.adapters.folder import naming, table
from app.core.errors import FolderUnavailable

Parts = tuple[str, ...] | None  # of a public ID; None for all
STORE = ".collagen"  # marks a store of Collagen's
MANIFEST, MASTER = "manifest.json", "collage."  # a finished collage, such as one that `make` has written


@dataclass(frozen=True)
class File:
    """A file with a picture's name. `path`: from the top, with `/`; `status`: what `os.stat` says."""

    path: str
    status: os.stat_result

    @property
    def public_id(self) -> str:
        return naming.public_id_of(self.path)


@dataclass
class Tree:
    """What a walk through a folder found. `notes`: by path, why a file or directory is skipped, or a remark."""

    files: list[File] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    def chosen(self) -> dict[str, File]:
        """The file that counts for each public ID; notes the others."""
        by_id: dict[str, File] = {}
        for file in sorted(self.files, key=lambda one: naming.rank(one.path)):
            first = by_id.setdefault(file.public_id, file)
            if first is not file:
                form = " in another Unicode form" if naming.nfc(file.path) == naming.nfc(first.path) else ""
                self.notes[file.path] = (
                    f"has the same name as {first.path}{form}, which is the one that counts; rename one of them"
                )
        self._note_case(by_id)
        return by_id

    def _note_case(self, by_id: dict[str, File]) -> None:
        known: dict[str, File] = {}
        for public_id, file in sorted(by_id.items()):
            other = known.setdefault(public_id.casefold(), file)
            if other is not file:
                self.notes.setdefault(file.path, f"differs from {other.path} only in case; both are taken")


def walk(top: Path, wanted: Parts = None) -> Tree:
    """Looks at every file, or only at those of one photo: `wanted` has the parts of its public ID.

    Raises FolderUnavailable if the folder is not there or empty (as if it were not mounted), or if the photo may be in
    a directory that cannot be read.
    """
    require(top)
    tree = Tree()
    _walk(top, Path(os.path.realpath(top)), "", wanted, tree)
    return tree


def require(top: Path) -> None:
    """Raises FolderUnavailable unless the folder is there, readable and not empty."""
    try:
        with os.scandir(top) as entries:
            if next(entries, None) is None:
                raise FolderUnavailable(
                    f"The folder {top} is empty: is it mounted? If its photos are gone for good, make a folder pending"
                    " in it."
                )
    except FileNotFoundError:
        raise FolderUnavailable(f"There is no folder {top}. Is it mounted? campaigns.toml says where it is.") from None
    except NotADirectoryError:
        raise FolderUnavailable(f"{top} is not a folder.") from None
    except OSError as error:
        raise unreadable(top, error) from error


def stamp(found: os.stat_result) -> tuple[int, ...]:
    """Changes whenever the file does."""
    return found.st_mtime_ns, found.st_size, found.st_ino


def unreadable(path: Path, error: OSError) -> FolderUnavailable:
    return FolderUnavailable(
        f"{path} cannot be read: {error.strerror or error}. Let the user who runs Collagen read it."
    )


def _walk(top: Path, real: Path, inside: str, wanted: Parts, tree: Tree) -> None:
    try:
        with os.scandir(top / inside) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:  # removed since
        return
    except OSError as error:
        if wanted is not None:
            raise unreadable(top / inside, error) from error
        tree.notes[inside] = f"cannot be read ({error.strerror}); what is held of its pictures stays"
        return
    names = {entry.name for entry in entries}
    finished = MANIFEST in names and any(name.startswith(MASTER) for name in names)
    if STORE in names or finished:
        if inside:
            tree.notes[inside] = f"is {'a store' if STORE in names else 'a finished collage'}; it is skipped"
            return
        if STORE in names:
            raise FolderUnavailable(f"{top} is a store of Collagen's, and cannot be a source of photos.")
    for entry in entries:
        path = f"{inside}/{entry.name}" if inside else entry.name
        if entry.is_symlink():
            _follow(entry, real, path, wanted, tree)
        elif entry.is_dir():
            rest = _below(entry.name, wanted)
            if rest == ():
                continue
            if reason := naming.directory_why_not(entry.name):
                tree.notes[path] = reason
            else:
                _walk(top, real, path, rest, tree)
        else:
            _add(entry, path, wanted, tree)


def _below(directory: str, wanted: Parts) -> Parts:
    """What is wanted in a directory; () if nothing is."""
    if wanted is None or naming.status_of(directory) is not None:
        return wanted
    return wanted[1:] if len(wanted) > 1 and naming.nfc(directory) == wanted[0] else ()


def _follow(entry: os.DirEntry[str], real: Path, path: str, wanted: Parts, tree: Tree) -> None:
    """A link counts only where the file that it leads to is in the folder and is not found by itself."""
    try:
        target = Path(os.path.realpath(entry.path, strict=True))
    except OSError:
        tree.notes[path] = "is a link that leads nowhere or round in a circle"
        return
    if not target.is_relative_to(real):
        tree.notes[path] = "is a link that leads out of the folder, so it is not followed"
        return
    inner = target.relative_to(real)
    if target.is_dir():
        tree.notes[path] = f"is a link to the folder {inner}, which is in here already"
    elif not any(naming.hidden(part) for part in inner.parts):
        tree.notes[path] = f"is a link to {inner}, which is in here already"
    else:
        _add(entry, path, wanted, tree)


def _add(entry: os.DirEntry[str], path: str, wanted: Parts, tree: Tree) -> None:
    if wanted is not None and (len(wanted) != 1 or naming.nfc(naming.stem(entry.name)) != wanted[0]):
        return
    if reason := naming.why_not(entry.name):
        if path not in (people.FILE, table.LOCK):
            tree.notes[_shown(path)] = reason
        return
    try:
        status = entry.stat()
    except FileNotFoundError:  # removed since
        return
    except OSError as error:
        tree.notes[path] = f"cannot be looked at ({error.strerror})"
        return
    if stat.S_ISREG(status.st_mode):
        tree.files.append(File(path, status))
    else:
        tree.notes[path] = "is not a regular file"


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
