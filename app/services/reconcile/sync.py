"""Campaigns, each from the lists to the report."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.adapters.cloudinary import Cloudinary
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.config import Campaign, Campaigns
from app.core.errors import CloudinaryUnavailable, CollagenError, ExifToolFailed, SettingError, StoreUnavailable
from app.services.processor.decision import Outcome
from app.services.processor.processor import Processor
from app.services.reconcile import thumbnails
from app.services.reconcile.budget import Budget
from app.services.reconcile.lists import Lists
from app.services.reconcile.plan import Held, Plan, Work, from_cursor, too_many
from app.services.reconcile.report import Report
from app.services.reconcile.workers import IN_A_ROW, Failure, Workers

BATCH = 200  # archives whose tags are read in one run of exiftool
NOTE_EVERY = 10  # photos, between two notes of how far it is


@dataclass(frozen=True)
class Watch:
    """Who is told how it goes. `say`: one sentence; `progress`: so many photos of so many are done."""

    say: Callable[[str], None] = lambda text: None
    progress: Callable[[int, int], None] = lambda done, total: None


class Sync:
    """Syncs campaigns, one after another. `clock` gives the time for log lines."""

    def __init__(
        self,
        cloudinary: Cloudinary,
        store: Store,
        exiftool: ExifTool,
        campaigns: Campaigns,
        watch: Watch,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._cloudinary = cloudinary
        self._store = store
        self._exiftool = exiftool
        self._campaigns = campaigns
        self._watch = watch
        self._clock = clock
        self._processor = Processor(cloudinary, store, exiftool, campaigns, clock)
        self._budget = Budget(cloudinary.quota, watch.say)
        self._swept = False
        self._lists = Lists(cloudinary, self._budget, (campaign.folder for campaign in campaigns.values()))

    def run(
        self,
        name: str,
        *,
        dry_run: bool = False,
        remake: bool = False,
        patience: float = 0,
        place: int | None = None,
        sure: bool = False,
    ) -> Report:
        """Brings every photo of a campaign to the truth; in a dry run only finds out what there is to do.

        What killed processes left in the store is removed, once. `remake`: first makes smaller pictures anew from the
        archives. `patience`: seconds to wait while another one syncs the campaign; `place` as in `Syncs.turn`. `sure`:
        also removes suspiciously many photos; without it, they are kept, and stand in the report. What fails for one
        photo stands in the report and in the campaign's log. Raises SettingError where any photo should go, and the
        last sync followed other rules; SyncInProgress; StoreUnavailable, CloudinaryUnavailable or ExifToolFailed where
        nothing more can be done: the next sync then goes on where this one stopped.
        """
        report = Report(name, dry_run)
        self._store.root.require()
        with contextlib.nullcontext() if dry_run else self._store.syncs.turn(name, patience, place):
            if not dry_run and not self._swept:
                self._store.sweep()
                self._swept = True
            if remake:
                self._remake(report)
            plan = self._plan(self._campaigns[name])
            report.agreed, report.no_images = plan.agreed, plan.no_images
            order = list(from_cursor(plan.work(), self._store.syncs.cursor(name)))
            if order:
                self._watch.say(f"{name}: {plan.agreed} photos agree with the lists, {len(order)} are asked about")
            if not (sure or dry_run):
                order = self._kept_safe(order, plan, report)
            self._bring_to_the_truth(order, report)
            if dry_run:
                if too_many(len(report.removed), plan.held):
                    report.doubt = self._doubt(plan, len(report.removed), name)
            else:
                if not report.withheld:
                    self._store.syncs.keep_rules(name, self._rules(self._campaigns[name]))
                self._store.syncs.end(name, self._clock())
        return report

    def _kept_safe(self, order: list[Work], plan: Plan, report: Report) -> list[Work]:
        """`order` without the photos that a list lacks, where they should go and are suspiciously many.

        Raises SettingError where any should go, and the last sync followed other rules.
        """
        leaving = [one for one in order if one.suspicion == "unlisted"]
        other = self._other_rules(self._campaigns[report.campaign])
        if not too_many(len(leaving), plan.held) and not (other and leaving):
            return order
        foreseen = Report(report.campaign, dry_run=True)
        self._bring_to_the_truth(leaving, foreseen)
        going = foreseen.removed
        doubt = self._doubt(plan, len(going), report.campaign)
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

    def _doubt(self, plan: Plan, going: int, campaign: str) -> str:
        folder = self._campaigns[campaign].folder
        if plan.listed:
            why = "Cloudinary says that they are not approved there any more"
        else:
            why = f"Cloudinary has no photo in the folder {folder!r}: is its name spelt right in campaigns.toml?"
        return f"{going} of the {plan.held} photos of {campaign} would go at once. {why}"

    def _rules(self, campaign: Campaign) -> dict[str, str]:
        """What decides where the campaign's photos come from."""
        return {"cloud": self._cloudinary.cloud_name, "folder": campaign.folder}

    def _other_rules(self, campaign: Campaign) -> str:
        """A sentence where the last sync of the campaign, on whatever host, followed other rules; else ""."""
        before, now = self._store.syncs.rules(campaign.name), self._rules(campaign)
        for key, what in (("cloud", "Cloudinary account"), ("folder", "folder")):
            if before.get(key, now[key]) != now[key]:
                return (
                    f"The last sync had the {what} {before[key]!r}, this one has {now[key]!r}:"
                    " a mistake here, or another service that uses the same store."
                )
        return ""

    def _plan(self, campaign: Campaign) -> Plan:
        # held before listed: what arrives in between is asked about, and found to be right
        pairs = self._store.photos.pairs(campaign.name)
        tags = self._tags(campaign.name, (public_id for public_id, pair in pairs.items() if all(pair)))
        held = {public_id: Held(all(pair), tags.get(public_id)) for public_id, pair in pairs.items()}
        plan = Plan(campaign, held)
        plan.compare(self._lists.of_folder(campaign.folder))
        plan.add(self._lists.approved_in(campaign.folder))
        return plan

    def _tags(self, campaign: str, public_ids: Iterable[str]) -> dict[str, Tags]:
        """The tags of archives. Left out is one that names another photo, or does not fit its intermediate."""
        paths = {self._store.photos.archive_path(campaign, public_id): public_id for public_id in public_ids}
        every, tags = list(paths), {}
        for start in range(0, len(every), BATCH):
            for path, found in self._read(every[start : start + BATCH]).items():
                fits = self._store.photos.fits(campaign, paths[path], found.mark)
                if fits and found.public_id == paths[path]:
                    tags[paths[path]] = found
        return tags

    def _read(self, paths: list[Path]) -> dict[Path, Tags]:
        try:
            return self._exiftool.read(paths)
        except ExifToolFailed:
            if len(paths) == 1:
                return {}
            half = len(paths) // 2  # so that one file on which it hangs is found out
            return self._read(paths[:half]) | self._read(paths[half:])

    def _remake(self, report: Report) -> None:
        for public_id, error in thumbnails.remake(
            self._store, self._exiftool, report.campaign, self._watch.progress, dry_run=report.dry_run
        ):
            if error is None:
                report.remade.append(public_id)
            else:
                self._unreachable(report, public_id, f"its smaller pictures cannot be remade: {error}")

    def _bring_to_the_truth(self, order: list[Work], report: Report) -> None:
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
                    self._take_in(report, one, result)
                done.append(one)
                self._watch.progress(len(done), len(order))
                if len(done) % NOTE_EVERY == 0:
                    note()
            # what another try may mend gets one, after all others have had theirs
            for one, result in workers.work_off(again):
                self._take_in(report, one, result)

    def _take_in(self, report: Report, one: Work, result: Outcome | Failure) -> None:
        if isinstance(result, Failure):
            report.failed(one.hint.public_id, one.suspicion)
            self._unreachable(report, one.hint.public_id, result.reason)
        else:
            report.found(one.hint.public_id, one.suspicion, result)

    def _unreachable(self, report: Report, public_id: str, reason: str) -> None:
        report.unreachable[public_id] = reason
        if not report.dry_run:
            self._store.logs.event(report.campaign, self._clock(), "ERROR", public_id, f"sync: {reason}")

    def _probe(self, error: CollagenError, in_a_row: int) -> None:
        """Raises where it is not one photo that fails but everything."""
        if isinstance(error, StoreUnavailable):
            self._store.root.require()
        if in_a_row % IN_A_ROW == 0:
            if isinstance(error, StoreUnavailable):
                self._store.root.check()
            elif isinstance(error, CloudinaryUnavailable):
                self._budget.spend(self._cloudinary.ping)
            elif isinstance(error, ExifToolFailed):
                self._exiftool.check()
