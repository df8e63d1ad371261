"""Logs that decide who is sent a mail: a loss must be noticed, or somebody is mailed twice.

The file `.<name>.length` beside each log says how long it should be, in bytes. A shorter log was cut, and a line that
is not a record is damaged; either way nobody can tell who was in it. An unfinished last line is neither: its writer
died before it acted on the line, and the length does not count it.
"""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.adapters.store.documents import an_object
from app.adapters.store.files import Files
from app.adapters.store.lines import append_line
from app.core.errors import StoreUnavailable

LOGS = ("sends.jsonl", "unsubscribed.jsonl", "mailed.jsonl")

IsRecord = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True)
class Contents:
    """The records of a log, oldest first. `damage`: what is wrong with it, "" for a whole log."""

    path: Path
    records: list[dict[str, Any]]
    damage: str

    @property
    def advice(self) -> str:
        """What to do about the damage."""
        return (
            "restore the file from a backup, or put it right by hand and then remove"
            f" {length_path(self.path).name} beside it"
        )

    def require_whole(self) -> None:
        """Raises StoreUnavailable where records may be missing."""
        if self.damage:
            raise StoreUnavailable(
                f"{self.path}: {self.damage}, so nobody can tell who was sent a mail or wants none; {self.advice}."
            )


def read(files: Files, path: Path, is_record: IsRecord) -> Contents:
    """The contents of a log; lines that are not records are skipped. Raises StoreUnavailable."""
    should = length(files, path)
    raw = files.read(path) or b""
    should = min(should, length(files, path))  # it may have grown meanwhile, or `forget` removed somebody
    whole = raw[: raw.rfind(b"\n") + 1]
    lines = [an_object(line) for line in whole.split(b"\n")[:-1]]
    records = [line for line in lines if line is not None and is_record(line)]
    damage = ""
    if len(whole) < should:
        damage = f"it is {should - len(whole)} bytes shorter than it was"
    for number, line in enumerate(lines, 1):
        if line is None or not is_record(line):
            damage = f"line {number} is not a record"
            break
    return Contents(path, records, damage)


def add(files: Files, path: Path, record: Mapping[str, Any]) -> None:
    """Adds a record durably. The caller holds the log's lock. Raises StoreUnavailable.

    A damaged log stays damaged.
    """
    line = json.dumps(record)
    began = append_line(files, path, line)
    should = max(began, length(files, path)) + len(line) + 1
    with contextlib.suppress(StoreUnavailable):  # then only a cut in what was noted before is noticed
        note_length(files, path, should)


def length(files: Files, path: Path) -> int:
    """The least length of a log, in bytes; 0 where it is not known. Raises StoreUnavailable."""
    noted = (files.read(length_path(path)) or b"").strip()
    return int(noted) if noted.isdigit() and len(noted) < 16 else 0


def note_length(files: Files, path: Path, bytes_long: int) -> None:
    """Notes how long a log should be. Raises StoreUnavailable."""
    files.write_whole(length_path(path), b"%d\n" % bytes_long)


def length_path(path: Path) -> Path:
    """Where the length of a log is noted."""
    return path.with_name(f".{path.name}.length")
