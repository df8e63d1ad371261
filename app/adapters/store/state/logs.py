"""The logs of what happened to each photo, and of what was painted, and the raw notifications."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.adapters.store.documents import MOMENT, an_object
from app.adapters.store.files import using
from app.adapters.store.lines import append_line
from app.adapters.store.mail import ledger
from app.adapters.store.names import file_name
from app.adapters.store.root import UNFILED, Root
from app.core import limits
from app.core.errors import PhotoBusy
from app.core.logging import current_request_id

LONGEST_LINE = 1024  # bytes, as a rule: an event's public ID has at most 255 characters
LARGEST_LOG = 20_000_000  # bytes, after which processor.log is rotated: some 200,000 lines


@dataclass
class Purged:
    """What a purge searched and removed."""

    lines_searched: int = 0
    lines_removed: int = 0
    notifications_searched: int = 0
    notifications_removed: int = 0

    def add_log(self, searched: int, removed: int) -> None:
        self.lines_searched += searched
        self.lines_removed += removed

    def add_notification(self, removed: bool) -> None:
        self.notifications_searched += 1
        self.notifications_removed += removed


class Logs:
    def __init__(self, root: Root) -> None:
        self._root = root

    def event(self, campaign: str, when: datetime, word: str, public_id: str, detail: str = "") -> None:
        """Adds a line to the campaign's processor.log: time, SYNCED, DELETED or ERROR, public ID, detail.

        The line ends with the request or run that it belongs to, if any.
        """
        self._root.require()
        mark = f"request={current_request_id()}" if current_request_id() else ""
        line = " ".join(f"{when:%Y-%m-%dT%H:%M:%SZ} {word} {public_id} {detail} {mark}".split())
        # appends from two hosts to one file can tear, so they take turns
        with self._root.lock("log", f"the log of {campaign}"):
            path = self._root.path / campaign / "logs" / "processor.log"
            self._put_away(path, when)
            append_line(self._root.files, path, line)

    def look(self, campaign: str, when: datetime, record: Mapping[str, Any]) -> None:
        """Adds a line to the campaign's looks.jsonl: how a picture was painted. Raises StoreUnavailable, PhotoBusy."""
        self._root.require()
        with self._root.lock("log", f"the log of {campaign}"):
            path = self._root.path / campaign / "logs" / "looks.jsonl"
            self._put_away(path, when)
            append_line(self._root.files, path, json.dumps({"time": f"{when:{MOMENT}}", **record}))

    def _put_away(self, path: Path, when: datetime) -> None:
        """Renames a log that has grown large; `purge` searches it there too, and nothing removes it.

        logrotate cannot do this: only the holder of the log's lock knows that no host is adding to the log or removing
        a person from it.
        """
        with using(path):
            found = self._root.files.disk.stat(path)
            if found is not None and found.st_size >= LARGEST_LOG:
                self._root.files.rename(path, path.with_name(f"{path.stem}.{when:%Y%m%dT%H%M%SZ}{path.suffix}"))

    def tail(self, campaign: str, number: int) -> list[str]:
        """The last `number` lines of processor.log, newest first, without an unfinished one.

        Raises StoreUnavailable.
        """
        self._root.require()
        path = self._root.path / campaign / "logs" / "processor.log"
        with using(path):
            try:
                end = self._root.files.disk.read_end(path, number * LONGEST_LINE)
            except FileNotFoundError:
                self._root.require()
                return []
        before, *lines = end.split(b"\n")
        if len(end) < number * LONGEST_LINE:  # that is the whole log
            lines = [before, *lines]
        whole = [line.decode("utf-8", "replace") for line in lines[:-1]]  # after the last line end: an unfinished line
        return whole[-number:][::-1] if number > 0 else []

    def adopt(self, campaign: str, lines: Sequence[str]) -> int:
        """Puts older lines, oldest first, in front of processor.log, without those that any log of the campaign has.

        Returns how many. Raises StoreUnavailable, PhotoBusy.
        """
        self._root.require()
        path = self._root.path / campaign / "logs" / "processor.log"
        with self._root.lock("log", f"the log of {campaign}"), using(path):
            names = {entry.name for entry in self._root.files.scan(path.parent)}
            logs = (name for name in names if name.startswith("processor.") and name.endswith(".log"))
            there = {name: self._root.files.read(path.with_name(name)) or b"" for name in logs}
            known = {line for data in there.values() for line in data.split(b"\n")}
            new = [line for line in (" ".join(line.split()).encode() for line in lines) if line not in known]
            if new:
                now = there.get(path.name, b"")
                self._root.files.write_whole(path, b"".join(line + b"\n" for line in new) + now)
        return len(new)

    def notification(self, campaign: str | None, when: datetime, status: str, public_id: str, raw: bytes) -> None:
        """Stores a notification exactly as received; one of an unknown campaign goes to .unfiled/."""
        self._root.require()
        top = self._root.path / UNFILED if campaign is None else self._root.path / campaign / "logs" / "webhooks"
        stem = f"{when:%H%M%S}.{status}.{file_name(public_id)}"
        with self._root.lock("log", f"the notifications of {campaign}"), using(top):
            path = top / f"{when:%Y%m%d}" / f"{stem}.json"
            number = 1
            while self._root.files.read(path) not in (None, raw):  # another one in the same second
                number += 1
                path = path.with_name(f"{stem}.{number}.json")
            self._root.files.write_whole(path, raw)

    def purge(
        self,
        campaign: str | None,
        line: Callable[[str], bool],
        document: Callable[[bytes], bool] | None = None,
        *,
        damaged: bool = False,
    ) -> Purged:
        """Removes the log lines and the notifications for which `line` and `document` (None: no notification is read)
        return True.

        `damaged`: also the lines and notifications that should be JSON but are not, which may be the rest of one that
        would match. `campaign`: None for the notifications of unknown campaigns. An empty log is removed. Raises
        StoreUnavailable, PhotoBusy.
        """
        self._root.require()
        files, done = self._root.files, Purged()
        top = self._root.path / UNFILED if campaign is None else self._root.path / campaign / "logs"
        with self._root.lock("log", f"the log of {campaign}"), using(top):
            for path in sorted(top.rglob("*")):
                if path.suffix in (".log", ".jsonl"):
                    with self._held(path) if path.parent.name == "opens" else contextlib.nullcontext():
                        done.add_log(*self._without(path, line, damaged=damaged and path.suffix == ".jsonl"))
                elif path.suffix == ".json" and document is not None:
                    raw = files.read(path) or b""
                    goes = document(raw) or (damaged and raw != b"" and an_object(raw) is None)
                    done.add_notification(goes and files.remove(path))
        self._root.require()  # a store that is gone looks like an empty one
        return done

    def _without(self, path: Path, line: Callable[[str], bool], *, damaged: bool) -> tuple[int, int]:
        """Removes lines from a file that nobody else writes to; returns the number of lines searched and removed."""
        files = self._root.files
        every = (files.read(path) or b"").splitlines(keepends=True)
        named = [line(entry.decode("utf-8", "replace")) for entry in every]
        spoilt = [damaged and an_object(entry) is None for entry in every]
        kept = [entry for entry, *gone in zip(every, named, spoilt, strict=True) if not any(gone)]
        if path.name in ledger.LOGS and len(kept) < len(every):
            # shorter only by the lines that named the person: other losses still show
            whole = [entry for entry, own in zip(every, named, strict=True) if not own and entry.endswith(b"\n")]
            taken = [entry for entry, own in zip(every, named, strict=True) if own and an_object(entry) is not None]
            should = ledger.length(files, path) - sum(map(len, taken))
            ledger.note_length(files, path, max(should, sum(map(len, whole))))
        if kept and len(kept) < len(every):
            files.write_whole(path, b"".join(kept))
        elif every and not kept:
            files.remove(path)
        return len(every), len(every) - len(kept)

    @contextlib.contextmanager
    def _held(self, path: Path) -> Iterator[None]:
        """Keeps a file's writer from adding to it: the writer holds the file's own lock, not the log's (see `opens`).

        It holds that lock only for a moment, and notices that the file was replaced when it gets it again.
        """
        lock = self._root.files.lock(path, limits.LOCK_SECONDS)
        if lock is None:
            raise PhotoBusy(f"Another process has been writing to {path} for {limits.LOCK_SECONDS} s.", retry_after=30)
        try:
            yield
        finally:
            os.close(lock)
