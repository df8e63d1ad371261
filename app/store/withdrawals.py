"""Who wants no more mails of a campaign, and no records: `<campaign>/logs/unsubscribed.jsonl`.

A line names an address by its hash, or one of the person's photos. They are separate lines so that `forget`, which
removes every line that names a person's photo or address, leaves the hash: it names nobody, and keeps the person from
being written to after all.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import addresses
from app.errors import StoreUnavailable
from app.store.files import using
from app.store.root import Root
from app.store.sends import Sends


@dataclass(frozen=True)
class Withdrawn:
    """Who had withdrawn from a campaign when the file was read."""

    campaign: str
    hashes: frozenset[str] = frozenset()
    photos: frozenset[str] = frozenset()

    def has(self, address: str) -> bool:
        """Whether no more mails may go to this address, in whatever spelling it or the withdrawal came."""
        return any(_hash(self.campaign, spelling) in self.hashes for spelling in addresses.spellings(address))


class Withdrawals:
    def __init__(self, root: Root) -> None:
        self._root = root
        self._sends = Sends(root)
        self._known: dict[str, tuple[tuple[int, int, int], Withdrawn]] = {}

    def add(self, campaign: str, when: datetime, address: str | None, public_ids: Iterable[str]) -> None:
        """Withdraws an address (None: it is not known) and photos. What has been withdrawn is not written again.

        Nor is a photo that is gone and that no mail was about, or no more: `forget` removes both before it looks for
        lines like these, and would not come back for this one. Raises StoreUnavailable, PhotoBusy.
        """
        self._root.require()
        path, time = self._path(campaign), f"{when:%Y-%m-%dT%H:%M:%SZ}"
        with self._root.lock("log", f"the log of {campaign}"):
            known = self._read(campaign)
            photos = [public_id for public_id in public_ids if public_id not in known.photos]
            gone = {public_id for public_id in photos if not self._sends.holds(campaign, public_id)}
            if gone:
                gone -= {record.get("photo", "") for record in self._sends.read(campaign)}
            if address is not None and (name := _hash(campaign, addresses.key(address))) not in known.hashes:
                self._root.files.append_line(path, json.dumps({"time": time, "address": name}))
            for public_id in photos:
                if public_id not in gone:
                    self._root.files.append_line(path, json.dumps({"time": time, "photo": public_id}))

    def addresses(self, campaign: str) -> Withdrawn:
        """Who has withdrawn. Raises StoreUnavailable."""
        path = self._path(campaign)
        with using(path):
            found = self._root.files.disk.stat(path)
            if found is None:
                self._root.require()  # what is missing may only be out of sight
                return Withdrawn(campaign)
        # asked of every picture that is sent: one look at the file tells whether it is the one that was read
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        known = self._known.get(campaign)
        if known is None or known[0] != stamp:
            self._known[campaign] = known = (stamp, self._read(campaign))
        return known[1]

    def photo(self, campaign: str, public_id: str) -> bool:
        """Whether nothing about this photo may be recorded any more. Raises StoreUnavailable."""
        return public_id in self.addresses(campaign).photos

    def _path(self, campaign: str) -> Path:
        return self._root.path / campaign / "logs" / "unsubscribed.jsonl"

    def _read(self, campaign: str) -> Withdrawn:
        hashes: set[str] = set()
        photos: set[str] = set()
        path = self._path(campaign)
        for line in (self._root.files.read(path) or b"").split(b"\n")[:-1]:  # the last is "" or torn
            try:
                record = json.loads(line)
                hashes.update([record["address"]] if "address" in record else [])
                photos.update([record["photo"]] if "photo" in record else [])
            except (ValueError, TypeError) as error:  # to pass over it could write to someone who wants no mail
                raise StoreUnavailable(f"{path} has a line that Collagen did not write; mend it.") from error
        return Withdrawn(campaign, frozenset(hashes), frozenset(photos))


def _hash(campaign: str, spelling: str) -> str:
    """Of the campaign, too: two campaigns' files do not tell that they know the same person. `spelling`: casefolded."""
    return hashlib.sha256(f"{campaign}\n{spelling}".encode()).hexdigest()
