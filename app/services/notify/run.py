"""One run: who is to be told of a collage, and telling them.

Everything that can be wrong is looked at before the first mail leaves: settings, templates, the collage, the login.
"""

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from app.adapters.exiftool import ExifTool
from app.adapters.smtp import Connection
from app.adapters.store import Store
from app.core import limits
from app.core.addresses import normalise
from app.core.config import Campaign, Campaigns, MailServer, Settings
from app.core.errors import BadParameters, CollagenError, CollageUnsound, nameless
from app.services.check.collages import collage_findings
from app.services.collage.withdrawn import Withdrawn, require_nobody
from app.services.notify import message, sample
from app.services.notify.delivery import Courier, Delivery, Pace, envelope, is_withdrawn
from app.services.notify.history import history
from app.services.notify.letters import Letters
from app.services.notify.recipients import Selection, Wish, choose
from app.services.notify.report import Report

NOTE_EVERY = 0.25  # seconds

Show = Callable[[Report], None]


@dataclass(frozen=True)
class Plan:
    """What a run would do. `shown`: public ID and address of everyone in the collage, in the order of the grid."""

    campaign: Campaign
    collage: str
    wish: Wish
    shown: Sequence[tuple[str, str | None]]
    selection: Selection
    templates: message.Templates

    def as_json(self) -> dict[str, Any]:
        recipients = [{"address": one.address, "photo": one.public_id} for one in self.selection.recipients]
        return {
            "campaign": self.campaign.name,
            "collage": self.collage,
            "recipients": recipients,
            "skipped": self.selection.skipped,
        }


def require_sound(store: Store, campaign: str, collage: str) -> None:
    """Raises CollageUnsound where `check` finds anything in a finished collage, or it shows somebody who has withdrawn.

    Raises NotFound where there is none.
    """
    found = collage_findings(store, campaign, collage)
    if found:
        more = f" (and {len(found) - 1} more)" if found[1:] else ""
        raise CollageUnsound(
            f"The collage {collage} of {campaign} is not sound, so nobody is told of it: {found[0].path.name}"
            f" {found[0].problem}{more}; see: python -m app check {campaign}"
        )
    require_nobody(campaign, collage, Withdrawn(store).of(campaign, collage), "nobody is told of it")


