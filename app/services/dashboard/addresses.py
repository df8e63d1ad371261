"""Finds photos by the address in their archives. No address is kept."""

from collections.abc import Sequence

from app.adapters.imaging.jpeg import usercomment
from app.adapters.store import Store
from app.adapters.store.photos.listing import Photo
from app.core.addresses import key
from app.core.ahead import ahead
from app.core.config import Campaign
from app.core.errors import StoreUnavailable

THREADS = 16  # on NFS each file takes a millisecond or more


def with_address(store: Store, campaign: Campaign, photos: Sequence[Photo], text: str) -> list[Photo]:
    """The photos sent with this address, in any spelling, or with an address that contains this text.

    Raises StoreUnavailable.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return []
    same = {found for found in (key(wanted), key(campaign.address(text.strip()) or "")) if found}

    def matches(photo: Photo) -> bool:
        try:
            beginning, _ = store.photos.archive_start(campaign.name, photo.public_id, usercomment.BEGINNING)
        except (FileNotFoundError, StoreUnavailable):
            store.root.require()  # a bad file belongs to nobody; a missing store is an error
            return False
        email = usercomment.read(beginning) or ""
        return wanted in email.casefold() or key(email) in same

    return [photo for photo, found in zip(photos, ahead(matches, photos, THREADS), strict=True) if found]
