"""The steps of moving in, campaign by campaign. Each can be repeated: what is there already stays as it is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from app.adapters import imaging
from app.adapters.cloudinary import Cloudinary
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.imaging.jpeg.structure import structure
from app.adapters.prototype import OldPhoto, OldStore
from app.adapters.store import Store
from app.adapters.store.names import file_name
from app.adapters.store.state import events
from app.core.addresses import normalise
from app.core.config import Campaign, Campaigns
from app.core.errors import BadPublicId, CollagenError, PictureError, StoreUnavailable
from app.core.sources import Asset, pages
from app.services.moving.matching import Matching
from app.services.moving.report import MovingReport
from app.services.notify.recipients import is_test_address
from app.services.processor.decision import decide
from app.services.processor.mirror import Mirror
from app.services.processor.state import StateReader
from app.services.reconcile.budget import Budget
from app.services.reconcile.lists import Lists


class Moving:
    """Takes campaigns over into a store. `say`: one sentence; `progress`: archives done, and their total."""

    def __init__(
        self,
        cloudinary: Cloudinary,
        store: Store,
        exiftool: ExifTool,
        campaigns: Campaigns,
        say: Callable[[str], None] = lambda text: None,
        progress: Callable[[int, int], None] = lambda done, total: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._cloudinary = cloudinary
        self._store = store
        self._campaigns = campaigns
        self._progress = progress
        self._clock = clock
        self._budget = Budget(cloudinary.quota, say)
        self._lists = Lists(cloudinary, self._budget, (campaign.folder for campaign in campaigns.values()))
        self._state = StateReader(cloudinary, store, exiftool, campaigns)
        self._mirror = Mirror(store, exiftool, campaigns, clock)

    def close(self) -> None:
        """Ends the processes that were started."""
        self._mirror.close()

    def run(
        self, old: OldStore, name: str, mailed: Sequence[str] | None = None, *, dry_run: bool = False
    ) -> MovingReport:
        """Takes over one campaign. `mailed`: addresses of people who count as told about an earlier collage.

        Raises SettingError for an unreadable tree, NotifyInProgress, CloudinaryUnavailable, StoreUnavailable.
        """
        self._store.root.require()
        rules, report = self._campaigns[name], MovingReport(name, dry_run)
        if mailed is not None:
            report.mailed = self._record_mailed(rules, mailed, dry_run=dry_run)
        lines = list(self._lines(old.log(name)))
        report.lines = len(lines) if dry_run else self._store.logs.adopt(name, lines)
        matching = Matching(self._assets(rules))
        photos, whole = old.photos(name), set[str]()
        for done, photo in enumerate(photos, 1):
            public_id = self._photo(photo, rules, matching, report)
            whole |= {public_id} if public_id is not None else set()
            self._progress(done, len(photos))
        report.fetches = sum(
            asset.public_id not in whole and not self._holds(asset, rules) for asset in matching.approved
        )
        return report

    def _assets(self, campaign: Campaign) -> Iterator[Asset]:
        """The campaign's assets in any state; the folder's list leaves out the rejected ones."""
        yield from (asset for asset in self._lists.of_folder(campaign.folder, {}) if asset.folder == campaign.folder)
        yield from self._lists.approved_in(campaign.folder)
        for page in pages(lambda cursor: self._budget.spend(partial(self._cloudinary.moderated, "rejected", cursor))):
            yield from (row.asset for row in page.rows if row.asset.folder == campaign.folder)

    def _photo(self, photo: OldPhoto, campaign: Campaign, matching: Matching, report: MovingReport) -> str | None:
        """Takes over one archive if it may be; returns its public ID if it is whole in our store then."""
        verdict, found = matching.judge(photo.name, photo.written_at)
        if verdict == "ambiguous":
            report.ambiguous[photo.name] = sorted(asset.public_id for asset in found)
        elif verdict == "take":
            return self._take(photo, found[0], campaign, report)
        else:
            {"unknown": report.unknown, "gone": report.gone, "older": report.older}[verdict].append(photo.name)
        return None

    def _take(self, photo: OldPhoto, asset: Asset, campaign: Campaign, report: MovingReport) -> str | None:
        try:
            file_name(asset.public_id)
            if self._holds(asset, campaign):
                report.there.append(photo.name)
            else:
                picture = _archive(photo)
                if not report.dry_run:
                    with self._store.photos.lock(asset.public_id):
                        if not self._holds(asset, campaign):
                            self._mirror.put(asset, campaign, picture, None)
                report.taken.append(photo.name)
        except (PictureError, BadPublicId) as error:
            report.unfit[photo.name] = str(error).rstrip(".")
        except StoreUnavailable:
            raise
        except CollagenError as error:
            report.failed[photo.name] = str(error).rstrip(".")
        else:
            return asset.public_id
        return None

    def _holds(self, asset: Asset, campaign: Campaign) -> bool:
        """Whether our store has nothing to gain: it holds this version whole, or has learnt of a newer one."""
        held, _ = self._state.held(asset.public_id)
        decision = decide(asset, campaign, held)
        return not decision.store or decision.source is not None or any(_newer(tags, asset) for tags in held.values())

    def _lines(self, lines: Iterable[str]) -> Iterator[str]:
        """The old log's lines about photos, in our form, without addresses and without anyone forgotten since."""
        for event in map(events.of_prototype, lines):
            if event is not None and event.word in ("SYNCED", "DELETED") and not self._store.erasures.has(event.rest):
                yield event.line

    def _record_mailed(self, campaign: Campaign, addresses: Sequence[str], *, dry_run: bool) -> int:
        """Records who was mailed, under the addresses that this campaign would write to."""
        form = campaign.test_address
        meant = [
            one if form is None or is_test_address(one, form) else normalise(campaign.address(one)) for one in addresses
        ]
        known = [one for one in meant if one is not None]
        if dry_run:
            before = self._store.mailed.before(campaign.name)
            return len({one.casefold() for one in known if not before.has(one)})
        with self._store.sends.turn(campaign.name):  # nobody is being mailed at the moment
            return self._store.mailed.add(campaign.name, self._clock(), known)


def _newer(tags: Tags | None, asset: Asset) -> bool:
    return tags is not None and tags.version is not None and tags.version > asset.version


def _archive(photo: OldPhoto) -> bytes:
    """The archive's picture. Raises PictureError unless it is upright and of the size of ours.

    Otherwise Cloudinary's is the better one. Read by our own parser: the picture was a stranger's.
    """
    try:
        picture = photo.read()
    except OSError as error:
        raise PictureError(f"it cannot be read: {error.strerror or error}") from error
    found = structure(picture)
    if (found.width, found.height) != imaging.ARCHIVE or found.orientation != 1:
        raise PictureError(
            f"it has {found.width}×{found.height} pixels, not {'×'.join(map(str, imaging.ARCHIVE))} upright"
        )
    return picture
