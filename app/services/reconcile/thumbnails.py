"""Remakes intermediates and variants from archives: only those that are missing, unreadable, the wrong size, from
another version, or incomplete inside. Removes variants that only earlier versions made."""

from collections.abc import Callable, Iterator

from app.adapters import imaging
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.errors import CollagenError, PictureError, StoreUnavailable


def remake(
    store: Store, exiftool: ExifTool, campaign: str, progress: Callable[[int, int], None], *, dry_run: bool
) -> Iterator[tuple[str, CollagenError | None]]:
    """Yields each photo with remade files (in a dry run: files to remake), with the error if that failed.

    Raises StoreUnavailable if the store is gone.
    """
    photos = [public_id for public_id, (archive, _) in sorted(store.photos.pairs(campaign).items()) if archive]
    for number, public_id in enumerate(photos, 1):
        try:
            whole = is_whole(store.photos.intermediate(campaign, public_id))
            if not whole or not has_variants(store, campaign, public_id):
                if not dry_run:
                    _remake(store, exiftool, campaign, public_id, variants_only=whole)
                yield public_id, None
            if not dry_run:
                store.photos.remove_former(campaign, public_id)
        except StoreUnavailable as error:
            store.root.require()
            yield public_id, error
        except CollagenError as error:
            yield public_id, error
        progress(number, len(photos))


def is_whole(intermediate: bytes | None) -> bool:
    """Whether this intermediate is whole: readable, of the right size, and complete inside."""
    try:
        if intermediate is None or imaging.size(intermediate, "png") != imaging.INTERMEDIATE:
            return False
        if not imaging.copies.complete(intermediate) or imaging.copies.placeholder(intermediate) is None:
            return False
        imaging.cell(intermediate, "png", *imaging.INTERMEDIATE)
    except PictureError:
        return False
    return True


def has_variants(store: Store, campaign: str, public_id: str) -> bool:
    """Whether a photo has every variant, in the intermediate's version and the right size."""
    for name, variant in imaging.variants.VARIANTS.items():
        found = store.photos.variant(campaign, public_id, name)
        try:
            if found is None or imaging.size(found[0], "jpeg") != (variant.width, variant.height):
                return False
        except PictureError:
            return False
    return True


def _remake(store: Store, exiftool: ExifTool, campaign: str, public_id: str, *, variants_only: bool) -> None:
    with store.photos.lock(public_id):
        archive = store.photos.archive(campaign, public_id)
        if archive is None:  # removed since it was listed
            return
        path = store.photos.archive_path(campaign, public_id)
        mark = exiftool.read([path]).get(path, Tags()).mark
        prepared = imaging.prepare(archive)
        lacking = store.photos.put_variants(campaign, public_id, prepared.variants, mark)
        if not variants_only:
            store.photos.put_intermediate(campaign, public_id, prepared.intermediate, mark)
        if lacking:
            raise PictureError(f"No {' and no '.join(lacking)} can be made of it or stored.")
