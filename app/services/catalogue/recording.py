"""Writes a photo's entry when the photo is stored, and removes it with the photo."""

from collections.abc import Callable
from datetime import datetime

from app.adapters.imaging import ARCHIVE
from app.adapters.places import Places
from app.adapters.store import Store
from app.core.config import Campaign, Campaigns
from app.core.sources import Asset
from app.services.catalogue.describing import describe
from app.services.catalogue.positions import position


class Recording:
    """`clock`: UTC."""

    def __init__(self, store: Store, campaigns: Campaigns, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._campaigns = campaigns
        self._clock = clock
        self._places = Places()

    def close(self) -> None:
        """Ends the process that looks up places, if one runs."""
        self._places.close()

    def record(self, campaign: Campaign, asset: Asset, archive: bytes) -> None:
        """Writes what is known of a photo that was just stored. Raises StoreUnavailable, PhotoBusy.

        Without its original there is nothing to say; `python -m app catalogue` finds out.
        """
        if campaign.catalogue is None or asset.original is None:
            return
        where = position(asset.original.tags)
        spots = self._places.find([where]) if where else None
        spot = spots[0] if spots else None
        exact = campaign.catalogue == "exact"
        stored = (*ARCHIVE, len(archive))
        entry = describe(asset, spot, stored, exact=exact, now=self._clock(), arrived=True)
        self._store.catalogue.add(campaign.name, [entry])

    def remove(self, campaign: str, public_id: str) -> None:
        """Removes what is known of a photo. Raises StoreUnavailable, PhotoBusy."""
        rules = self._campaigns.get(campaign)
        if (rules is not None and rules.catalogue) or self._store.catalogue.exists(campaign):
            self._store.catalogue.remove(campaign, public_id)
