"""Hands over mails one by one and records each: "intended" before it leaves, then how it ended.

So whenever the process dies, nobody is told twice and nobody is silently forgotten.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.adapters.smtp import Refused, Uncertain, serialised
from app.adapters.store import Store
from app.core import metrics
from app.core.errors import CollageUnsound, MailUnavailable, NotFound, SettingError
from app.services.collage.withdrawn import Withdrawn, require_nobody
from app.services.notify.letters import Letters, envelope
from app.services.notify.recipients import UNSUBSCRIBED, Recipient
from app.services.notify.report import Failure, MailReport

REMOVED = "photo removed"
# a server that drops the connection after every mail would leave everyone uncertain
UNCERTAIN_IN_A_ROW = 3


class Courier(Protocol):
    """Takes mails: `app.adapters.smtp.Connection`."""

    def send(self, data: bytes, sender: str, recipient: str) -> None: ...


@dataclass(frozen=True)
class Pace:
    """How a run keeps time. `rate`: mails a minute; `pause`: seconds before a retry."""

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
        report: MailReport,
        show: Callable[[MailReport], None],
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
        """Sends everyone's mail; temporarily refused mails are tried once more at the end.

        The server's answers go into the report. Raises StoreUnavailable or PhotoBusy if nothing can be recorded; the
        mail on its way is then uncertain.
        """
        later = self._round(recipients)
        if later and not self._report.stopped:
            self._pace.sleep(self._pace.pause)
            self._round(later)

    def _round(self, recipients: Iterable[Recipient]) -> list[Recipient]:
        """One attempt each; returns the recipients worth another."""
        later = []
        for recipient in recipients:
            self._keep_pace()
            if self._pace.stopping():
                self._report.stopped = "It was stopped."
            elif not self._report.stopped:
                self._report.stopped = self._unsound()
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
        """Sends one mail; True if the server refused it for now. Retries once if the server is unreachable."""
        try:
            try:
                return self._deliver(recipient)
            except MailUnavailable:
                self._pace.sleep(self._pace.pause)
                if self._pace.stopping() or self._unsound():
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
        """Forgets the result of an earlier attempt."""
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
        """Why someone is not written to after all: a run takes minutes, and people may withdraw meanwhile."""
        name = self._letters.campaign.name
        if is_withdrawn(self._store, name)(recipient):
            return UNSUBSCRIBED
        return "" if self._store.photos.has(name, recipient.public_id) else REMOVED

    def _unsound(self) -> str | None:
        """Why nobody else may be shown the collage: somebody in it has withdrawn meanwhile."""
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
    """A test for who has unsubscribed from a campaign by now: by address, or by photo if only that was known."""
    withdrawn = store.unsubscribes.addresses(campaign)
    return lambda recipient: (
        recipient.public_id in withdrawn.photos
        or withdrawn.has(recipient.address)
        or (recipient.stored is not None and withdrawn.has(recipient.stored))
    )
