"""What the path of a file says: its photo's public ID, whether the photo is approved, its format. Pure.

Paths are relative to the campaign's folder, with `/`. A picture in a folder named `pending` or `rejected`, at any
depth, waits or is rejected. These folders are not part of the public ID, so that moderation does not change it.
"""

import re
import unicodedata

from app.core.sources import FORMATS, Status

VIDEOS = ("mov", "mp4", "m4v", "avi", "3gp", "mkv", "webm", "mts")
RAW = ("dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2", "pef", "srw")
OTHERS = ("bmp", "psd", "jxl", "jp2", "svg", "pdf", "eps")
UNFINISHED = ("part", "partial", "crdownload", "download", "tmp", "filepart")
# directories that programs leave behind
LEFTOVERS = ("@eaDir", "__MACOSX", "#recycle", "lost+found", "System Volume Information", "$RECYCLE.BIN")
STATUSES: tuple[Status, ...] = ("approved", "pending", "rejected")  # whichever comes first counts


def nfc(name: str) -> str:
    """A name in Unicode's composed form. macOS writes some names decomposed."""
    return unicodedata.normalize("NFC", name)


def status_of(directory: str) -> Status | None:
    """What the name of a directory says of the pictures in it; None for any other name."""
    name = directory.casefold()
    return "pending" if name == "pending" else "rejected" if name == "rejected" else None


def split(path: str) -> tuple[Status, str]:
    """The status of a picture, and its path without the folders that say so."""
    *directories, name = path.split("/")
    said = [status_of(directory) for directory in directories]
    plain = [directory for directory, status in zip(directories, said, strict=True) if status is None]
    return max(filter(None, said), default="approved"), "/".join([*plain, name])  # "rejected" > "pending"


def public_id_of(path: str) -> str:
    """The public ID of the photo in a file: its path without its ending."""
    plain = split(path)[1]
    directory, slash, name = plain.rpartition("/")
    return nfc(f"{directory}{slash}{stem(name)}")


def stem(name: str) -> str:
    """A file name without its ending."""
    return name.rpartition(".")[0] or name


def ending(name: str) -> str:
    before, _, after = name.rpartition(".")
    return after.lower() if before else ""


def is_about_a_picture(path: str) -> bool:
    """Whether a change of the file at this path can change a photo."""
    return not any(hidden(part) for part in path.split("/")) and ending(path) in FORMATS


def hidden(name: str) -> bool:
    return name.startswith(".") or name in LEFTOVERS


def why_not(name: str) -> str | None:
    """Why a file with this name is skipped, as a sentence without its subject; None for a picture."""
    if name.startswith("._"):
        return "holds what macOS notes about another file; it is no picture"
    if hidden(name):
        return "is hidden, so it is skipped"
    if not _is_text(name):
        return "has a name that is not UTF-8; rename it"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "has control characters in its name; rename it"
    last = ending(name)
    if last in FORMATS:
        return "has blanks at the edge of its name; rename it" if stem(name) != stem(name).strip() else None
    if last in VIDEOS:
        return "is a video, perhaps of a Live Photo; only pictures are taken"
    if last in RAW:
        return "is a raw picture; export it as JPEG"
    if last in UNFINISHED:
        return "is still being copied, as its name says"
    if last in OTHERS:
        return f"has a format that Collagen does not read ({last}); export it as JPEG"
    return "is no picture, as its name says"


def directory_why_not(name: str) -> str | None:
    """The same of a directory."""
    if hidden(name):
        return "is hidden or a program's own, so what is in it is skipped"
    if not _is_text(name) or re.search(r"[\x00-\x1f\x7f-\x9f]", name):
        return "has a name that is not UTF-8, or control characters in it; rename it"
    return "has blanks at the edge of its name; rename it" if name != name.strip() else None


def rank(path: str) -> tuple[int, bool, int, str]:
    """Of several files with one public ID, the one with the lowest rank counts."""
    status, _ = split(path)
    return STATUSES.index(status), nfc(path) != path, [*FORMATS].index(ending(path)), path


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)
