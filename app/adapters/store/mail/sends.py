"""Which mails were sent: a log that only `forget` rewrites, and the run that is sending at the moment.

Each line is whole and on disk before `add` returns: "intended" before a mail leaves, "sent" or "failed" after it. So
after a crash the log never lacks a mail that went out. While the log is damaged no mail is sent (see `ledger`);
everything else goes on with the lines that can be read.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.adapters.store.documents import an_object, is_count, is_part
from app.adapters.store.files import using
from app.adapters.store.mail import ledger
from app.adapters.store.photos.photos import Photos
from app.adapters.store.root import Root
from app.core.errors import NotifyInProgress

PATIENCE = 120.0  # seconds for the log's lock: a missing line leaves a mail uncertain
PERSONAL = ("photo", "address", "reason")  # what a record says of a person; servers repeat the address in a reason


class Sends:
    def __init__(self, root: Root) -> None:
        self._root = root
        self._photos = Photos(root)

    def begin(self, campaign: str, patience: float = 0.3) -> int:
        """Takes the campaign's turn to send mails, on whatever host; returns the descriptor that holds it.

        Closing it, or the end of the process, releases the turn; a child process can inherit it. Raises
        NotifyInProgress where another process has it for over `patience` seconds (never 0: another process may hold
        it for a moment, to see whether it is free).
        """
        self._root.require()
        lock = self._root.files.lock(self._logs(campaign) / ".sends.lock", patience)
        if lock is None:
            raise NotifyInProgress(f"Mails of {campaign} are already being sent; wait until that is done.")
        try:
            self._root.files.remove(self._stop(campaign))  # it was about an earlier run
        except BaseException:
            os.close(lock)
            raise
        return lock

    def stop(self, campaign: str) -> None:
        """Asks the run that has the campaign's turn, on whatever host, to stop after the current mail."""
        self._root.require()
        self._root.files.write_whole(self._stop(campaign), b"stop\n")

    def is_stopped(self, campaign: str) -> bool:
        """Whether the run that has the campaign's turn was asked to stop. Raises StoreUnavailable."""
        self._root.require()
        path = self._stop(campaign)
        with using(path):
            return self._root.files.exists(path)

    @contextlib.contextmanager
    def turn(self, campaign: str) -> Iterator[None]:
        """Only one run at a time sends mails of a campaign. Raises NotifyInProgress."""
        lock = self.begin(campaign)
        try:
            yield
        finally:
            os.close(lock)

    def add(self, campaign: str, record: Mapping[str, Any]) -> None:
        """Adds a record durably. Raises StoreUnavailable, or PhotoBusy where the log stays locked.

        If the person's photo is gone by now, only the message ID is written: `forget` removes the photo first and then
        every line that names the person, and would not come back for this one.
        """
        self._root.require()
        with self._root.lock("log", f"the log of {campaign}", PATIENCE):
            if "photo" in record and not self._photos.has(campaign, record["photo"]):
                record = {key: value for key, value in record.items() if key not in PERSONAL}
            ledger.add(self._root.files, self._path(campaign), record)

    def read(self, campaign: str) -> list[dict[str, Any]]:
        """Every record, oldest first; damaged lines are skipped. Raises StoreUnavailable."""
        return self.contents(campaign).records

    def read_whole(self, campaign: str) -> list[dict[str, Any]]:
        """Every record, oldest first: what decides who is sent a mail.

        Raises StoreUnavailable where any may be missing. Only the last line may be cut off: a process died while
        writing it, before anything came of it.
        """
        contents = self.contents(campaign)
        contents.require_whole()
        return contents.records

    def contents(self, campaign: str) -> ledger.Contents:
        """The log and whether it is whole. Raises StoreUnavailable."""
        self._root.require()
        return ledger.read(self._root.files, self._path(campaign), _is_record)

    def note(self, campaign: str, state: Mapping[str, Any]) -> None:
        """Notes how far the sending is, for `state`. The note must not contain addresses."""
        self._root.require()
        self._root.files.write_whole(self._note(campaign), json.dumps(dict(state)).encode("utf-8"))

    def state(self, campaign: str) -> dict[str, Any] | None:
        """The last note, and whether its writer is still at work ("running").

        None where it is missing or damaged: a running job soon writes another.
        """
        self._root.require()
        lock = self._root.files.lock(self._logs(campaign) / ".sends.lock", patience=0)
        if lock is not None:
            os.close(lock)
        # after the look at the lock: a run that ended in between has noted that
        state = an_object(self._root.files.read(self._note(campaign)) or b"")
        return None if state is None or not _is_note(state) else state | {"running": lock is None}

    def _logs(self, campaign: str) -> Path:
        return self._root.path / campaign / "logs"

    def _path(self, campaign: str) -> Path:
        return self._logs(campaign) / "sends.jsonl"

    def _stop(self, campaign: str) -> Path:
        return self._logs(campaign) / ".notify.stop"

    def _note(self, campaign: str) -> Path:
        return self._logs(campaign) / ".notify.json"


def _is_record(line: Mapping[str, Any]) -> bool:
    """Whether this is what a run writes; of somebody who was forgotten it lacks what is PERSONAL."""
    needed = all(isinstance(line.get(key), str) for key in ("state", "collage", "message_id"))
    return needed and all(isinstance(line.get(key, ""), str) for key in PERSONAL)


def _is_note(state: Mapping[str, Any]) -> bool:
    return (
        all(isinstance(state.get(key, ""), str) for key in ("collage", "state", "error"))
        and all(is_count(state.get(key, 0)) for key in ("sent", "failed", "uncertain", "total"))
        and is_part(state.get("progress", 0))
    )
