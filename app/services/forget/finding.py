"""Finds the photos of an address or a public ID in the store and in a source, which holds what was typed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from app.adapters.cloudinary.asset import TYPES
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.addresses import key, may_be_same, normalise
from app.core.config import Campaign
from app.core.errors import BadPublicId
from app.core.sources import EMBEDDED, Asset, Source, pages
from app.services.forget.traces import Person, is_like_an_address


@dataclass(frozen=True)
class Found:
    """`photos`: public IDs of the person's photos in the source or in the store.

    `similar`: other addresses that may be the person's. Only someone who knows the person can tell.
    """

    person: Person
    photos: frozenset[str]
    similar: tuple[str, ...] = ()


class Finder:
    """Searches the store and a source, for the given campaigns of it. Changes nothing.

    `address_in` reads the address in a picture itself.
    """

    def __init__(
        self,
        source: Source,
        store: Store,
        exiftool: ExifTool,
        campaigns: Sequence[Campaign],
        address_in: Callable[[Asset], str | None],
    ) -> None:
        self._address_in = address_in
        self._source = source
        self._store = store
        self._exiftool = exiftool
        self._campaigns = campaigns
        self.photos_searched = self.assets_searched = 0

    def find(self, whom: str) -> Found:
        """The person with this address, in any spelling, or this public ID.

        Raises BadPublicId, SourceUnavailable, StoreUnavailable, ExifToolFailed.
        """
        if not is_like_an_address(whom):
            return self._by_id(whom)
        found = self._by_address(whom)
        if not found.photos:
            try:
                by_id = self._by_id(whom)
            except BadPublicId:
                return found
            if by_id.photos:  # public IDs may look like addresses
                return by_id
        return found

    def held(self, person: Person) -> set[str]:
        """Public IDs of the photos in the store that are the person's."""
        return {
            public_id
            for (_, public_id), email in self._held().items()
            if public_id in person.public_ids or person.has_address(email)
        }

    def _by_id(self, public_id: str) -> Found:
        asset = next(filter(None, (self._source.state(public_id, type) for type in TYPES)), None)
        held = self._held()
        mine = {email for (_, other), email in held.items() if other == public_id} | {asset.email if asset else None}
        # an address that another photo has too belongs to someone who stays
        others = {key(email) for (_, other), email in held.items() if email and other != public_id}
        own = (email for email in mine if email and is_like_an_address(email) and key(email) not in others)
        person = Person(frozenset([public_id]), frozenset(own))
        names = {campaign.name for campaign in self._campaigns}
        exists = asset is not None or not names.isdisjoint(self._store.photos.holders(public_id))
        return Found(person, person.public_ids if exists else frozenset())

    def _by_address(self, whom: str) -> Found:
        asked = Person(
            frozenset(), frozenset([whom, *(campaign.address(whom) or whom for campaign in self._campaigns)])
        )
        photos, mine, others = set[str](), set(asked.addresses), set[str]()
        for campaign, public_id, email in (*self._stored(), *self._listed()):
            if asked.has_address(email) or asked.has_address(campaign.address(email)):
                photos.add(public_id)
                mine.add(email)
            elif campaign.test_address is None and normalise(email) and may_be_same(email, whom):
                others.add(email)
        person = Person(frozenset(photos), frozenset(mine))
        return Found(person, person.public_ids, tuple(sorted(others)))

    def _stored(self) -> Iterator[tuple[Campaign, str, str]]:
        """Campaign, public ID and address of every photo in the store that has an address."""
        by_name = {campaign.name: campaign for campaign in self._campaigns}
        return ((by_name[name], public_id, email) for (name, public_id), email in self._held().items() if email)

    def _listed(self) -> Iterator[tuple[Campaign, str, str]]:
        """The same for every asset in the source: folder lists omit rejected ones, and lists lag."""
        by_folder = {campaign.folder: campaign for campaign in self._campaigns if campaign.folder}
        lists = [
            *(partial(self._source.folder, folder) for folder in by_folder),
            *(partial(self._source.moderated, status) for status in ("pending", "rejected")),
        ]
        for row in (row for ask in lists for page in pages(ask) for row in page.rows):
            self.assets_searched += 1
            if row.asset.folder not in by_folder:
                continue
            email = row.asset.email
            if row.asset.type == EMBEDDED and row.status != "approved":  # those that are approved are held
                email = self._address_in(row.asset)
            if email:
                yield by_folder[row.asset.folder], row.asset.public_id, email

    def _held(self) -> dict[tuple[str, str], str | None]:
        """The address of every photo in the store, by campaign and public ID."""
        found: dict[tuple[str, str], str | None] = {}
        self.photos_searched = 0
        for campaign in self._campaigns:
            public_ids = [photo.public_id for photo in self._store.photos.all(campaign.name)]
            paths = {self._store.photos.archive_path(campaign.name, public_id): public_id for public_id in public_ids}
            tags = self._exiftool.read(paths)
            self.photos_searched += len(paths)
            found |= {
                (campaign.name, public_id): tags[path].email if path in tags else None
                for path, public_id in paths.items()
            }
        return found
