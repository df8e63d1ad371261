"""The mirror of approved photos: puts them into the store and removes them, each with a line in the campaign's log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.adapters import imaging
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store, scratch
from app.core import metrics
from app.core.addresses import normalise, stored
from app.core.config import Campaign, Campaigns
from app.core.errors import ExifToolFailed
from app.core.sources import EMBEDDED, Asset
from app.services.catalogue.recording import Recording
from app.services.processor.decision import address
from app.services.processor.followers import Follower


class Mirror:
    """`clock`: the time for log lines. `any_format`: as in `Source`. `decoder`: decodes pictures.

    `followers`: what else happens with each photo.
    """

    def __init__(
        self,
        store: Store,
        exiftool: ExifTool,
        campaigns: Campaigns,
        clock: Callable[[], datetime],
        *,
        any_format: bool = False,
        followers: Sequence[Follower] = (),
    ) -> None:
        self._store = store
        self._exiftool = exiftool
        self._clock = clock
        self._any_format = any_format
        self._recording = Recording(store, campaigns, clock)
        self._followers = followers
        self.decoder = imaging.Decoder()

    def close(self) -> None:
        """Ends the decoder, and the process that looks up places."""
        self.decoder.close()
        self._recording.close()

    def put(self, asset: Asset, campaign: Campaign, picture: bytes, place: float | None) -> None:
        """Stores a photo from the fetched picture, cropped at `place` (see `Cut`; None: choose the best).

        Raises PictureError, DecoderFailed, ExifToolFailed, StoreUnavailable.
        """
        self._store.root.require_room()
        with metrics.stage("decode"):
            if self._any_format:
                wanted = campaign.catalogue is not None
                prepared = self.decoder.prepare(picture, place, any_format=True, original=wanted)
            else:
                prepared = self.decoder.prepare(picture, place)
        typed = replace(asset, email=stored(prepared.email)) if asset.type == EMBEDDED else asset
        email = address(typed, campaign)
        tags = Tags(
            email, asset.public_id, asset.asset_id, asset.version, prepared.cut, asset.type, asset.tracking is not False
        )
        archive = self._tagged(prepared.archive, tags)
        known = replace(asset, original=prepared.original or asset.original)
        self._store_all(known, campaign, tags, archive, prepared.intermediate, prepared.variants)

    def preview(self, picture: bytes, side: int = imaging.PREVIEW_SIDE) -> bytes:
        """A JPEG of a picture before cropping, no side over `side` pixels. Raises PictureError, DecoderFailed."""
        return self.decoder.preview(picture, any_format=self._any_format, side=side)

    def clean(self, picture: bytes) -> bytes:
        """A picture of any format as it would be archived, without metadata. Raises PictureError, DecoderFailed."""
        return self.decoder.prepare(picture, any_format=True).archive

    def take_over(self, asset: Asset, campaign: Campaign, source: str, tags: Tags) -> bool:
        """Stores a photo from the files of campaign `source`, which holds this version: same version, same picture.

        Only the metadata changes: an address was corrected, or the photo was moved. Nothing is fetched or decoded.
        Returns whether it worked. Raises ExifToolFailed, StoreUnavailable.
        """
        photos, public_id = self._store.photos, asset.public_id
        archive = photos.archive(source, public_id)
        if archive is None:
            return False
        individual = asset.tracking is not False
        email = address(asset, campaign)
        tags = replace(tags, email=email, asset_id=asset.asset_id, type=asset.type, tracking=individual)
        try:
            archive = self._tagged(archive, tags)
        except ExifToolFailed:
            self._exiftool.check()  # raises if exiftool is at fault, not this archive
            return False
        if source == campaign.name:
            photos.put_archive(source, public_id, archive, asset.approved_at)
            self._log_stored(asset, campaign, tags, [])
            self._recording.record(campaign, asset, archive)
            return True
        intermediate = photos.intermediate(source, public_id)
        if intermediate is None:
            return False
        variants = {name: photos.variant(source, public_id, name) for name in imaging.variants.VARIANTS}
        there = {name: found[0] for name, found in variants.items() if found}
        self._store_all(asset, campaign, tags, archive, intermediate, there)
        return True

    def _tagged(self, archive: bytes, tags: Tags) -> bytes:
        with scratch.directory() as directory, metrics.stage("exif"):
            path = directory / "photo.jpg"
            path.write_bytes(archive)
            self._exiftool.write(path, tags)
            return path.read_bytes()

    def _store_all(
        self,
        asset: Asset,
        campaign: Campaign,
        tags: Tags,
        archive: bytes,
        intermediate: bytes,
        variants: Mapping[str, bytes],
    ) -> None:
        with metrics.stage("store"):
            lacking = self._store.photos.put(
                campaign.name, asset.public_id, archive, intermediate, asset.approved_at, tags.mark, variants
            )
        self._log_stored(asset, campaign, tags, lacking)
        self._recording.record(campaign, asset, archive)
        for follower in self._followers:
            follower.arrived(campaign, asset.public_id, asset.version)

    def _log_stored(self, asset: Asset, campaign: Campaign, tags: Tags, lacking: list[str]) -> None:
        usable = normalise(tags.email) is not None
        note = "" if usable else " with an unusable address" if tags.email else " without an address"
        if tags.cut and (tags.cut.much or tags.cut.why == "hand"):
            note += f"; {tags.cut}"
        if lacking:
            note += f"; python -m app sync {campaign.name} --thumbnails makes what is missing: {', '.join(lacking)}"
        self.log(campaign.name, "SYNCED", asset.public_id, f"version {asset.version}{note}")

    def remove(self, public_id: str, campaigns: tuple[str, ...]) -> None:
        """Removes a photo from these campaigns. Raises StoreUnavailable."""
        for campaign in campaigns:
            self._recording.remove(campaign, public_id)  # before the photo, after which nothing would lead here again
            for follower in self._followers:
                follower.removed(campaign, public_id)
            if self._store.photos.remove(campaign, public_id):
                self.log(campaign, "DELETED", public_id)
            self._recording.remove(campaign, public_id)  # it may have been written in between

    def log(self, campaign: str, word: str, public_id: str, detail: str = "") -> None:
        """One line in the campaign's processor.log."""
        self._store.logs.event(campaign, self._clock(), word, public_id, detail)