class Notifier:
    """Plans and carries out runs.

    `sleep` may end early where `stopping` says so; `connect` makes what mails are handed to; `random` makes what tells
    message IDs apart; `pause`: seconds before the second try of what was refused for now.
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

    def plan(self, campaign: str, collage: str, wish: Wish) -> Plan:
        """Who would be told. Nothing is sent or written.

        Raises NotFound; SettingError for a missing mail server, sender, public address or secret key, and for templates
        that cannot be used; CollageUnsound; BadParameters for a test to an address that is none, or that a campaign for
        trials does not write to; StoreUnavailable; ExifToolFailed.
        """
        self._campaigns.require(campaign)
        rules = self._campaigns[campaign]
        self._settings.required_mail()
        self._settings.required_public_url()
        self._settings.required_secret_keys()
        templates = message.load(rules, self._settings.campaigns_file.parent)
        require_sound(self._store, campaign, collage)
        shown = self._addresses(campaign, self._store.collages.manifest(campaign, collage).shown)
        plan = Plan(rules, collage, wish, shown, self._choose(rules, collage, wish, shown), templates)
        if wish.test is not None:
            test = normalise(wish.test)
            if test is None:
                raise BadParameters(f"{wish.test!r} is no address that mails can be sent to.")
            plan = replace(plan, wish=replace(wish, test=test))
            envelope(rules, self._test(plan, test), test)  # whether it may go there at all
        return plan

    def preview(self, plan: Plan) -> EmailMessage:
        """The mail as people get it, but addressed to ourselves: whoever looks at it leaves no trace of an open."""
        letters = self._letters(plan)
        return sample.write(letters, plan.wish.test or letters.sender)

    def sample(self, campaign: str, collage: str) -> EmailMessage:
        """The same without a plan, for which every archive would have to be read. Raises what `plan` raises."""
        self._campaigns.require(campaign)
        rules = self._campaigns[campaign]
        templates = message.load(rules, self._settings.campaigns_file.parent)
        shown = [(public_id, None) for public_id in self._store.collages.manifest(campaign, collage).shown]
        return self.preview(Plan(rules, collage, Wish(), shown, Selection(), templates))

    def send(self, plan: Plan, show: Show = lambda report: None, *, lock: int | None = None) -> Report:
        """Sends the mails of a plan, but to whoever was told or unsubscribed since it was made.

        `lock`: the descriptor that holds the campaign's turn to send, where the caller has taken it. Raises
        NotifyInProgress, SettingError and MailUnavailable before anything is sent; later trouble with the mail server
        is in the report. StoreUnavailable or PhotoBusy where nothing can be written down.
        """
        server, _ = self._settings.required_mail()
        if plan.wish.test is not None:
            mail = self._test(plan, plan.wish.test)
            with self._connect(server) as courier:
                return sample.send(self._letters(plan), mail, plan.wish.test, courier)
        name = plan.campaign.name
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, self._store.sends.begin(name) if lock is None else lock)
            # only now nobody else sends
            selection = self._choose(plan.campaign, plan.collage, plan.wish, plan.shown)
            report = Report(len(selection.recipients), skipped=selection.skipped)
            report.left = [recipient.address for recipient in selection.recipients]
            try:
                self._note(plan, report, "sending")
                if selection.recipients:
                    pace = Pace(self._clock, self._sleep, self._stopping, plan.wish.rate, self._pause)
                    noted = self._noting(plan, show)
                    with self._connect(server) as courier:
                        Delivery(self._store, courier, self._letters(plan), pace, report, noted).run(
                            selection.recipients
                        )
            except BaseException as error:
                said = error.public if isinstance(error, CollagenError) else f"It ended early ({type(error).__name__})."
                with contextlib.suppress(CollagenError):
                    self._note(plan, report, "failed", said)
                raise
            self._note(plan, report, "failed" if report.stopped else "done", report.stopped)
        return report

    def _addresses(self, campaign: str, public_ids: Sequence[str]) -> list[tuple[str, str | None]]:
        paths = [self._store.photos.archive_path(campaign, public_id) for public_id in public_ids]
        tags = self._exiftool.read(paths)
        emails = [tags[path].email if path in tags else None for path in paths]
        return list(zip(public_ids, emails, strict=True))

    def _choose(
        self, campaign: Campaign, collage: str, wish: Wish, shown: Sequence[tuple[str, str | None]]
    ) -> Selection:
        told = history(self._store.sends.read_whole(campaign.name))
        withdrawn = is_withdrawn(self._store, campaign.name)
        return choose(shown, told, withdrawn, wish, collage=collage, test_address=campaign.test_address)

    def _letters(self, plan: Plan) -> Letters:
        return Letters(
            self._settings,
            plan.campaign,
            plan.collage,
            len(plan.shown),
            plan.templates,
            clock=self._clock,
            random=self._random,
        )

    def _test(self, plan: Plan, address: str) -> EmailMessage:
        return sample.write(self._letters(plan), address, plan.shown)

    def _noting(self, plan: Plan, show: Show) -> Show:
        """`show`, which also notes for others how far the run is."""
        last = time.monotonic()

        def noting(report: Report) -> None:
            nonlocal last
            show(report)
            if time.monotonic() - last > NOTE_EVERY:
                last = time.monotonic()
                self._note(plan, report, "sending")

        return noting

    def _note(self, plan: Plan, report: Report, state: str, error: str | None = None) -> None:
        note = {
            "collage": plan.collage,
            "state": state,
            "progress": round(report.done / max(report.total, 1), 3),
            "sent": len(report.sent),
            "failed": len(report.failed),
            "uncertain": len(report.all_uncertain),
            "total": report.total,
        }
        self._store.sends.note(plan.campaign.name, note | ({"error": nameless(error)} if error else {}))
