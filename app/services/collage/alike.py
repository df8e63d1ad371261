"""Which photos of a campaign show one person: they have the same address, or are the same picture.

Reads only the beginning of each archive, and of those intermediates that have the same length as another one; all of
them only where these are the same.
"""

import contextlib
import hashlib
import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.adapters.imaging.jpeg import usercomment
from app.adapters.store import Store
from app.adapters.store.photos.listing import Photo
from app.core.addresses import key
from app.core.ahead import ahead
from app.core.errors import StoreUnavailable, where
from app.services.collage import choice

T = TypeVar("T")
LOG = logging.getLogger(__name__)
AT_ONCE = 2_000  # archives read while a page waits: half a second
BEGINNING = 4096  # bytes of an intermediate, among them a copy of a few pixels: hardly two of them are the same
THREADS = 16  # on NFS each file takes a millisecond or more


@dataclass(frozen=True)
class _Looks:
    """`address`: a digest, or None. `length`: bytes of the intermediate, 0 if it is missing."""

    address: bytes | None
    length: int


class _Closed(Exception):
    """The answer is no longer needed."""


class Alike:
    """Finds the photos of one person in a store. Thread-safe; holds no addresses.

    Remembers what it has read until an archive changes.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = threading.Lock()
        self._starting = threading.Lock()
        self._reading: dict[str, threading.Thread] = {}
        self._closed = False
        self._secret = secrets.token_bytes(16)
        self._looks: dict[str, dict[Photo, _Looks]] = {}
        self._beginnings: dict[str, dict[Photo, bytes]] = {}
        self._pictures: dict[str, dict[Photo, bytes]] = {}

    def soon(self, campaign: str, photos: Sequence[Photo], at_once: int = AT_ONCE) -> list[tuple[Photo, ...]] | None:
        """As `groups`, or None if more than `at_once` archives have to be read first; a thread then reads them."""
        with self._starting:
            if campaign in self._reading or self._closed:
                return None
            known = self._looks.get(campaign, {})
            if sum(photo not in known for photo in photos) > at_once:
                thread = threading.Thread(target=self._read, args=(campaign, photos), daemon=True)
                self._reading[campaign] = thread
                thread.start()
                return None
        return self.groups(campaign, photos)

    def close(self) -> None:
        """Stops the threads that read; their results are lost."""
        self._closed = True
        with self._starting:
            threads = list(self._reading.values())
        for thread in threads:
            thread.join()

    def _read(self, campaign: str, photos: Sequence[Photo]) -> None:
        try:
            self.groups(campaign, photos, threads=2)  # more would slow down the pages meanwhile
        except _Closed:
            pass
        except Exception as error:  # the next request starts it again
            LOG.warning("Who is in %s more than once was not found out: %s", campaign, where(error))
        finally:
            with self._starting:
                del self._reading[campaign]

    def groups(self, campaign: str, photos: Sequence[Photo], threads: int = THREADS) -> list[tuple[Photo, ...]]:
        """The photos of everyone who has several, newest first. Raises StoreUnavailable."""
        with self._turn:
            looks = self._kept(self._looks, campaign, photos, threads, lambda photo: self._look(campaign, photo))
            lengths = Counter(one.length for one in looks.values())
            similar = [photo for photo in photos if looks[photo].length and lengths[looks[photo].length] > 1]
            beginnings = self._kept(
                self._beginnings, campaign, similar, threads, lambda photo: self._digest(campaign, photo, BEGINNING)
            )
            counted = Counter(beginnings.values())
            similar = [photo for photo in similar if counted[beginnings[photo]] > 1]
            pictures = self._kept(
                self._pictures, campaign, similar, threads, lambda photo: self._digest(campaign, photo)
            )
        marks = {photo: [mark for mark in (looks[photo].address, pictures.get(photo)) if mark] for photo in photos}
        return grouped(marks)

    def _kept(
        self,
        known: dict[str, dict[Photo, T]],
        campaign: str,
        photos: Sequence[Photo],
        threads: int,
        read: Callable[[Photo], T],
    ) -> dict[Photo, T]:
        """`read(photo)` for each photo, from `known` or read now; forgets all other photos."""
        before = known.get(campaign, {})
        missing = [photo for photo in photos if photo not in before]
        found = before | dict(zip(missing, ahead(read, missing, threads), strict=True))
        known[campaign] = {photo: found[photo] for photo in photos}
        return known[campaign]

    def _look(self, campaign: str, photo: Photo) -> _Looks:
        if self._closed:
            raise _Closed
        try:
            beginning, _ = self._store.photos.archive_start(campaign, photo.public_id, usercomment.BEGINNING)
            email = usercomment.read(beginning)
        except (FileNotFoundError, StoreUnavailable):
            self._store.root.require()  # a bad file belongs to nobody; a missing store is an error
            email = None
        typed = key(email or "")
        address = hashlib.blake2b(typed.encode(), key=self._secret).digest() if typed else None
        return _Looks(address, self._store.photos.intermediate_size(campaign, photo.public_id))

    def _digest(self, campaign: str, photo: Photo, size: int | None = None) -> bytes:
        """Of the whole intermediate, or of its first `size` bytes."""
        picture = None
        with contextlib.suppress(StoreUnavailable, FileNotFoundError):  # perhaps only this file
            if size is None:
                picture = self._store.photos.intermediate(campaign, photo.public_id)
            else:
                picture, _ = self._store.photos.intermediate_start(campaign, photo.public_id, size)
        if not picture:
            self._store.root.require()
            return b""
        return hashlib.sha256(picture).digest()


def grouped(marks: Mapping[Photo, Iterable[bytes]]) -> list[tuple[Photo, ...]]:
    """Groups of photos that share a mark, directly or through others, newest first. Pure."""
    owners: dict[bytes, list[Photo]] = {}
    for photo, found in marks.items():
        for mark in found:
            owners.setdefault(mark, []).append(photo)
    leaders: dict[Photo, Photo] = {}

    def leader(photo: Photo) -> Photo:
        while (above := leaders.get(photo, photo)) != photo:
            leaders[photo] = leaders.get(above, above)
            photo = above
        return photo

    several = [photos for photos in owners.values() if len(photos) > 1]
    for first, *others in several:
        for photo in others:
            one, other = leader(photo), leader(first)
            if one != other:
                leaders[one] = other
    groups: dict[Photo, list[Photo]] = {}
    for photo in dict.fromkeys(photo for photos in several for photo in photos):
        groups.setdefault(leader(photo), []).append(photo)
    return [tuple(reversed(choice.seated(group))) for group in groups.values() if len(group) > 1]
