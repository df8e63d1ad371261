"""One mail to look at before the others go out. Neither its sending nor an open is recorded."""

from collections.abc import Sequence
from email.message import EmailMessage

from app.adapters.smtp import Refused, Uncertain, serialised
from app.core.addresses import same
from app.services.notify.delivery import Courier
from app.services.notify.letters import Letters, envelope
from app.services.notify.recipients import Recipient
from app.services.notify.report import MailReport


def write(letters: Letters, address: str, shown: Sequence[tuple[str, str | None]] = ()) -> EmailMessage:
    """The mail to `address`. Its links are personal if someone in `shown` (public ID, address) has that address;
    otherwise they work, but nothing is recorded of them."""
    own = (photo for photo, email in shown if same(email, address))
    recipient = Recipient(address, next(own, ""))
    return letters.write(recipient, letters.new_id(recipient))


def send(letters: Letters, mail: EmailMessage, address: str, courier: Courier) -> MailReport:
    """Hands the mail over. Raises MailUnavailable, SettingError, and BadParameters for a real address in a trial."""
    report = MailReport(1)
    try:
        courier.send(serialised(mail), letters.sender, envelope(letters.campaign, mail, address))
        report.sent.append(address)
    except Refused as error:
        report.stopped = f"The mail server does not take it: {error.reason}."
    except Uncertain:
        report.uncertain.append(address)
    return report
