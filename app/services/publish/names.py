"""What published files are called, what type they have, and how long they may be kept. Pure.

A file whose name has a part of its SHA-256 never changes, so it may be kept for a year. The others are at addresses
that people know.
"""

import re
from collections.abc import Iterable

INDEX, WALL, MISSING, ALBUM, ROBOTS = "index.html", "wall.html", "404.html", "album.json", "robots.txt"
PAGES = (MISSING, ROBOTS, ALBUM, WALL, INDEX)  # in the order in which they are sent
MARKER = ".collagen-publish.json"
DIGITS = 12  # hexadecimal, of the SHA-256: 48 bits, and only files that have the rest of the name in common can collide
FOREVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"
TYPES = {
    "avif": "image/avif",
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "webp": "image/webp",
}
_SUM = rf"[0-9a-f]{{{DIGITS}}}"
_FACE = re.compile(rf"pictures/[a-z0-9-]+\.{_SUM}\.(jpg|webp|avif)|wall/[0-9]+/[0-9]+_[0-9]+\.{_SUM}\.jpg")
_HELP = re.compile(rf"assets/[a-z-]+\.{_SUM}\.[a-z]+")


def named(stem: str, ending: str, sha256: str) -> str:
    """The path of a file that never changes."""
    return f"{stem}.{sha256[:DIGITS]}.{ending}"


def is_fixed(path: str) -> bool:
    """Whether the name of a file of ours says what is in it."""
    return bool(_FACE.fullmatch(path) or _HELP.fullmatch(path))


def shows_faces(path: str) -> bool:
    """Whether this is a picture of people."""
    return bool(_FACE.fullmatch(path))


def is_ours(path: str) -> bool:
    """Whether a file with this path can be one that was published. No other file is ever replaced or removed."""
    return path in (*PAGES, MARKER) or is_fixed(path)


def content_type(path: str) -> str:
    return TYPES[path.rpartition(".")[2]]


def cache_control(path: str) -> str:
    return FOREVER if is_fixed(path) else A_MINUTE


def foreign(paths: Iterable[str]) -> list[str]:
    """Those of these that publishing would replace, in a place where nothing has been published before."""
    return sorted(path for path in paths if is_ours(path))
