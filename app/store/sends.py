"""Who was sent what: a log that is never rewritten (but by `forget`), and who is sending at the moment.

Each line is whole and on disk before `add` returns: "intended" stands there before a mail leaves, "sent" or "failed"
after it. So what is known after a crash is never less than what has happened.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.errors import NotifyInProgress, StoreUnavailable
from app.store.files import using
from app.store.photos import Photos
from app.store.root import Root

PATIENCE = 120.0  # seconds for the log's lock: a line that is not written leaves a mail uncertain
PERSONAL = ("photo", "address", "reason")  # what a record says of a person; servers repeat the address in a reason


class Sends:
    def __init__(self, root: Root) -> None:
        self._root = root
        self._photos = Photos(root)

    def begin(self, campaign: str, patience: float = 0.3) -> int:
        """Takes the campaign's turn to send mails, on whatever host; returns the descriptor that holds it.

        Closing it, or the end of the process, gives the turn up; a child process can inherit it. Raises
        NotifyInProgress where another process has it for over `patience` seconds (a moment is always waited: someone
        may only be looking whether it is held).
        """
        self._root.require()
        lock = self._root.files.lock(self._logs(campaign) / ".sends.lock", patience)
        if lock is None:
            raise NotifyInProgress(f"Mails of {campaign} are being sent already; wait until that is done.")
        try:
            self._root.files.remove(self._stop(campaign))  # it was about an earlier run
        except BaseException:
            os.close(lock)
            raise
        return lock

    def stop(self, campaign: str) -> None:
        """Asks the run that has the campaign's turn, on whatever host, to end after the mail that it is at."""
        self._root.require()
        self._root.files.write_whole(self._stop(campaign), b"stop\n")

    def is_stopped(self, campaign: str) -> bool:
        """Whether the run that has the campaign's turn was asked to end. Raises StoreUnavailable."""
        self._root.require()
        path = self._stop(campaign)
        with using(path):
            return self._root.files.exists(path)

    @contextlib.contextmanager
    def turn(self, campaign: str) -> Iterator[None]:
        """Only one at a time sends mails of a campaign. Raises NotifyInProgress."""
        lock = self.begin(campaign)
        try:
            yield
        finally:
            os.close(lock)

    def add(self, campaign: str, record: Mapping[str, Any]) -> None:
        """Adds a record, so that it lasts. Raises StoreUnavailable, or PhotoBusy where the log is kept locked.

        Of a person whose photo has gone meanwhile nothing is written but the message ID: `forget` removes the photo
        first and then every line that names the person, and would not come back for this one.
        """
        self._root.require()
        with self._root.lock("log", f"the log of {campaign}", PATIENCE):
            if "photo" in record and not self.holds(campaign, record["photo"]):
                record = {key: value for key, value in record.items() if key not in PERSONAL}
            self._root.files.append_line(self._path(campaign), json.dumps(record))

    def holds(self, campaign: str, public_id: str) -> bool:
        """Whether the campaign still has the photo: whoever was removed is sent nothing any more."""
        path = self._photos.archive_path(campaign, public_id)
        with using(path):
            return self._root.files.exists(path)

    def read(self, campaign: str) -> list[dict[str, Any]]:
        """Every record, oldest first. Raises StoreUnavailable also where a line is none.

        Only the last line may be cut off: a process died while writing it, before anything came of it.
        """
        self._root.require()
        path = self._path(campaign)
        *lines, _ = (self._root.files.read(path) or b"").split(b"\n")
        return [_record(path, number, line) for number, line in enumerate(lines, 1)]

    def note(self, campaign: str, state: Mapping[str, Any]) -> None:
        """Says how far the sending is, to whoever asks `state`. There is no address in it."""
        self._root.require()
        self._root.files.write_whole(self._note(campaign), json.dumps(dict(state)).encode("utf-8"))

    def state(self, campaign: str) -> dict[str, Any] | None:
        """The last note, and whether its writer is still at it ("running"); None where there is none."""
        self._root.require()
        lock = self._root.files.lock(self._logs(campaign) / ".sends.lock", patience=0)
        if lock is not None:
            os.close(lock)
        try:
            # after the look at the lock: what ended in between has noted its end
            state = json.loads(self._root.files.read(self._note(campaign)) or b"null")
        except ValueError:
            return None
        return state | {"running": lock is None} if isinstance(state, dict) else None

    def _logs(self, campaign: str) -> Path:
        return self._root.path / campaign / "logs"

    def _path(self, campaign: str) -> Path:
        return self._logs(campaign) / "sends.jsonl"

    def _stop(self, campaign: str) -> Path:
        return self._logs(campaign) / ".notify.stop"

    def _note(self, campaign: str) -> Path:
        return self._logs(campaign) / ".notify.json"


def _record(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise StoreUnavailable(
            f"{path}, line {number} is no record, so that nobody can tell who was sent a mail: put it right by hand."
        )
    return record
