"""Hands over mails one by one and writes down what becomes of each: "intended" before it leaves, then how it ended.

So nobody is told twice, whenever the process dies, and nobody is forgotten silently.
"""

import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from app.adapters.smtp import Refused, Uncertain, serialised
from app.adapters.store import Store
from app.core import metrics
from app.core.addresses import as_sent
from app.core.config import Campaign
from app.core.errors import BadParameters, CollageUnsound, MailUnavailable, NotFound, SettingError
from app.services.collage.withdrawn import Withdrawn, require_nobody
from app.services.notify.letters import Letters
from app.services.notify.recipients import UNSUBSCRIBED, Recipient
from app.services.notify.report import Failure, Report

REMOVED = "photo removed"
# a server that breaks off after every mail would leave everyone uncertain
UNCERTAIN_IN_A_ROW = 3


class Courier(Protocol):
    """What takes a mail: `app.adapters.smtp.Connection`."""

    def send(self, data: bytes, sender: str, recipient: str) -> None: ...


@dataclass(frozen=True)
class Pace:
    """How a run keeps time. `rate`: mails a minute; `pause`: seconds before a second try."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], object]
    stopping: Callable[[], bool]
    rate: float | None
    pause: float


class Delivery:
    """One run over a list of recipients. `show` is called after each of them."""

    def __init__(
        self,
        store: Store,
        courier: Courier,
        letters: Letters,
        pace: Pace,
        report: Report,
        show: Callable[[Report], None],
    ) -> None:
        self._store = store
        self._courier = courier
        self._letters = letters
        self._pace = pace
        self._report = report
        self._show = show
        self._ids: dict[Recipient, str] = {}
        self._last: datetime | None = None
        self._broken = 0
        self._withdrawn = Withdrawn(store)

    def run(self, recipients: Iterable[Recipient]) -> None:
        """Sends everyone's mail; those whom the server refused for now have one more try after all others.

        What the server says ends up in the report. Raises StoreUnavailable or PhotoBusy where nothing can be written
        down; the mail that was on its way is uncertain then.
        """
        later = self._round(recipients)
        if later and not self._report.stopped:
            self._pace.sleep(self._pace.pause)
            self._round(later)

    def _round(self, recipients: Iterable[Recipient]) -> list[Recipient]:
        """One try for each; returns those for whom another may help."""
        later = []
        for recipient in recipients:
            self._keep_pace()
            if self._pace.stopping():
                self._report.stopped = "It was stopped."
            elif not self._report.stopped:
                self._report.stopped = self._unfit()
            if self._report.stopped:
                break
            reason = self._unwanted(recipient)
            if reason:
                self._settled(recipient)
                self._report.skipped.setdefault(reason, []).append(recipient.address)
            elif self._has_failed_for_now(recipient):
                later.append(recipient)
            self._show(self._report)
        return later

    def _has_failed_for_now(self, recipient: Recipient) -> bool:
        """Sends one mail; says whether the server refused it for now. Without a server it waits and tries once more."""
        try:
            try:
                return self._deliver(recipient)
            except MailUnavailable:
                self._pace.sleep(self._pace.pause)
                if self._pace.stopping() or self._unfit():
                    return True
                return self._deliver(recipient)
        except (MailUnavailable, SettingError) as error:
            self._report.stopped = str(error)
            return True

    def _deliver(self, recipient: Recipient) -> bool:
        message_id = self._ids.setdefault(recipient, self._letters.new_id(recipient))
        message = self._letters.write(recipient, message_id)
        data, address = serialised(message), envelope(self._letters.campaign, message, recipient.address)
        self._record(recipient, "intended")
        try:
            self._courier.send(data, self._letters.sender, address)
        except Refused as error:
            metrics.mail("refused" if error.permanent else "failed")
            self._fail(recipient, error.reason, permanent=error.permanent)
            return not error.permanent
        except (MailUnavailable, SettingError) as error:
            metrics.mail("failed")
            self._fail(recipient, str(error), permanent=False)
            raise
        except Uncertain:
            metrics.mail("uncertain")
            self._settled(recipient)
            self._report.uncertain.append(recipient.address)
            self._broken += 1
            if self._broken == UNCERTAIN_IN_A_ROW:
                self._report.stopped = f"The mail server broke off in the middle of {self._broken} mails in a row."
            return False
        metrics.mail("sent")
        self._record(recipient, "sent")
        self._settled(recipient)
        self._report.sent.append(recipient.address)
        self._broken = 0
        return False

    def _fail(self, recipient: Recipient, reason: str, *, permanent: bool) -> None:
        self._record(recipient, "failed", reason=reason, permanent=permanent)
        self._settled(recipient)
        self._report.failed[recipient.address] = Failure(reason, permanent)
        self._broken = 0

    def _settled(self, recipient: Recipient) -> None:
        """What an earlier try came to counts no more."""
        self._report.failed.pop(recipient.address, None)
        if recipient.address in self._report.left:
            self._report.left.remove(recipient.address)

    def _record(self, recipient: Recipient, state: str, **more: object) -> None:
        record = {
            "time": f"{self._pace.clock():%Y-%m-%dT%H:%M:%SZ}",
            "state": state,
            "collage": self._letters.collage,
            "photo": recipient.public_id,
            "address": recipient.address,
            "message_id": self._ids[recipient],
        }
        self._store.sends.add(self._letters.campaign.name, record | more)

    def _unwanted(self, recipient: Recipient) -> str:
        """Why someone is not written to after all: a run takes minutes, and people may change their minds meanwhile."""
        name = self._letters.campaign.name
        if is_withdrawn(self._store, name)(recipient):
            return UNSUBSCRIBED
        return "" if self._store.photos.has(name, recipient.public_id) else REMOVED

    def _unfit(self) -> str | None:
        """Why the collage is not to be shown to anybody else for now: somebody in it has withdrawn meanwhile."""
        campaign, collage = self._letters.campaign.name, self._letters.collage
        try:
            require_nobody(campaign, collage, self._withdrawn.of(campaign, collage), "nobody else is told of it")
        except (CollageUnsound, NotFound) as error:
            return str(error)
        return None

    def _keep_pace(self) -> None:
        if self._pace.rate and self._last is not None:
            apart = timedelta(minutes=1 / self._pace.rate)
            wait = self._last + apart - self._pace.clock()
            if wait > timedelta(0):
                self._pace.sleep(min(wait, apart).total_seconds())
        self._last = self._pace.clock()


def is_withdrawn(store: Store, campaign: str) -> Callable[[Recipient], bool]:
    """Who has unsubscribed from a campaign by now: by address, or by photo where that was all that was known."""
    withdrawn = store.unsubscribes.addresses(campaign)
    return lambda recipient: (
        recipient.public_id in withdrawn.photos
        or withdrawn.has(recipient.address)
        or (recipient.stored is not None and withdrawn.has(recipient.stored))
    )


def envelope(campaign: Campaign, message: EmailMessage, address: str) -> str:
    """The address on the envelope, as SMTP has it.

    In a campaign for trials nobody else is ever written to, whatever came before. On purpose it shares nothing with the
    choice of recipients. Raises BadParameters.
    """
    if message["To"] != as_sent(address) or message["Cc"] or message["Bcc"]:
        raise BadParameters("A mail was to go to somebody else than it names; it was not sent.")
    if campaign.test_address is not None:
        begin, *middle, end = campaign.test_address.split("{token}")
        token = address.removeprefix(begin).removesuffix(end)
        allowed = set(string.ascii_letters + string.digits + "-").union(*middle)
        if begin + token + end != address or not allowed.issuperset(token):
            raise BadParameters(
                f"Mails of the campaign {campaign.name} go to addresses like {campaign.test_address} only."
            )
    return as_sent(address)
