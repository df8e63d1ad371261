"""What happened to which photo, and the notifications as they came."""

from datetime import datetime

from app.store import files
from app.store.names import file_name
from app.store.root import UNFILED, Root


class Logs:
    def __init__(self, root: Root) -> None:
        self._root = root

    def event(self, campaign: str, when: datetime, word: str, public_id: str, detail: str = "") -> None:
        """Adds a line to the campaign's processor.log: time, SYNCED, DELETED or ERROR, public ID, detail."""
        self._root.require()
        line = " ".join(f"{when:%Y-%m-%dT%H:%M:%SZ} {word} {public_id} {detail}".split())
        # appends from two hosts to one file can tear, so they take turns
        with self._root.lock("log", f"the log of {campaign}"):
            files.append_line(self._root.path / campaign / "logs" / "processor.log", line)

    def notification(self, campaign: str | None, when: datetime, status: str, public_id: str, raw: bytes) -> None:
        """Files a notification exactly as it came; one of no known campaign goes to .unfiled/."""
        self._root.require()
        top = self._root.path / UNFILED if campaign is None else self._root.path / campaign / "logs" / "webhooks"
        stem = f"{when:%H%M%S}.{status}.{file_name(public_id)}"
        with self._root.lock("log", f"the notifications of {campaign}"), files.using(top):
            path = top / f"{when:%Y%m%d}" / f"{stem}.json"
            number = 1
            while path.exists() and path.read_bytes() != raw:  # another one of the same second
                number += 1
                path = path.with_name(f"{stem}.{number}.json")
            files.write_whole(path, raw)
