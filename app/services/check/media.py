"""Object storage: everything noted is there, and nothing else."""

from collections.abc import Iterator

from app.adapters.store import Store
from app.core.errors import Retryable, SettingError
from app.services.check.findings import Finding
from app.services.media.agreement import disagreements
from app.services.media.media import Media


def media_findings(store: Store, media: Media | None, campaign: str) -> Iterator[Finding]:
    """What is wrong with the pictures of a campaign that are, or were, in object storage."""
    directory = store.path / campaign / "media"
    if media is None:
        left = store.offloaded.public_ids(campaign)
        if left:
            yield Finding(
                directory,
                "says that pictures are in object storage, but COLLAGEN_MEDIA is not set",
                "set it and delete them with python -m app sync, or delete the bucket and this directory",
            )
        return
    try:
        for what, problem in disagreements(store, media, campaign):
            yield Finding(directory / what, problem, f"python -m app sync {campaign} puts and deletes what differs")
    except (Retryable, SettingError) as error:
        yield Finding(directory, f"cannot be compared with object storage: {error}", "try again")
