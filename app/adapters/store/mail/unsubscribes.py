"""Who unsubscribed from a campaign's mails, and wants no opens recorded: `<campaign>/logs/unsubscribed.jsonl`.

A line names an address by its hash, or one of the person's photos. They are separate lines so that `forget`, which
removes every line that names a person's photo or address, leaves the hash: it names nobody, and keeps the person from
being written to after all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.adapters.store.files import using
from app.adapters.store.mail import ledger
from app.adapters.store.mail.hashes import hashed, is_among
from app.adapters.store.mail.sends import Sends
from app.adapters.store.photos.photos import Photos
from app.adapters.store.root import Root
from app.adapters.store.stamped import Stamped

KEPT = 1000  # campaigns


@dataclass(frozen=True)
class Unsubscribed:
    """Who had unsubscribed from a campaign when the file was read."""

    campaign: str
    hashes: frozenset[str] = frozenset()
    photos: frozenset[str] = frozenset()

    def has(self, address: str) -> bool:
        """Whether this address is unsubscribed, in whatever spelling."""
        return is_among(self.campaign, address, self.hashes)


class Unsubscribes:
    def __init__(self, root: Root) -> None:
        self._root = root
        self._photos = Photos(root)
        self._sends = Sends(root)
        self._known: Stamped[str, Unsubscribed] = Stamped(KEPT)

    def add(self, campaign: str, when: datetime, address: str | None, public_ids: Iterable[str]) -> None:
        """Unsubscribes an address (None: not known) and photos. What is unsubscribed already is not written again.

        Nor is a photo that is gone and no longer in the log of mails: `forget` removes both before it looks for lines
        like these, and would not come back for this one. Raises StoreUnavailable, PhotoBusy.
        """
        self._root.require()
        path, time = self._path(campaign), f"{when:%Y-%m-%dT%H:%M:%SZ}"
        with self._root.lock("log", f"the log of {campaign}"):
            known = self._read(campaign)[0]  # a damaged line keeps nobody from unsubscribing
            photos = [public_id for public_id in public_ids if public_id not in known.photos]
            gone = {public_id for public_id in photos if not self._photos.has(campaign, public_id)}
            if gone:
                gone -= {record.get("photo", "") for record in self._sends.read(campaign)}
            if address is not None and (name := hashed(campaign, address)) not in known.hashes:
                ledger.add(self._root.files, path, {"time": time, "address": name})
            for public_id in photos:
                if public_id not in gone:
                    ledger.add(self._root.files, path, {"time": time, "photo": public_id})

    def addresses(self, campaign: str) -> Unsubscribed:
        """Who has unsubscribed. Raises StoreUnavailable, also where a line is damaged or missing.

        Skipping one could send mail to someone who wants none.
        """
        stamp: tuple[int, ...] = ()
        for path in (self._path(campaign), ledger.length_path(self._path(campaign))):
            with using(path):
                stamp += self._root.files.stamp(path) or (0,)
        if not any(stamp):
            self._root.require()  # a store that is not mounted has neither
        # asked for every picture that is sent, so the log is read only when it has changed, or begins
        return self._known.get(campaign, stamp, lambda: self._whole(campaign))

    def _whole(self, campaign: str) -> Unsubscribed:
        withdrawn, contents = self._read(campaign)
        contents.require_whole()
        return withdrawn

    def contents(self, campaign: str) -> ledger.Contents:
        """The log and whether it is whole. Raises StoreUnavailable."""
        self._root.require()
        return self._read(campaign)[1]

    def photo(self, campaign: str, public_id: str) -> bool:
        """Whether opens of this photo's mails must not be recorded. Raises StoreUnavailable."""
        return public_id in self.addresses(campaign).photos

    def _path(self, campaign: str) -> Path:
        return self._root.path / campaign / "logs" / "unsubscribed.jsonl"

    def _read(self, campaign: str) -> tuple[Unsubscribed, ledger.Contents]:
        contents = ledger.read(self._root.files, self._path(campaign), _is_record)
        hashes = frozenset(record["address"] for record in contents.records if "address" in record)
        photos = frozenset(record["photo"] for record in contents.records if "photo" in record)
        return Unsubscribed(campaign, hashes, photos), contents


def _is_record(line: Mapping[str, Any]) -> bool:
    named = [line[key] for key in ("address", "photo") if key in line]
    return bool(named) and all(isinstance(name, str) for name in named)
