"""What a finished mosaic keeps, so that it can be made again: its picture, a private file, and what was asked for."""

from app.adapters.store import Store
from app.adapters.store.collages.manifests import TARGET, Summary
from app.services.collage.mosaic.wish import Mosaic


def mosaic(store: Store, old: Summary) -> Mosaic | None:
    """What a finished collage shows, to make it again; None if it is no mosaic, or its picture is lost or damaged.

    Then people are seated as in any other collage: nobody stays in it because a picture is gone. Raises
    StoreUnavailable.
    """
    if old.mosaic is None:
        return None
    target = store.collages.read(old.campaign, old.id, TARGET)
    found = Mosaic(target or b"", old.mosaic.repeat, old.mosaic.tint)
    return found if found.digest == old.mosaic.target_sha256 else None
