"""Who was mailed by another program before this one took over: `<campaign>/logs/mailed.jsonl`.

A line names an address by its hash, so that the list names nobody. `forget` leaves it, as it leaves the hashes of those
who unsubscribed. No collage of ours is in it: people on it count as told about an earlier one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.adapters.store.mail import ledger
from app.adapters.store.mail.hashes import hashed, is_among
from app.adapters.store.root import Root


@dataclass(frozen=True)
class Before:
    """The people who were mailed before, of one campaign."""

    campaign: str
    hashes: frozenset[str] = frozenset()

    def has(self, address: str) -> bool:
        """Whether this address was mailed before, in whatever spelling."""
        return bool(self.hashes) and is_among(self.campaign, address, self.hashes)


class Mailed:
    def __init__(self, root: Root) -> None:
        self._root = root

    def add(self, campaign: str, when: datetime, addresses: Iterable[str]) -> int:
        """Adds addresses that are not in the list yet; returns how many. Raises StoreUnavailable, PhotoBusy."""
        self._root.require()
        added = 0
        with self._root.lock("log", f"the log of {campaign}"):
            known = set(self._before(self.contents(campaign), campaign).hashes)
            for name in (hashed(campaign, address) for address in addresses):
                if name not in known:
                    record = {"time": f"{when:%Y-%m-%dT%H:%M:%SZ}", "address": name}
                    ledger.add(self._root.files, self._path(campaign), record)
                    known.add(name)
                    added += 1
        return added

    def before(self, campaign: str) -> Before:
        """Who was mailed before. Raises StoreUnavailable, also where a line is damaged or missing: nobody is mailed
        twice because of that."""
        contents = self.contents(campaign)
        contents.require_whole()
        return self._before(contents, campaign)

    def contents(self, campaign: str) -> ledger.Contents:
        """The list and whether it is whole. Raises StoreUnavailable."""
        self._root.require()
        return ledger.read(self._root.files, self._path(campaign), _is_record)

    def _before(self, contents: ledger.Contents, campaign: str) -> Before:
        return Before(campaign, frozenset(record["address"] for record in contents.records))

    def _path(self, campaign: str) -> Path:
        return self._root.path / campaign / "logs" / "mailed.jsonl"


def _is_record(line: Mapping[str, Any]) -> bool:
    return isinstance(line.get("address"), str)
