"""One photo: make the store agree with what Cloudinary says now.

A notification is only a hint. Duplicates, late and reordered deliveries, retries and replays all end in the same place,
because what is done depends on Cloudinary's state and on the store's, fetched while the photo's lock is held.
"""

import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from app import imaging, metrics
from app.assets import Asset, Cloudinary, Hint
from app.config import Campaign, Campaigns
from app.decision import Decision, Outcome, Status, address, decide
from app.errors import CollagenError, ExifToolFailed, NotFound, PictureError
from app.exif import ExifTool, Tags
from app.store import Store, scratch
from app.store.names import file_name


class Processor:
    """Brings photos to the truth. `clock` gives the time for log lines."""

    def __init__(
        self,
        cloudinary: Cloudinary,
        store: Store,
        exiftool: ExifTool,
        campaigns: Campaigns,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._cloudinary = cloudinary
        self._store = store
        self._exiftool = exiftool
        self._campaigns = campaigns
        self._clock = clock
        self._decoder = imaging.Decoder()
        self._downloads = ThreadPoolExecutor(16, thread_name_prefix="download")
        scratch.sweep()  # faces and addresses that killed processes left on the local disk

    def process(self, hint: Hint) -> Outcome:
        """Makes the store agree with Cloudinary about one photo, whatever the hint says.

        A picture that cannot be stored is an Outcome with an error: another try would fail too. Raises BadPublicId,
        CloudinaryUnavailable, StoreUnavailable, ExifToolFailed, DecoderFailed or PhotoBusy; the store then is as it
        was, or right.
        """
        file_name(hint.public_id)  # before anything is asked or locked
        with contextlib.ExitStack() as turn:
            with metrics.stage("lock"):
                turn.enter_context(self._store.photos.lock(hint.public_id))
            held = self._held(hint.public_id)
            expected = hint.version is not None and any(tags and tags.version == hint.version for tags in held.values())
            early = None if expected or hint.picture_url is None else self._fetch(hint.public_id, hint.picture_url)
            with metrics.stage("state"):
                asset = self._cloudinary.state(hint.public_id)
            campaign = self._campaigns.of_folder(asset.folder) if asset else None
            decision = decide(asset, campaign, held)
            if asset is not None and decision.keep is not None and decision.store:
                try:
                    if not self._take_over(asset, decision.keep, decision.source, held):
                        if early is None or hint.version != asset.version:
                            early = self._fetch(asset.public_id, asset.url)
                        self._put(asset, decision.keep, early, self._place(asset, held))
                except PictureError as error:
                    return self._refuse(asset, decision.keep, held, error)
                except CollagenError as error:
                    self._log(decision.keep.name, "ERROR", asset.public_id, f"will be tried again: {error}")
                    raise
            self._remove(hint.public_id, decision.remove_from)
            return self._outcome(hint.public_id, asset, campaign, decision)

    def foresee(self, public_id: str) -> Outcome:
        """What `process` would do, as far as that can be told without the picture. Changes nothing.

        Raises what `process` raises.
        """
        file_name(public_id)
        held = self._held(public_id)
        asset = self._cloudinary.state(public_id)
        campaign = self._campaigns.of_folder(asset.folder) if asset else None
        return self._outcome(public_id, asset, campaign, decide(asset, campaign, held))

    def recut(self, campaign: str, public_id: str, version: int, place: float | None) -> None:
        """Cuts a photo anew from its original: at `place` (see `Cut`), by hand, or as when it arrived (None).

        Raises NotFound where this is not the version that is approved in the campaign now, PictureError, and what
        `process` raises; then the store is as it was.
        """
        with self._store.photos.lock(public_id):
            asset = self._approved(campaign, public_id, version)
            self._put(asset, self._campaigns[campaign], self._fetch(public_id, asset.url), place)

    def original(self, campaign: str, public_id: str, version: int) -> bytes:
        """A small JPEG of a photo as it was before it was cut. Raises as `recut` does."""
        asset = self._approved(campaign, public_id, version)
        return self._decoder.preview(self._download(public_id, asset.url))

    def _approved(self, campaign: str, public_id: str, version: int) -> Asset:
        file_name(public_id)
        asset = self._cloudinary.state(public_id)
        rules = self._campaigns.of_folder(asset.folder) if asset else None
        if asset is None or not asset.approved or rules is None or rules.name != campaign or asset.version != version:
            raise NotFound(f"Version {version} of the photo {public_id} is not approved in {campaign} any more.")
        return asset

    def _place(self, asset: Asset, held: Mapping[str, object]) -> float | None:
        """Where this version was cut by hand, as any archive of it tells, whatever else is wrong with that one."""
        paths = [self._store.photos.archive_path(campaign, asset.public_id) for campaign in held]
        for tags in self._exiftool.read(paths).values() if paths else ():
            same = (tags.public_id, tags.version) == (asset.public_id, asset.version)
            if same and tags.cut and tags.cut.why == "hand":
                return tags.cut.place
        return None

    def _held(self, public_id: str) -> dict[str, Tags | None]:
        """Where the store has files of the photo, with the archive's tags where both files are there and fit."""
        held: dict[str, Tags | None] = {}
        photos = self._store.photos
        for campaign, both in photos.holders(public_id).items():
            path = photos.archive_path(campaign, public_id)
            tags = self._exiftool.read([path]).get(path) if both else None
            right = tags and tags.public_id == public_id and photos.fits(campaign, public_id, tags.mark)
            held[campaign] = tags if right else None
        return held

    def _fetch(self, public_id: str, url: str) -> Future[bytes]:
        return self._downloads.submit(self._download, public_id, url)

    def _download(self, public_id: str, url: str) -> bytes:
        with metrics.stage("download"):
            return self._cloudinary.picture(public_id, url)

    def _put(self, asset: Asset, campaign: Campaign, picture: Future[bytes], place: float | None) -> None:
        downloaded = picture.result()
        with metrics.stage("decode"):
            prepared = self._decoder.prepare(downloaded, place)
        tags = Tags(address(asset, campaign), asset.public_id, asset.asset_id, asset.version, prepared.cut)
        archive = self._tagged(prepared.archive, tags)
        self._store_all(asset, campaign, tags, archive, prepared.intermediate, prepared.variants)

    def _take_over(self, asset: Asset, campaign: Campaign, source: str | None, held: Mapping[str, Tags | None]) -> bool:
        """Stores a photo from what the campaign `source` holds of this version: the same version is the same picture.

        Only its metadata are written anew: an address was corrected, or the photo was moved. Nothing is fetched or
        decoded. Says whether it could be done.
        """
        tags = held.get(source) if source else None
        photos, public_id = self._store.photos, asset.public_id
        archive = photos.archive(source, public_id) if source and tags else None
        if source is None or tags is None or archive is None:
            return False
        tags = replace(tags, email=address(asset, campaign), asset_id=asset.asset_id)
        try:
            archive = self._tagged(archive, tags)
        except ExifToolFailed:
            self._exiftool.check()  # is it exiftool, or this archive?
            return False
        if source == campaign.name:
            photos.put_archive(source, public_id, archive, asset.approved_at)
            self._log_stored(asset, campaign, tags, [])
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

    def _log_stored(self, asset: Asset, campaign: Campaign, tags: Tags, lacking: list[str]) -> None:
        note = "" if tags.email else " without an address" if asset.email is None else " without its unusable address"
        if tags.cut and (tags.cut.much or tags.cut.why == "hand"):
            note += f"; {tags.cut}"
        if lacking:
            note += f"; python -m app sync {campaign.name} --thumbnails makes what is missing: {', '.join(lacking)}"
        self._log(campaign.name, "SYNCED", asset.public_id, f"version {asset.version}{note}")

    def _refuse(self, asset: Asset, campaign: Campaign, held: Mapping[str, object], error: PictureError) -> Outcome:
        """A version that is no picture. What is held of an older one is no longer approved; of this one, it stays."""
        tags = self._exiftool.read([self._store.photos.archive_path(campaign.name, asset.public_id)])
        stays = {(one.public_id, one.version) for one in tags.values()} == {(asset.public_id, asset.version)}
        removed = tuple(name for name in held if not (stays and name == campaign.name))
        what = "what is held of this version stays" if stays else "not stored"
        self._log(campaign.name, "ERROR", asset.public_id, f"{what}: {error}")
        self._remove(asset.public_id, removed)
        status: Status = "unchanged" if stays else "removed" if held else "ignored"
        return Outcome(asset.public_id, status, campaign.name, str(error))

    def _remove(self, public_id: str, campaigns: tuple[str, ...]) -> None:
        for campaign in campaigns:
            if self._store.photos.remove(campaign, public_id):
                self._log(campaign, "DELETED", public_id)

    def _log(self, campaign: str, word: str, public_id: str, detail: str = "") -> None:
        self._store.logs.event(campaign, self._clock(), word, public_id, detail)

    @staticmethod
    def _outcome(public_id: str, asset: Asset | None, campaign: Campaign | None, decision: Decision) -> Outcome:
        if decision.keep is not None and decision.store:
            return Outcome(public_id, "stored", decision.keep.name)
        if decision.remove_from:
            return Outcome(public_id, "removed", campaign.name if campaign else decision.remove_from[0])
        if asset is not None and campaign is None:
            return Outcome(public_id, "ignored")
        return Outcome(public_id, "unchanged", campaign.name if campaign else None)
