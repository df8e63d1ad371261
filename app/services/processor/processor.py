"""One photo: make the store agree with what Cloudinary says now.

A notification is only a hint. Duplicates, late and reordered deliveries, retries and replays all end in the same place,
because what is done depends on Cloudinary's state and on the store's, fetched while the photo's lock is held. Of many
that wait for that lock, few ask Cloudinary (see `asked`).
"""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from app.adapters.cloudinary import Asset, Cloudinary, Hint
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store, scratch
from app.adapters.store.names import file_name
from app.core import limits, metrics
from app.core.config import Campaign, Campaigns
from app.core.errors import CollagenError, NotFound, PictureError
from app.services.processor.coalescing import read as read_asked
from app.services.processor.decision import Decision, Outcome, Status, decide
from app.services.processor.keeper import Keeper


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
        self._keeper = Keeper(store, exiftool, clock)
        self._downloads = ThreadPoolExecutor(2 * limits.PICTURES, thread_name_prefix="download")
        self._room = threading.BoundedSemaphore(limits.PICTURES)
        scratch.sweep()  # faces and addresses that killed processes left on the local disk

    def process(self, hint: Hint) -> Outcome:
        """Makes the store agree with Cloudinary about one photo, whatever the hint says.

        A picture that cannot be stored is an Outcome with an error: another try would fail too. Raises BadPublicId,
        CloudinaryUnavailable, StoreUnavailable, ExifToolFailed, DecoderFailed or PhotoBusy; the store then is as it
        was, or right.
        """
        arrived = time.monotonic()
        file_name(hint.public_id)  # before anything is asked or locked
        if hint.kind != "image":
            return self._no_image(hint)
        with contextlib.ExitStack() as turn:
            with metrics.stage("lock"):
                lock = turn.enter_context(self._store.photos.lock(hint.public_id))
            held, archives = self._held(hint.public_id)
            if not held and not self._may_bring(hint):
                return self._nothing(hint)
            if hint.signed is None:
                return self._settle(hint, held, archives)
            asked = read_asked(lock.noted())
            if asked.covers(hint.public_id, hint.signed):
                return Outcome(hint.public_id, "unchanged", next(iter(held), None))
            time.sleep(max(0.0, arrived + asked.pause(hint.public_id, hint.signed) - time.monotonic()))
            when = hint.signed + time.monotonic() - arrived
            outcome = self._settle(hint, held, archives)
            if outcome.status != "ignored":  # a campaign that is new may want what no other did
                lock.note(asked.at(hint.public_id, when).written())
            return outcome

    def _settle(self, hint: Hint, held: Mapping[str, Tags | None], archives: Mapping[str, Tags]) -> Outcome:
        """Asks Cloudinary, and makes the store agree. Whoever calls this has the photo's lock."""
        expected = hint.version is not None and any(tags and tags.version == hint.version for tags in held.values())
        with contextlib.ExitStack() as room:
            early = None
            if not expected and hint.picture_url is not None and self._has_room(room, wait=False):
                early = self._fetch(hint.public_id, hint.picture_url)
            with metrics.stage("state"):
                asset = self._state(hint, archives)
            campaign = self._campaigns.of_folder(asset.folder) if asset else None
            decision = decide(asset, campaign, held)
            if asset is not None and decision.keep is not None and decision.store:
                try:
                    source = decision.source
                    if source is None or not self._keeper.take_over(asset, decision.keep, source, archives[source]):
                        if early is None:
                            self._has_room(room, wait=True)
                        if early is None or hint.version != asset.version:
                            early = self._fetch(asset.public_id, asset.url)
                        self._keeper.put(asset, decision.keep, early.result(), _place(asset, archives))
                except PictureError as error:
                    return self._refuse(asset, decision.keep, held, archives, error)
                except CollagenError as error:
                    self._keeper.log(decision.keep.name, "ERROR", asset.public_id, f"will be tried again: {error}")
                    raise
            self._keeper.remove(hint.public_id, decision.remove_from)
            return self._outcome(hint.public_id, asset, campaign, decision)

    def _has_room(self, room: contextlib.ExitStack, *, wait: bool) -> bool:
        """Takes the memory of one picture until `room` ends; says whether it has it."""
        if taken := self._room.acquire(blocking=wait):
            room.callback(self._room.release)
        return taken

    def check(self) -> None:
        """Raises DecoderFailed unless pictures can be decoded."""
        self._keeper.decoder.check()

    def foresee(self, hint: Hint) -> Outcome:
        """What `process` would do, as far as that can be told without the picture. Changes nothing.

        Raises what `process` raises.
        """
        file_name(hint.public_id)
        held, archives = self._held(hint.public_id)
        asset = self._state(hint, archives)
        campaign = self._campaigns.of_folder(asset.folder) if asset else None
        return self._outcome(hint.public_id, asset, campaign, decide(asset, campaign, held))

    def recut(self, campaign: str, public_id: str, version: int, place: float | None) -> None:
        """Cuts a photo anew from its original: at `place` (see `Cut`), by hand, or as when it arrived (None).

        Raises NotFound where this is not the version that is approved in the campaign now, PictureError, and what
        `process` raises; then the store is as it was.
        """
        with self._store.photos.lock(public_id):
            asset = self._approved(campaign, public_id, version)
            self._keeper.put(asset, self._campaigns[campaign], self._download(public_id, asset.url), place)

    def original(self, campaign: str, public_id: str, version: int) -> bytes:
        """A small JPEG of a photo as it was before it was cut. Raises as `recut` does."""
        asset = self._approved(campaign, public_id, version)
        return self._keeper.decoder.preview(self._download(public_id, asset.url))

    def _approved(self, campaign: str, public_id: str, version: int) -> Asset:
        file_name(public_id)
        asset = self._state(Hint(public_id), self._held(public_id)[1])
        rules = self._campaigns.of_folder(asset.folder) if asset else None
        if asset is None or not asset.approved or rules is None or rules.name != campaign or asset.version != version:
            raise NotFound(f"Version {version} of the photo {public_id} is not approved in {campaign} any more.")
        return asset

    def _may_bring(self, hint: Hint) -> bool:
        """Whether a photo that nobody holds may have to be stored."""
        return hint.brings and (hint.folder is None or self._campaigns.of_folder(hint.folder) is not None)

    def _nothing(self, hint: Hint) -> Outcome:
        """Of a photo that no campaign holds, and that a notification does not bring, nothing has to be asked."""
        campaign = self._campaigns.of_folder(hint.folder) if hint.folder is not None else None
        known = hint.folder is None or campaign is not None
        return Outcome(hint.public_id, "unchanged" if known else "ignored", campaign.name if campaign else None)

    def _no_image(self, hint: Hint) -> Outcome:
        """An approved video (or another file) in a campaign's folder cannot be stored, and is named once."""
        asset = self._cloudinary.state(hint.public_id, hint.type, hint.kind) if self._may_bring(hint) else None
        campaign = self._campaigns.of_folder(asset.folder) if asset and asset.approved else None
        if campaign is None:
            return Outcome(hint.public_id, "ignored")
        reason = f"it is approved, but no image (Cloudinary's resource type {hint.kind})"
        self._keeper.log(campaign.name, "ERROR", hint.public_id, f"not stored: {reason}")
        return Outcome(hint.public_id, "ignored", campaign.name, reason)

    def _state(self, hint: Hint, archives: Mapping[str, Tags]) -> Asset | None:
        """What is true of the photo in Cloudinary, whatever its type: that of what is held, or of the hint.

        Where there is a photo of each type under the same public ID, one that belongs in a campaign counts.
        """
        types = dict.fromkeys([*(tags.type for tags in archives.values()), hint.type])
        found = [self._cloudinary.state(hint.public_id, type) for type in types]
        there = [asset for asset in found if asset is not None]
        return max(there, key=self._belongs, default=None)

    def _belongs(self, asset: Asset) -> bool:
        return asset.approved and self._campaigns.of_folder(asset.folder) is not None

    def _held(self, public_id: str) -> tuple[dict[str, Tags | None], dict[str, Tags]]:
        """Where the store has files of the photo, with the archive's tags where both files are there and fit.

        And the tags of every archive of this photo, whatever else is wrong with it.
        """
        held: dict[str, Tags | None] = {}
        archives: dict[str, Tags] = {}
        photos = self._store.photos
        for campaign, both in photos.holders(public_id).items():
            path = photos.archive_path(campaign, public_id)
            tags = self._exiftool.read([path]).get(path)
            if tags is not None and tags.public_id == public_id:
                archives[campaign] = tags
                held[campaign] = tags if both and photos.fits(campaign, public_id, tags.mark) else None
            else:
                held[campaign] = None
        return held, archives

    def _fetch(self, public_id: str, url: str) -> Future[bytes]:
        return self._downloads.submit(self._download, public_id, url)

    def _download(self, public_id: str, url: str) -> bytes:
        with metrics.stage("download"):
            return self._cloudinary.picture(public_id, url)

    def _refuse(
        self,
        asset: Asset,
        campaign: Campaign,
        held: Mapping[str, object],
        archives: Mapping[str, Tags],
        error: PictureError,
    ) -> Outcome:
        """A version that is no picture. What is held of an older one is no longer approved; of this one, it stays."""
        here = archives.get(campaign.name)
        stays = here is not None and here.version == asset.version
        removed = tuple(name for name in held if not (stays and name == campaign.name))
        what = "what is held of this version stays" if stays else "not stored"
        self._keeper.log(campaign.name, "ERROR", asset.public_id, f"{what}: {error}")
        self._keeper.remove(asset.public_id, removed)
        status: Status = "unchanged" if stays else "removed" if held else "ignored"
        return Outcome(asset.public_id, status, campaign.name, str(error))

    @staticmethod
    def _outcome(public_id: str, asset: Asset | None, campaign: Campaign | None, decision: Decision) -> Outcome:
        if decision.keep is not None and decision.store:
            return Outcome(public_id, "stored", decision.keep.name)
        if decision.remove_from:
            return Outcome(public_id, "removed", campaign.name if campaign else decision.remove_from[0])
        if asset is not None and campaign is None:
            return Outcome(public_id, "ignored")
        return Outcome(public_id, "unchanged", campaign.name if campaign else None)


def _place(asset: Asset, archives: Mapping[str, Tags]) -> float | None:
    """Where this version was cut by hand, as any archive of it tells, whatever else is wrong with that one."""
    cuts = (tags.cut for tags in archives.values() if tags.version == asset.version)
    return next((cut.place for cut in cuts if cut and cut.why == "hand"), None)
