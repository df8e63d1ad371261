"""The mails about one collage: each with its own links, its own message ID, and the address on its envelope."""

import hashlib
import string
from collections.abc import Callable, Collection
from datetime import datetime
from email.message import EmailMessage

from app.core.addresses import as_sent, sender_parts
from app.core.config import Campaign, Settings
from app.core.errors import BadParameters
from app.services.notify import message
from app.services.notify.recipients import Recipient
from app.services.tracking.tokens import Claims, Tokens, links


class Letters:
    """Writes the mails. `people`: how many the collage shows; `random` makes message IDs unique.

    `anonymous`: the public IDs of those whose opens may not be recorded by person.
    """

    def __init__(
        self,
        settings: Settings,
        campaign: Campaign,
        collage: str,
        people: int,
        templates: message.Templates,
        *,
        clock: Callable[[], datetime],
        random: Callable[[], str],
        anonymous: Collection[str] = (),
    ) -> None:
        """Raises SettingError for a missing sender, public address or secret key."""
        self.campaign = campaign
        self.collage = collage
        self._people = people
        self._templates = templates
        self._from = settings.required_mail()[1]
        self._url = settings.required_public_url()
        self._tokens = Tokens(settings.required_secret_keys())
        self._clock = clock
        self._random = random
        self._anonymous = anonymous

    @property
    def sender(self) -> str:
        """The bare sender address."""
        return (sender_parts(self._from) or ("", ""))[1]

    def new_id(self, recipient: Recipient) -> str:
        """A unique message ID that reveals nothing."""
        what = f"{self.campaign.name}\n{self.collage}\n{recipient.public_id}"
        digest = hashlib.sha256(what.encode("utf-8")).hexdigest()[:16]
        return f"<{digest}.{self._random()}@{self.sender.rpartition('@')[2]}>"

    def write(self, recipient: Recipient, message_id: str) -> EmailMessage:
        """The mail to a recipient. Without a public ID its links work, but nothing is recorded of them."""
        individual = recipient.public_id not in self._anonymous
        claims = Claims(self.campaign.name, self.collage, recipient.public_id, individual)
        return message.compose(
            self._templates,
            campaign=self.campaign,
            links=links(self._url, self._tokens, claims),
            people=self._people,
            sender=self._from,
            recipient=recipient.address,
            message_id=message_id,
            date=self._clock(),
        )


def envelope(campaign: Campaign, message: EmailMessage, address: str) -> str:
    """The address on the SMTP envelope.

    A last safeguard: a trial campaign writes to its test addresses only, whatever came before. It deliberately shares
    no code with the choice of recipients. Raises BadParameters.
    """
    if message["To"] != as_sent(address) or message["Cc"] or message["Bcc"]:
        raise BadParameters("A mail was about to go to someone other than its To line names; it was not sent.")
    if campaign.test_address is not None:
        begin, *middle, end = campaign.test_address.split("{token}")
        token = address.removeprefix(begin).removesuffix(end)
        allowed = set(string.ascii_letters + string.digits + "-").union(*middle)
        if begin + token + end != address or not allowed.issuperset(token):
            raise BadParameters(
                f"Mails of the campaign {campaign.name} go to addresses like {campaign.test_address} only."
            )
    return as_sent(address)
