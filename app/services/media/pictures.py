"""The pictures of a photo that object storage has: the same bytes that this service would send."""

from app.adapters import imaging
from app.adapters.store import Store
from app.core.errors import PictureError
from app.services.media.keys import Variant


def pictures(store: Store, campaign: str, public_id: str) -> dict[Variant, bytes]:
    """Those that there are, none with an address in it. Raises StoreUnavailable.

    `thumb` and `small` are as made at arrival, `full` is the archive without its metadata.
    """
    found: dict[Variant, bytes] = {}
    thumb = store.photos.variant(campaign, public_id, "thumb")
    if thumb is not None:
        found["thumb"] = thumb[0]
    small = store.photos.intermediate(campaign, public_id)
    if small is not None:
        found["small"] = imaging.copies.without(small)
    archive = store.photos.archive(campaign, public_id)
    if archive is not None:
        try:
            found["full"] = imaging.bare(archive)
        except PictureError:  # a broken archive is shown by nobody
            return {}
    return found if archive is not None else {}
