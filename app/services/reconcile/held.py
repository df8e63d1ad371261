"""A campaign's photos in the store, with the tags of their archives."""

from collections.abc import Iterable
from pathlib import Path

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.errors import ExifToolFailed
from app.services.reconcile.plan import Held

BATCH = 200  # archives whose tags exiftool reads in one call


def held_photos(store: Store, exiftool: ExifTool, campaign: str) -> dict[str, Held]:
    """Every photo of the campaign, by public ID. Raises StoreUnavailable."""
    pairs = store.photos.pairs(campaign)
    tags = _tags(store, exiftool, campaign, (public_id for public_id, pair in pairs.items() if all(pair)))
    return {public_id: Held(all(pair), tags.get(public_id)) for public_id, pair in pairs.items()}


def _tags(store: Store, exiftool: ExifTool, campaign: str, public_ids: Iterable[str]) -> dict[str, Tags]:
    """The tags of archives, without those that name another photo or do not match their intermediate."""
    paths = {store.photos.archive_path(campaign, public_id): public_id for public_id in public_ids}
    every, tags = list(paths), {}
    for start in range(0, len(every), BATCH):
        for path, found in _read(exiftool, every[start : start + BATCH]).items():
            fits = store.photos.fits(campaign, paths[path], found.mark)
            if fits and found.public_id == paths[path]:
                tags[paths[path]] = found
    return tags


def _read(exiftool: ExifTool, paths: list[Path]) -> dict[Path, Tags]:
    try:
        return exiftool.read(paths)
    except ExifToolFailed:
        if len(paths) == 1:
            return {}
        half = len(paths) // 2  # to isolate a single file on which exiftool hangs
        return _read(exiftool, paths[:half]) | _read(exiftool, paths[half:])
