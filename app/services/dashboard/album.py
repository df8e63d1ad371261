"""The manifests of finished collages, each read once for as long as its file stays the same.

A collage whose manifest is damaged is only named, so that it keeps nobody from seeing the others.
"""

from dataclasses import dataclass

from app.adapters.store import Store
from app.adapters.store.collages.manifests import Summary
from app.adapters.store.stamped import Stamped
from app.core.errors import CollageUnsound, NotFound

REMEMBERED = 200  # manifests; one of 5,000 people takes 0.5 MB here


@dataclass(frozen=True)
class Listing:
    """A campaign's finished collages, oldest first. `damaged`: what is wrong, by the numbers of those that are."""

    sound: list[Summary]
    damaged: dict[str, str]


class Album:
    """The finished collages in a store. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: Stamped[tuple[str, str], Summary] = Stamped(REMEMBERED)

    def all(self, campaign: str) -> list[Summary]:
        """The finished collages of a campaign, oldest first, without damaged ones. Raises StoreUnavailable."""
        return self.listing(campaign).sound

    def listing(self, campaign: str) -> Listing:
        """The finished collages of a campaign. Raises StoreUnavailable."""
        listing = Listing([], {})
        for collage in self._store.collages.ids(campaign):
            try:
                listing.sound.append(self.one(campaign, collage))
            except NotFound:  # it was withdrawn since it was listed
                continue
            except CollageUnsound as error:
                listing.damaged[collage] = error.public
        return listing

    def one(self, campaign: str, collage: str) -> Summary:
        """A finished collage. Raises NotFound, CollageUnsound, StoreUnavailable."""
        stamp = self._store.collages.stamp(campaign, collage)  # before the manifest: no later one is missed
        return self._read.get(
            (campaign, collage), stamp, lambda: self._store.collages.manifest(campaign, collage).summary()
        )
