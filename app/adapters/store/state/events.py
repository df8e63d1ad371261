"""The lines of processor.log, ours and those of the first prototype. Pure.

Ours: `2026-11-20T06:04:05Z SYNCED test_prototype/bs8psp5f version 1760 request=…`. The prototype's name an address:
`2025-10-08 14:25:22,115 - INFO - SYNCED: test_prototype/bs8psp5f (email: jo@example.org)`; its times are taken as UTC.
"""

import re
from typing import NamedTuple

from app.core.errors import nameless

OURS = re.compile(r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (?P<word>[A-Z]+) (?P<rest>.*)")
PROTOTYPE = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d)(?:[.,]\d+)? - (?P<level>[A-Z]+) - (?P<rest>.*)"
)
DONE = re.compile(r"(?P<word>SYNCED|DELETED): (?P<public_id>\S(?:.*?\S)?)(?: \((?:email|status):.*)?")


class Event(NamedTuple):
    """One line. `time` as we write it; `rest`: a public ID and details."""

    time: str
    word: str
    rest: str

    @property
    def line(self) -> str:
        """The line as we write it."""
        return f"{self.time} {self.word} {self.rest}"


def read(line: str) -> Event | None:
    """What a line says, without the address of a prototype's line; None for what is neither's."""
    if found := OURS.fullmatch(line):
        return Event(found["time"], found["word"], found["rest"])
    return of_prototype(line)


def of_prototype(line: str) -> Event | None:
    """What a prototype's line says of a photo (SYNCED, DELETED) or an ERROR, without addresses; None for all others."""
    found = PROTOTYPE.fullmatch(line)
    if found is None:
        return None
    time, rest = f"{found['date']}T{found['time']}Z", found["rest"].strip()
    done = DONE.fullmatch(rest)
    if done is not None and "@" not in done["public_id"]:
        return Event(time, done["word"], done["public_id"])
    return Event(time, "ERROR", nameless(rest)) if found["level"] == "ERROR" else None
