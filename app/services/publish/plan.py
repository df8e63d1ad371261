"""What is sent to a target and what is removed there, in which order. Pure.

A reader must never find a page that names a file which is not there. So files come before pages, the index is the last
of these, and what is no longer named goes after it. Somebody may have the former pages open, or a CDN may serve them
for a minute more: what they name stays until the next time, unless somebody has withdrawn. Then every picture that is
not of the present is removed before anything else, and a page that is open may show gaps until the new one is there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.adapters.targets.target import Held
from app.services.publish import names

GRACE = 300.0  # seconds that files of the former pages stay: longer than a CDN keeps those, and than a page takes


@dataclass(frozen=True)
class File:
    """What should be there. `size`: bytes; `sha256`: hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Shown:
    """A collage, and a digest of whom it shows: `state` differs once it was revised or somebody has withdrawn."""

    collage: str
    state: str


@dataclass(frozen=True)
class Plan:
    """Paths. `uploads`: in the order in which they have to be whole; `deletions`: after all of them."""

    uploads: tuple[str, ...]
    deletions: tuple[str, ...]


def erases(there: Collection[Shown] | None, today: Mapping[str, Shown]) -> bool:
    """Whether pictures that are there may show somebody who has withdrawn since.

    `there`: the collages of which there may be pictures, as they were; None if nobody knows. `today`: the same by their
    number as they are now, if they still are. A later collage that takes the place of another erases nobody.
    """
    return there is None or any(today.get(one.collage) != one for one in there)


def erasures(held: Collection[str], current: Collection[str]) -> list[str]:
    """The pictures of people that are there and not of the present."""
    return sorted(path for path in held if names.shows_faces(path) and path not in current)


def plan(wanted: Mapping[str, File], held: Mapping[str, Held], former: Collection[str]) -> Plan:
    """`wanted`: everything that should be there. `former`: what is named by pages that may still be open."""
    pages = [path for path in names.PAGES if path in wanted]
    files = sorted(wanted.keys() - set(pages))
    uploads = [path for path in (*files, *pages) if not is_there(path, wanted[path], held)]
    kept = {*wanted, *former, names.MARKER}
    return Plan(tuple(uploads), tuple(sorted(path for path in held if names.is_ours(path) and path not in kept)))


def is_there(path: str, file: File, held: Mapping[str, Held]) -> bool:
    """Whether a file is there already. Its name is enough if the target knows no sums: files appear whole."""
    found = held.get(path)
    if found is None or found.size != file.size:
        return False
    return names.is_fixed(path) if found.sha256 is None else found.sha256 == file.sha256


def still_open(before: Collection[str], changed_at: float, now: float) -> Collection[str]:
    """What the former pages name, as long as they may be open. Times: seconds since 1970."""
    return before if 0 <= now - changed_at < GRACE else ()
