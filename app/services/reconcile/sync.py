"""Syncs campaigns, each from the lists to the report."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import Campaign, Campaigns
from app.core.errors import CollagenError, ExifToolFailed, SettingError, SourceUnavailable, StoreUnavailable
from app.core.sources import Source
from app.services.processor.decision import Outcome
from app.services.processor.followers import Follower
from app.services.processor.processor import Processor
from app.services.reconcile import thumbnails
from app.services.reconcile.budget import Budget
from app.services.reconcile.held import held_photos
from app.services.reconcile.lists import Lists
from app.services.reconcile.plan import SyncPlan, Work, from_cursor
from app.services.reconcile.report import SyncReport
from app.services.reconcile.safeguard import Safeguard, too_many
from app.services.reconcile.workers import IN_A_ROW, Failure, Workers

NOTE_EVERY = 10  # photos, between two notes of the progress


@dataclass(frozen=True)
class Watch:
    """Reports how a sync goes. `say`: one sentence; `progress`: photos done, and their total."""

    say: Callable[[str], None] = lambda text: None
    progress: Callable[[int, int], None] = lambda done, total: None


class Sync:
    """Syncs campaigns of one source, one after another. `clock`: the time for log lines.

    `followers` as in `Processor`.
    """

    def __init__(
        self,
        source: Source,
        store: Store,
        exiftool: ExifTool,
        campaigns: Campaigns,
        watch: Watch,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        followers: Sequence[Follower] = (),
    ) -> None:
        self._source = source
        self._store = store
        self._exiftool = exiftool
        self._campaigns = campaigns
        self._watch = watch
        self._clock = clock
        self._processor = Processor(source, store, exiftool, campaigns, clock, followers)
        self._budget = Budget(source.quota, watch.say)
        self._swept = False
        self._lists = Lists(source, self._budget, (campaign.folder for campaign in campaigns.values()))

    def run(
        self,
        name: str,
        *,
        dry_run: bool = False,
        remake: bool = False,
        patience: float = 0,
        place: int | None = None,
        sure: bool = False,
    ) -> SyncReport:
        """Brings every photo of a campaign up to date; a dry run only finds out what there is to do.

        Removes, once, what killed processes left in the store. `remake`: first remake smaller pictures from the
        archives. `patience`: seconds to wait while another process syncs the campaign. `place` as in `Syncs.turn`.
        `sure`: also remove suspiciously many photos; otherwise they are kept and reported. The failure of a single
        photo goes into the report and the campaign's log. Raises SettingError if photos would go and the last sync
        followed other rules; SyncInProgress; StoreUnavailable, SourceUnavailable or ExifToolFailed if nothing more
        can be done: the next sync then continues where this one stopped.
        """
        report = SyncReport(name, dry_run)
        safeguard = Safeguard(self._store, self._source.account, self._campaigns[name])
        self._store.root.require()
        with contextlib.nullcontext() if dry_run else self._store.syncs.turn(name, patience, place):
            if not dry_run and not self._swept:
                self._store.sweep()
                self._swept = True
            if remake:
                self._remake(report)
            plan = self._plan(self._campaigns[name])
            report.agreed, report.no_images, report.notes = plan.agreed, plan.no_images, plan.notes
            order = list(from_cursor(plan.work(), self._store.syncs.cursor(name)))
            if order:
                self._watch.say(f"{name}: {plan.agreed} photos agree with the lists, {len(order)} are looked up")
            if not (sure or dry_run):
                order = self._kept_safe(order, plan, report, safeguard)
            self._process_all(order, report)
            if dry_run:
                if too_many(len(report.removed), plan.held):
                    report.doubt = safeguard.doubt(len(report.removed), plan.held, listed=plan.listed)
            else:
                if not report.withheld:
                    safeguard.keep_rules()
                self._remove_orphans(name)
                self._store.syncs.end(name, self._clock())
        return report

    def _remove_orphans(self, campaign: str) -> None:
        """Removes looks of photos that are gone: an older release or a person may have removed only the photo."""
        here = self._store.photos.public_ids(campaign)
        for look in self._store.looks.names(campaign):
            for public_id in self._store.looks.orphans(campaign, look, here):
                with self._store.photos.lock(public_id):
                    if not self._store.photos.has(campaign, public_id):  # a listing that lacks one is no proof
                        self._store.looks.discard(campaign, look, public_id)
                        self._store.logs.event(campaign, self._clock(), "DELETED", public_id, f"look {look}")

    def _kept_safe(self, order: list[Work], plan: SyncPlan, report: SyncReport, safeguard: Safeguard) -> list[Work]:
        """`order` without the unlisted photos, if suspiciously many of them would go.

        Raises SettingError if any would go and the last sync followed other rules.
        """
        leaving = [one for one in order if one.suspicion == "unlisted"]
        other = safeguard.other_rules()
        if not too_many(len(leaving), plan.held) and not (other and leaving):
            return order
        foreseen = SyncReport(report.campaign, dry_run=True)
        self._process_all(leaving, foreseen)
        going = foreseen.removed
        doubt = safeguard.doubt(len(going), plan.held, listed=plan.listed)
        if other and going:
            raise SettingError(f"{doubt}. {other} If it is right, run python -m app sync {report.campaign} --yes")
        kept = set(foreseen.unreachable)
        for public_id, reason in foreseen.unreachable.items():
            report.failed(public_id, "unlisted")
            self._unreachable(report, public_id, reason)
        if too_many(len(going), plan.held):
            report.withhold(going, doubt)
            kept |= going
        return [one for one in order if one.hint.public_id not in kept]

    def _plan(self, campaign: Campaign) -> SyncPlan:
        # held before listed: a photo that arrives in between is looked up and found to be right
        plan = SyncPlan(campaign, held_photos(self._store, self._exiftool, campaign.name))
        plan.compare(self._lists.of_folder(campaign.folder, plan.notes))
        plan.add(self._lists.approved_in(campaign.folder))
        return plan

    def _remake(self, report: SyncReport) -> None:
        for public_id, error in thumbnails.remake(
            self._store, self._exiftool, report.campaign, self._watch.progress, dry_run=report.dry_run
        ):
            if error is None:
                report.remade.append(public_id)
            else:
                self._unreachable(report, public_id, f"its smaller pictures cannot be remade: {error}")

    def _process_all(self, order: list[Work], report: SyncReport) -> None:
        done: list[Work] = []

        def note() -> None:
            if done and not report.dry_run:
                self._store.syncs.keep_cursor(report.campaign, done[-1].hint.public_id)

        def act(one: Work) -> Outcome:
            if report.dry_run:
                return self._processor.foresee(one.hint)
            return self._processor.process(one.hint)

        again = []
        with Workers(self._budget, act, self._probe, note) as workers:
            for one, result in workers.work_off(order):
                if isinstance(result, Failure) and result.retryable:
                    again.append(one)
                else:
                    self._record(report, one, result)
                done.append(one)
                self._watch.progress(len(done), len(order))
                if len(done) % NOTE_EVERY == 0:
                    note()
            # a retry for what it may fix, after all others
            for one, result in workers.work_off(again):
                self._record(report, one, result)

    def _record(self, report: SyncReport, one: Work, result: Outcome | Failure) -> None:
        if isinstance(result, Failure):
            report.failed(one.hint.public_id, one.suspicion)
            self._unreachable(report, one.hint.public_id, result.reason)
        else:
            report.found(one.hint.public_id, one.suspicion, result)

    def _unreachable(self, report: SyncReport, public_id: str, reason: str) -> None:
        report.unreachable[public_id] = reason
        if not report.dry_run:
            self._store.logs.event(report.campaign, self._clock(), "ERROR", public_id, f"sync: {reason}")

    def _probe(self, error: CollagenError, in_a_row: int) -> None:
        """Raises if everything fails, not just one photo."""
        if isinstance(error, StoreUnavailable):
            self._store.root.require()
        if in_a_row % IN_A_ROW == 0:
            if isinstance(error, StoreUnavailable):
                self._store.root.check()
            elif isinstance(error, SourceUnavailable):
                self._budget.spend(self._source.ping)
            elif isinstance(error, ExifToolFailed):
                self._exiftool.check()
