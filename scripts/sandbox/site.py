"""A published site as its readers see it: what its pages name, and whether it is there and whole."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable
from pathlib import Path

from app.services.publish import names

Read = Callable[[str], bytes | None]


def named(read: Read) -> set[str]:
    """Every file that index, wall and album name, tiles included; fails if one of these pages is missing."""
    index, wall, album = (whole(read, page) for page in (names.INDEX, names.WALL, names.ALBUM))
    found = {names.INDEX, names.WALL, names.ALBUM}
    for page in (index.decode(), wall.decode()):
        found |= {path for path in re.findall(r'(?:src|href)="([^"]*)"', page) if "//" not in path and path[0] != "#"}
        for sources in re.findall(r'srcset="([^"]*)"', page):
            found |= {html.unescape(one).split()[0] for one in sources.split(", ")}
    found |= {one["path"] for one in json.loads(album)["collages"][0]["pictures"]}
    (script,) = re.findall(r"assets/tiles\.\w+\.js", wall.decode())
    return found | set(tiles(whole(read, script)))


def tiles(script: bytes) -> list[str]:
    """The paths of the tiles that the script names."""
    levels = json.loads(script.decode().partition(" = ")[2].rstrip(";\n"))
    found = []
    for level, row in levels.items():
        digits = row["digits"]
        sums = [row["names"][at : at + digits] for at in range(0, len(row["names"]), digits)]
        found += [f"wall/{level}/{n % row['columns']}_{n // row['columns']}.{sum_}.jpg" for n, sum_ in enumerate(sums)]
    return found


def whole(read: Read, path: str) -> bytes:
    """A file as its name says it is."""
    data = read(path)
    assert data is not None, f"{path} is missing"
    if names.is_fixed(path):
        assert hashlib.sha256(data).hexdigest()[: names.DIGITS] == path.split(".")[-2]
    return data


def walk(read: Read) -> set[str]:
    """Reads everything a reader can get to; fails if anything is missing. Returns the paths."""
    found = named(read)
    for path in found:
        whole(read, path)
    return found


def reader(site: Path) -> Read:
    """Reads the files of a directory."""
    return lambda path: (site / path).read_bytes() if (site / path).is_file() else None
