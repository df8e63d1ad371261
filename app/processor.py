"""One photo: make the store agree with what Cloudinary says now.

A notification is only a hint. Duplicates, late and reordered deliveries, retries and replays all end in the same place,
because what is done depends on Cloudinary's state and on the store's, fetched while the photo's lock is held.
"""

import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from app import imaging, metrics
from app.addresses import normalise, same
from app.assets import Asset, Cloudinary, Hint
from app.config import Campaign, Campaigns
from app.errors import CollagenError, PictureError
from app.exif import ExifTool, Tags
from app.store import Store, scratch
from app.store.names import file_name

Status = Literal["stored", "removed", "unchanged", "ignored"]


@dataclass(frozen=True)
class Outcome:
    """What became of one photo. `campaign`: where it belongs, or did; `error`: why it could not be stored."""

    public_id: str
    status: Status
    campaign: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Decision:
    """What has to be done to the store. `keep`: the campaign in which the photo belongs, if any."""

    keep: Campaign | None
    store: bool
    remove_from: tuple[str, ...]


def decide(asset: Asset | None, campaign: Campaign | None, held: Mapping[str, Tags | None]) -> Decision:
    """What has to be done so that the store agrees with Cloudinary. Pure.

    `campaign` is the one of the asset's folder; `held` has every campaign in which the store has a file of the photo,
    with the archive's tags where both files are there and fit.
    """
    keep = campaign if asset is not None and asset.approved else None
    remove_from = tuple(name for name in held if keep is None or name != keep.name)
    if asset is None or keep is None:
        return Decision(None, False, remove_from)
    tags = held.get(keep.name)
    agrees = tags is not None and tags.version == asset.version and same(tags.email, address(asset, keep))
    return Decision(keep, not agrees, remove_from)


def address(asset: Asset, campaign: Campaign) -> str | None:
    """The e-mail address to store with a photo, or an unusable one as it was typed; None where there is none. Pure."""
    return campaign.address(asset.email)


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
                if early is None or hint.version != asset.version:
                    early = self._fetch(asset.public_id, asset.url)
                try:
                    self._put(asset, decision.keep, early)
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

    def _held(self, public_id: str) -> dict[str, Tags | None]:
        """Where the store has files of the photo, with the archive's tags where both files are there and fit."""
        held: dict[str, Tags | None] = {}
        photos = self._store.photos
        for campaign, both in photos.holders(public_id).items():
            path = photos.archive_path(campaign, public_id)
            tags = self._exiftool.read([path]).get(path) if both else None
            right = tags and tags.public_id == public_id and photos.fits(campaign, public_id, tags.version)
            held[campaign] = tags if right else None
        return held

    def _fetch(self, public_id: str, url: str) -> Future[bytes]:
        return self._downloads.submit(self._download, public_id, url)

    def _download(self, public_id: str, url: str) -> bytes:
        with metrics.stage("download"):
            return self._cloudinary.picture(public_id, url)

    def _put(self, asset: Asset, campaign: Campaign, picture: Future[bytes]) -> None:
        downloaded = picture.result()
        with metrics.stage("decode"):
            prepared = self._decoder.prepare(downloaded)
        email = address(asset, campaign)
        tags = Tags(email, asset.public_id, asset.asset_id, asset.version)
        with scratch.directory() as directory:
            path = directory / "photo.jpg"
            path.write_bytes(prepared.archive)
            with metrics.stage("exif"):
                self._exiftool.write(path, tags)
            archive = path.read_bytes()
        with metrics.stage("store"):
            lacking = self._store.photos.put(
                campaign.name,
                asset.public_id,
                archive,
                prepared.intermediate,
                asset.approved_at,
                asset.version,
                prepared.variants,
            )
        note = "" if normalise(email) else " with an unusable address" if email else " without an address"
        if lacking:
            note += f"; python -m app sync {campaign.name} --thumbnails makes what is missing: {', '.join(lacking)}"
        self._log(campaign.name, "SYNCED", asset.public_id, f"version {asset.version}{note}")

    def _refuse(self, asset: Asset, campaign: Campaign, held: Mapping[str, object], error: PictureError) -> Outcome:
        """A new version that is no picture: what is held is an older one, which is no longer approved."""
        self._log(campaign.name, "ERROR", asset.public_id, f"not stored: {error}")
        self._remove(asset.public_id, tuple(held))
        return Outcome(asset.public_id, "removed" if held else "ignored", campaign.name, str(error))

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
