"""Finds out what the catalogue lacks: photos that came before it was kept, places that could not be looked up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.imaging import ARCHIVE, Decoder
from app.adapters.places import Places
from app.adapters.store import Store
from app.adapters.store.photos import marks
from app.adapters.store.photos.entries import Entry
from app.core.config import Campaign
from app.core.errors import PhotoBusy, PictureError
from app.core.sources import Asset, Source
from app.services.catalogue.describing import describe
from app.services.catalogue.positions import position

T = TypeVar("T")

BATCH = 50  # photos whose entries are written together

Spend = Callable[[Callable[[], T]], T]


@dataclass
class Filled:
    """`entries`: the whole catalogue, by public ID. `new`: how many entries were written.

    `skipped`: why nothing could be found out about a photo. `damaged`: the lines that were put aside, by number.
    """

    entries: list[Entry] = field(default_factory=list)
    new: int = 0
    skipped: dict[str, str] = field(default_factory=dict)
    damaged: list[int] = field(default_factory=list)


class Filling:
    """`spend`: makes a call of the source, within its limit. `clock`: UTC."""

    def __init__(
        self,
        source: Source,
        store: Store,
        exiftool: ExifTool,
        clock: Callable[[], datetime],
        spend: Callable[[Callable[[], Asset | None]], Asset | None] = lambda call: call(),
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._source = source
        self._store = store
        self._exiftool = exiftool
        self._clock = clock
        self._spend = spend
        self._progress = progress
        self._places = Places()
        self._decoder = Decoder()

    def close(self) -> None:
        """Ends the processes that were started."""
        self._places.close()
        self._decoder.close()

    def fill(self, campaign: Campaign) -> Filled:
        """Fills the catalogue of a campaign, and tidies it.

        A photo of Cloudinary costs one call, once. Raises StoreUnavailable, SourceUnavailable, DecoderFailed or
        ExifToolFailed: run again, it continues.
        """
        exact = campaign.catalogue == "exact"
        before = self._store.catalogue.tidy(campaign.name, exact=exact)
        filled = Filled(damaged=list(before.damaged))
        missing = self._missing(campaign, before.entries, exact=exact)
        if missing and self._source.any_format:
            self._source.folder(campaign.folder)  # one look at all files, in place of one for each
        for start in range(0, len(missing), BATCH):
            batch, found = missing[start : start + BATCH], list[Asset]()
            try:
                found.extend(self._originals(campaign.name, batch, filled.skipped))
            finally:  # what was asked for is kept, whatever comes next
                self._store.catalogue.add(campaign.name, self._described(campaign.name, found, exact=exact))
            filled.new += len(found)
            self._progress(start + len(batch), len(missing))
        after = self._store.catalogue.tidy(campaign.name, exact=exact) if filled.new else before
        filled.entries = list(after.entries.values())
        return filled

    def _missing(self, campaign: Campaign, known: dict[str, Entry], *, exact: bool) -> list[str]:
        public_ids = sorted(self._store.photos.public_ids(campaign.name))
        shown = self._store.photos.versions(campaign.name, public_ids)
        return [one for one in public_ids if is_missing(known.get(one), shown.get(one), exact=exact)]

    def _originals(self, campaign: str, public_ids: Sequence[str], skipped: dict[str, str]) -> Iterator[Asset]:
        """The photos as they are in their source, with their originals, if they are as in the store."""
        paths = {self._store.photos.archive_path(campaign, public_id): public_id for public_id in public_ids}
        tags = {paths[path]: found for path, found in self._exiftool.read(paths).items()}
        for public_id in public_ids:
            mine = tags.get(public_id, Tags())
            asset = self._spend(lambda: self._source.state(public_id, mine.type, metadata=True))  # noqa: B023
            if asset is None or not asset.approved or (asset.version, asset.asset_id) != (mine.version, mine.asset_id):
                skipped[public_id] = f"differs from its source; python -m app sync {campaign} brings it up to date"
                continue
            try:
                yield self._opened(asset) if self._source.any_format else asset
            except (PictureError, PhotoBusy) as error:
                skipped[public_id] = str(error)

    def _opened(self, asset: Asset) -> Asset:
        return replace(asset, original=self._decoder.original(self._source.picture(asset.public_id, asset.url)))

    def _described(self, campaign: str, assets: Sequence[Asset], *, exact: bool) -> list[Entry]:
        where = {one.public_id: position(one.original.tags) for one in assets if one.original}
        wanted = {public_id: place for public_id, place in where.items() if place}
        spots = dict(zip(wanted, self._places.find(list(wanted.values())) or (), strict=False))
        stamps = self._store.photos.archive_stamps(campaign, [one.public_id for one in assets])
        now = self._clock()
        entries = []
        for asset, stamp in zip(assets, stamps, strict=True):
            archive = (*ARCHIVE, stamp[1]) if stamp else None
            entries.append(describe(asset, spots.get(asset.public_id), archive, exact=exact, now=now))
        return entries


def is_missing(entry: Entry | None, shown: int | None, *, exact: bool) -> bool:
    """Whether there is something to find out about a photo. Pure.

    `shown`: the number of the picture in the store (`Photos.versions`); None if that is not known.
    """
    if entry is None or entry.pending:
        return True
    if shown is not None and marks.version(shown) != entry.version % marks.VERSIONS:
        return True
    return exact and not entry.exact and entry.zone is not None  # its position was not kept
