"""Processes one photo: makes the store agree with what its source says now.

A notification is only a hint. Duplicates, late and reordered deliveries, retries and replays all end in the same place,
because decisions depend only on the state of the source and of the store, fetched under the photo's lock. Cloudinary is
not asked where its answer would change nothing: about a photo that is neither held nor approved, about what the store
reflects already (see `decision.reflects`), and for most of the notifications that wait for a lock (see `coalescing`).
"""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from app.adapters import imaging
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store, scratch
from app.adapters.store.names import file_name
from app.core import limits, metrics
from app.core.config import Campaign, Campaigns
from app.core.errors import CollagenError, NotFound, PictureError
from app.core.sources import Asset, Hint, Source
from app.services.processor.coalescing import read as read_lookups
from app.services.processor.decision import Outcome, Status, decide, outcome_of, place
from app.services.processor.followers import Follower
from app.services.processor.mirror import Mirror
from app.services.processor.state import StateReader


class Processor:
    """Brings photos up to date. `campaigns`: those of the source. `clock`: the time for log lines.

    `followers`: what else happens with each photo.
    """

    def __init__(
        self,
        source: Source,
        store: Store,
        exiftool: ExifTool,
        campaigns: Campaigns,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        followers: Sequence[Follower] = (),
    ) -> None:
        self._source = source
        self._store = store
        self._campaigns = campaigns
        self._state = StateReader(source, store, exiftool, campaigns)
        self._mirror = Mirror(store, exiftool, campaigns, clock, any_format=source.any_format, followers=followers)
        self._downloads = ThreadPoolExecutor(2 * limits.PICTURES, thread_name_prefix="download")
        self._room = threading.BoundedSemaphore(limits.PICTURES)
        scratch.sweep()  # faces and addresses that killed processes left on the local disk

    def close(self) -> None:
        """Ends the downloads and the decoder."""
        self._downloads.shutdown()
        self._mirror.close()

    def process(self, hint: Hint) -> Outcome:
        """Makes the store agree with the source about one photo, whatever the hint says.

        A picture that cannot be stored is an Outcome with an error: a retry would fail too. Raises BadPublicId,
        SourceUnavailable, StoreUnavailable, ExifToolFailed, DecoderFailed or PhotoBusy; the store is then
        unchanged, or right.
        """
        arrived = time.monotonic()
        file_name(hint.public_id)  # raises before anything is looked up or locked
        if hint.kind != "image":
            return self._no_image(hint)
        with contextlib.ExitStack() as turn:
            with metrics.stage("lock"):
                lock = turn.enter_context(self._store.photos.lock(hint.public_id))
            held, archives = self._state.held(hint.public_id)
            if not held and not self._may_bring(hint):
                return self._nothing(hint)
            if hint.signed is None:
                return self._settle(hint, held, archives)
            lookups = read_lookups(lock.noted())
            if lookups.covers(hint.public_id, hint.signed) or self._state.reflects(hint, held):
                return Outcome(hint.public_id, "unchanged", next(iter(held), None))
            time.sleep(max(0.0, arrived + lookups.pause(hint.public_id, hint.signed) - time.monotonic()))
            when = hint.signed + time.monotonic() - arrived
            outcome = self._settle(hint, held, archives)
            if outcome.status != "ignored":  # a new campaign may want it later
                lock.note(lookups.at(hint.public_id, when).written())
            return outcome

    def _settle(self, hint: Hint, held: Mapping[str, Tags | None], archives: Mapping[str, Tags]) -> Outcome:
        """Asks the source, and makes the store agree. The caller must hold the photo's lock."""
        expected = hint.version is not None and any(tags and tags.version == hint.version for tags in held.values())
        with contextlib.ExitStack() as room:
            early, remote = None, not self._source.any_format
            if remote and not expected and hint.picture_url is not None and self._has_room(room, wait=False):
                early = self._fetch(hint.public_id, hint.picture_url)
            with metrics.stage("state"):
                asset = self._state.of(hint, archives)
            campaign = self._campaigns.of_folder(asset.folder) if asset else None
            decision = decide(asset, campaign, held)
            if asset is not None and decision.keep is not None and decision.store:
                try:
                    source = decision.source
                    if source is None or not self._mirror.take_over(asset, decision.keep, source, archives[source]):
                        if early is None:
                            self._has_room(room, wait=True)
                        if early is None or hint.version != asset.version:
                            early = self._fetch(asset.public_id, asset.url)
                        self._mirror.put(asset, decision.keep, early.result(), place(asset, archives))
                except PictureError as error:
                    return self._refuse(asset, decision.keep, held, archives, error)
                except CollagenError as error:
                    self._mirror.log(decision.keep.name, "ERROR", asset.public_id, f"will be tried again: {error}")
                    raise
            self._mirror.remove(hint.public_id, decision.remove_from)
            return outcome_of(hint.public_id, asset, campaign, decision)

    def _has_room(self, room: contextlib.ExitStack, *, wait: bool) -> bool:  # for one picture, until `room` closes
        if taken := self._room.acquire(blocking=wait):
            room.callback(self._room.release)
        return taken

    def check(self) -> None:
        """Raises DecoderFailed unless pictures can be decoded."""
        self._mirror.decoder.check()

    def foresee(self, hint: Hint) -> Outcome:
        """What `process` would do, as far as can be known without the picture. Changes nothing, raises the same."""
        file_name(hint.public_id)
        held, archives = self._state.held(hint.public_id)
        asset = self._state.of(hint, archives)
        campaign = self._campaigns.of_folder(asset.folder) if asset else None
        return outcome_of(hint.public_id, asset, campaign, decide(asset, campaign, held))

    def recut(self, campaign: str, public_id: str, version: int, place: float | None) -> None:
        """Crops a photo again from its original: at `place` (see `Cut`), chosen by hand, or as on arrival (None).

        Raises NotFound if this version is not approved in the campaign now, PictureError, and what `process` raises;
        the store is then unchanged.
        """
        with self._store.photos.lock(public_id):
            asset = self._approved(campaign, public_id, version)
            self._mirror.put(asset, self._campaigns[campaign], self._download(public_id, asset.url), place)

    def original(self, campaign: str, public_id: str, version: int) -> bytes:
        """A small JPEG of a photo before cropping. Raises what `recut` raises."""
        return self.preview(self._approved(campaign, public_id, version))

    def preview(self, asset: Asset, side: int = imaging.PREVIEW_SIDE) -> bytes:
        """The same of any photo, approved or not; no side over `side` pixels. Makes no call of the Admin API."""
        return self._mirror.preview(self._download(asset.public_id, asset.url), side)

    def clean(self, picture: bytes) -> bytes:
        """As `Mirror.clean`, with the memory of one picture reserved."""
        with self._room:
            return self._mirror.clean(picture)

    def address_in(self, asset: Asset) -> str | None:
        """The address in the picture itself; None if there is none, or it is broken. Raises what `process` raises."""
        with contextlib.suppress(PictureError):
            return self._mirror.decoder.address(self._download(asset.public_id, asset.url))
        return None

    def _approved(self, campaign: str, public_id: str, version: int) -> Asset:
        file_name(public_id)
        asset = self._state.of(Hint(public_id), self._state.held(public_id)[1])
        rules = self._campaigns.of_folder(asset.folder) if asset else None
        if asset is None or not asset.approved or rules is None or rules.name != campaign or asset.version != version:
            raise NotFound(f"Version {version} of the photo {public_id} is not approved in {campaign} any more.")
        return asset

    def _may_bring(self, hint: Hint) -> bool:
        """Whether a photo that no campaign holds may have to be stored."""
        return hint.brings and (hint.folder is None or self._campaigns.of_folder(hint.folder) is not None)

    def _nothing(self, hint: Hint) -> Outcome:
        """The outcome for a photo that no campaign holds and the notification does not bring: nothing to look up."""
        campaign = self._campaigns.of_folder(hint.folder) if hint.folder is not None else None
        known = hint.folder is None or campaign is not None
        return Outcome(hint.public_id, "unchanged" if known else "ignored", campaign.name if campaign else None)

    def _no_image(self, hint: Hint) -> Outcome:
        """An approved video (or other file) in a campaign's folder cannot be stored; logs that once."""
        asset = self._source.state(hint.public_id, hint.type, hint.kind) if self._may_bring(hint) else None
        campaign = self._campaigns.of_folder(asset.folder) if asset and asset.approved else None
        if campaign is None:
            return Outcome(hint.public_id, "ignored")
        reason = f"it is approved, but no image (Cloudinary's resource type {hint.kind})"
        self._mirror.log(campaign.name, "ERROR", hint.public_id, f"not stored: {reason}")
        return Outcome(hint.public_id, "ignored", campaign.name, reason)

    def _fetch(self, public_id: str, url: str) -> Future[bytes]:
        return self._downloads.submit(self._download, public_id, url)

    def _download(self, public_id: str, url: str) -> bytes:
        with metrics.stage("download"):
            return self._source.picture(public_id, url)

    def _refuse(
        self,
        asset: Asset,
        campaign: Campaign,
        held: Mapping[str, object],
        archives: Mapping[str, Tags],
        error: PictureError,
    ) -> Outcome:
        """A version is not a picture: an older version is no longer approved and goes; this one stays."""
        here = archives.get(campaign.name)
        stays = here is not None and here.version == asset.version
        removed = tuple(name for name in held if not (stays and name == campaign.name))
        what = f"{'what is held of this version stays' if stays else 'not stored'}: {error}"
        self._mirror.log(campaign.name, "ERROR", asset.public_id, what)
        self._mirror.remove(asset.public_id, removed)
        status: Status = "unchanged" if stays else "removed" if held else "ignored"
        return Outcome(asset.public_id, status, campaign.name, str(error))
