"""One run: choose whom to tell about a collage, and send the mails.

Settings, templates, the collage and the login are all checked before the first mail leaves.
"""

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

from app.adapters.exiftool import ExifTool
from app.adapters.smtp import Connection
from app.adapters.store import Store
from app.core import limits
from app.core.addresses import normalise
from app.core.config import Campaign, Campaigns, MailServer, Settings
from app.core.errors import BadParameters, CollagenError
from app.services.notify import message, sample
from app.services.notify.delivery import Courier, Delivery, Pace, is_withdrawn
from app.services.notify.history import history
from app.services.notify.letters import Letters, envelope
from app.services.notify.plan import MailPlan, require_sound
from app.services.notify.progress import Progress, Show
from app.services.notify.recipients import Options, Selection, choose
from app.services.notify.report import MailReport


class Notifier:
    """Plans and carries out runs.

    `sleep` may end early once `stopping` returns True; `connect` opens the connection to the mail server; `random`
    makes message IDs unique; `pause`: seconds before a temporarily refused mail is tried again.
    """

    def __init__(
        self,
        settings: Settings,
        campaigns: Campaigns,
        store: Store,
        exiftool: ExifTool,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], object] = time.sleep,
        *,
        stopping: Callable[[], bool] = lambda: False,
        connect: Callable[[MailServer], AbstractContextManager[Courier]] = Connection,
        random: Callable[[], str] = lambda: secrets.token_hex(8),
        pause: float = limits.SMTP_RETRY_SECONDS,
    ) -> None:
        self._settings = settings
        self._campaigns = campaigns
        self._store = store
        self._exiftool = exiftool
        self._clock = clock
        self._sleep = sleep
        self._stopping = stopping
        self._connect = connect
        self._random = random
        self._pause = pause

    def plan(self, campaign: str, collage: str, options: Options) -> MailPlan:
        """Who would be told. Sends and writes nothing.

        Raises NotFound; SettingError for a missing mail server, sender, public address or secret key, and for unusable
        templates; CollageUnsound; BadParameters for a test address that is invalid or that a trial campaign may not
        write to; StoreUnavailable; ExifToolFailed.
        """
        self._campaigns.require(campaign)
        rules = self._campaigns[campaign]
        self._settings.required_mail()
        self._settings.required_public_url()
        self._settings.required_secret_keys()
        templates = message.load(rules, self._settings.campaigns_file.parent)
        require_sound(self._store, campaign, collage)
        shown, anonymous = self._addresses(campaign, self._store.collages.manifest(campaign, collage).shown)
        chosen = self._choose(rules, collage, options, shown)
        plan = MailPlan(rules, collage, options, shown, chosen, templates, anonymous)
        if options.test is not None:
            test = normalise(options.test)
            if test is None:
                raise BadParameters(f"{options.test!r} is not an address that mails can be sent to.")
            plan = replace(plan, options=replace(options, test=test))
            envelope(rules, self._test(plan, test), test)  # raises if it must not go there
        return plan

    def preview(self, plan: MailPlan) -> EmailMessage:
        """The mail as people get it, but addressed to ourselves: looking at it records no open."""
        letters = self._letters(plan)
        return sample.write(letters, plan.options.test or letters.sender)

    def sample(self, campaign: str, collage: str) -> EmailMessage:
        """A preview without a plan, which would have to read every archive. Raises what `plan` raises."""
        self._campaigns.require(campaign)
        rules = self._campaigns[campaign]
        templates = message.load(rules, self._settings.campaigns_file.parent)
        shown = [(public_id, None) for public_id in self._store.collages.manifest(campaign, collage).shown]
        return self.preview(MailPlan(rules, collage, Options(), shown, Selection(), templates))

    def send(self, plan: MailPlan, show: Show = lambda report: None, *, lock: int | None = None) -> MailReport:
        """Sends the mails of a plan, except to those who were told or have unsubscribed since it was made.

        `lock`: the descriptor of the campaign's send lock, if the caller holds it. Raises NotifyInProgress,
        SettingError and MailUnavailable before anything is sent; later trouble with the mail server is in the report.
        Raises StoreUnavailable or PhotoBusy if nothing can be recorded.
        """
        server, _ = self._settings.required_mail()
        if plan.options.test is not None:
            mail = self._test(plan, plan.options.test)
            with self._connect(server) as courier:
                return sample.send(self._letters(plan), mail, plan.options.test, courier)
        name = plan.campaign.name
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, self._store.sends.begin(name) if lock is None else lock)
            # chosen again: only now is it certain that nobody else sends
            selection = self._choose(plan.campaign, plan.collage, plan.options, plan.shown)
            report = MailReport(len(selection.recipients), skipped=selection.skipped)
            report.left = [recipient.address for recipient in selection.recipients]
            progress = Progress(self._store, name, plan.collage, show)
            try:
                progress.note(report, "sending")
                if selection.recipients:
                    pace = Pace(self._clock, self._sleep, self._stopping, plan.options.rate, self._pause)
                    with self._connect(server) as courier:
                        delivery = Delivery(self._store, courier, self._letters(plan), pace, report, progress)
                        delivery.run(selection.recipients)
            except BaseException as error:
                why = error.public if isinstance(error, CollagenError) else f"It ended early ({type(error).__name__})."
                with contextlib.suppress(CollagenError):
                    progress.note(report, "failed", why)
                raise
            progress.note(report, "failed" if report.stopped else "done", report.stopped)
        return report

    def _addresses(
        self, campaign: str, public_ids: Sequence[str]
    ) -> tuple[list[tuple[str, str | None]], frozenset[str]]:
        """Public ID and address of each, and those whose opens may not be recorded by person."""
        paths = [self._store.photos.archive_path(campaign, public_id) for public_id in public_ids]
        tags = self._exiftool.read(paths)
        emails = [tags[path].email if path in tags else None for path in paths]
        anonymous = [
            one for one, path in zip(public_ids, paths, strict=True) if path in tags and not tags[path].tracking
        ]
        return list(zip(public_ids, emails, strict=True)), frozenset(anonymous)

    def _choose(
        self, campaign: Campaign, collage: str, options: Options, shown: Sequence[tuple[str, str | None]]
    ) -> Selection:
        earlier = history(self._store.sends.read_whole(campaign.name))
        withdrawn = is_withdrawn(self._store, campaign.name)
        before, form = self._store.mailed.before(campaign.name), campaign.test_address
        return choose(shown, earlier, withdrawn, options, collage=collage, test_address=form, mailed=before.has)

    def _letters(self, plan: MailPlan) -> Letters:
        return Letters(
            self._settings,
            plan.campaign,
            plan.collage,
            len(plan.shown),
            plan.templates,
            clock=self._clock,
            random=self._random,
            anonymous=plan.anonymous,
        )

    def _test(self, plan: MailPlan, address: str) -> EmailMessage:
        return sample.write(self._letters(plan), address, plan.shown)
