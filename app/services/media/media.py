"""Puts pictures of photos into object storage, deletes them there, and says where a browser finds one.

The note in the store (`app.adapters.store.photos.offloaded`) is written before anything is put, and removed after
everything is deleted: whatever ends this in between, the next sync finds what is left.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from app.adapters.store import Store
from app.adapters.store.photos.offloaded import Note
from app.adapters.targets import Upload
from app.adapters.targets.s3 import Bucket
from app.core.config import Campaign, Settings
from app.core.errors import CollagenError, SettingError, TargetUnavailable
from app.core.targets import read_address
from app.services.media.keys import VARIANTS, Variant, content_type, key
from app.services.media.pictures import pictures

LOG = logging.getLogger(__name__)
LIFE = 600  # seconds that an address is valid; who has withdrawn is gone at once, because the object is
KEPT = 60  # seconds that a browser may keep the redirect to it
REST = 60.0  # seconds without another try, while the storage is away
CACHE = f"private, max-age={LIFE}"


class Media:
    """Threads may share it. `bucket`: only this program may write there; nobody needs rights to read."""

    def __init__(self, store: Store, bucket: Bucket, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds, monotonic."""
        self._store = store
        self._bucket = bucket
        self._clock = clock
        self._rests_until = float("-inf")

    @classmethod
    def of(cls, settings: Settings, store: Store | None = None) -> Self | None:
        """None unless COLLAGEN_MEDIA is set. Makes no call. Raises SettingError."""
        if settings.media is None:
            return None
        address = read_address(settings.media, Path())
        if address.directory is not None:
            raise SettingError("COLLAGEN_MEDIA must be a bucket: s3://bucket/prefix?endpoint=https://…")
        # a photo that arrives cannot wait for many attempts, and a sync comes back
        bucket = Bucket(address.bucket, address.prefix, address.endpoint, address.region, attempts=1)
        return cls(store or Store(settings.store), bucket)

    @property
    def origin(self) -> str:
        """Where browsers load pictures from, such as https://bucket.s3.amazonaws.com."""
        url = urlsplit(self._bucket.address("a", LIFE))
        return f"{url.scheme}://{url.netloc}"

    def address(self, campaign: str, public_id: str, variant: Variant, number: int) -> str | None:
        """Where a picture is for `LIFE` seconds; None where it is not there. Makes no call. Raises StoreUnavailable.

        `number`: of the photo as it is now.
        """
        note = self._store.offloaded.note(campaign, public_id)
        wanted = key(campaign, public_id, number, variant)
        if note is None or note.number != number or wanted not in note.keys:
            return None
        return self._bucket.address(wanted, LIFE)

    def put(self, campaign: str, public_id: str) -> bool:
        """Puts the pictures of a photo as it is now, and deletes those of a former one; returns whether it has any.

        The caller must hold the photo's lock. Raises TargetUnavailable, SettingError, StoreUnavailable.
        """
        offloaded, number = self._store.offloaded, self._store.photos.version(campaign, public_id)
        found = pictures(self._store, campaign, public_id)
        if number is None or not found:
            self.delete(campaign, public_id)
            return False
        named = {key(campaign, public_id, number, variant): data for variant, data in found.items()}
        before = offloaded.note(campaign, public_id)
        former = [one for one in (before.keys if before else ()) if one not in named]
        offloaded.put(campaign, public_id, Note(None, (*named, *former)))
        for name, data in named.items():
            self._bucket.put(Upload(name, data, content_type(name), CACHE, hashlib.sha256(data).hexdigest()))
        self._bucket.delete(former)
        offloaded.put(campaign, public_id, Note(number, tuple(named)))
        return True

    def delete(self, campaign: str, public_id: str) -> None:
        """Deletes everything of a photo. The caller must hold its lock, or the photo be gone. Raises as `put`."""
        note = self._store.offloaded.note(campaign, public_id)
        if note is None:
            return
        if note.number is not None:  # from now on nobody is sent there
            self._store.offloaded.put(campaign, public_id, Note(None, note.keys))
        keys: Collection[str] = note.keys
        if not keys:  # a damaged note: whatever may be there
            prefix = key(campaign, public_id, 0, VARIANTS[0]).rpartition("/")[0]
            keys = self._bucket.below(f"{prefix}/")
        self._bucket.delete(keys)
        self._store.offloaded.remove(campaign, public_id)

    def clear(self, campaign: str) -> list[str]:
        """Deletes and returns the objects of a campaign that no note names; raises SettingError, StoreUnavailable.

        What cannot be listed or deleted now is left for the next time.
        """
        try:
            listed = self.there(campaign)  # before the notes are read, which name an object before it is there
            noted = (self._store.offloaded.note(campaign, one) for one in self._store.offloaded.public_ids(campaign))
            strays = sorted(listed.difference(*(note.keys for note in noted if note)))
            self._bucket.delete(strays)
        except TargetUnavailable as error:
            LOG.warning("Object storage cannot be looked through: %s", error)
            return []
        return strays

    def there(self, campaign: str) -> set[str]:
        """The keys of all objects of a campaign. Raises TargetUnavailable, SettingError."""
        return self._bucket.below(f"{campaign}/")

    def check(self) -> None:
        """Raises what the others would raise if there is no such bucket, or rights to it are missing."""
        self._bucket.check()

    def arrived(self, campaign: Campaign, public_id: str, version: int) -> None:
        """Puts a photo that was stored just now. Never raises: what fails twice, the next sync puts.

        While the storage is away, photos are not held up: after a failure it rests for a while.
        """
        if self._clock() < self._rests_until:
            return
        try:
            try:
                self.put(campaign.name, public_id)
            except TargetUnavailable:
                self.put(campaign.name, public_id)
        except CollagenError as error:
            self._rests_until = self._clock() + REST
            LOG.warning("The pictures of %s in %s are not in object storage yet: %s", public_id, campaign.name, error)

    def removed(self, campaign: str, public_id: str) -> None:
        """Deletes a photo that is being removed. Never raises: what fails is noted, and the next sync deletes it."""
        try:
            self.delete(campaign, public_id)
        except CollagenError as error:
            LOG.warning("Pictures in object storage are still to be deleted, in %s: %s", campaign, error)
