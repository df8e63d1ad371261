"""Intermediates made anew from archives: those that are missing, unreadable, of another size or without their smaller
copies, and only those."""

from collections.abc import Callable, Iterator

from app import imaging
from app.errors import CollagenError, PictureError, StoreUnavailable
from app.exif import ExifTool, Tags
from app.store import Store


def remake(
    store: Store, exiftool: ExifTool, campaign: str, progress: Callable[[int, int], None], *, dry_run: bool
) -> Iterator[tuple[str, CollagenError | None]]:
    """Each photo whose intermediate was (in a dry run: would be) remade, and the error where it cannot be.

    Raises StoreUnavailable where the store is no longer there.
    """
    photos = [public_id for public_id, (archive, _) in sorted(store.photos.pairs(campaign).items()) if archive]
    for number, public_id in enumerate(photos, 1):
        try:
            if not is_whole(store.photos.intermediate(campaign, public_id)):
                if not dry_run:
                    _remake(store, exiftool, campaign, public_id)
                yield public_id, None
        except StoreUnavailable as error:
            store.root.require()
            yield public_id, error
        except CollagenError as error:
            yield public_id, error
        progress(number, len(photos))


def is_whole(intermediate: bytes | None) -> bool:
    """Whether this is an intermediate as every photo has one: readable, of the right size, with its copies."""
    try:
        if intermediate is None or imaging.size(intermediate, "png") != imaging.INTERMEDIATE:
            return False
        if not imaging.copies.complete(intermediate):
            return False
        imaging.cell(intermediate, "png", *imaging.INTERMEDIATE)
    except PictureError:
        return False
    return True


def _remake(store: Store, exiftool: ExifTool, campaign: str, public_id: str) -> None:
    with store.photos.lock(public_id):
        archive = store.photos.archive(campaign, public_id)
        if archive is not None:  # else it was removed since it was listed
            path = store.photos.archive_path(campaign, public_id)
            version = exiftool.read([path]).get(path, Tags()).version
            store.photos.put_intermediate(campaign, public_id, imaging.prepare(archive).intermediate, version)
