"""The mails about one collage: each with its own links and its own message ID."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr

from app.core.config import Campaign, Settings
from app.services.notify import message
from app.services.notify.recipients import Recipient
from app.services.tracking.tokens import Claims, Tokens, links


class Letters:
    """Writes them. `people`: how many the collage shows; `random`: what tells message IDs apart."""

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

    @property
    def sender(self) -> str:
        """The bare address from which they come."""
        return parseaddr(self._from)[1]

    def new_id(self, recipient: Recipient) -> str:
        """A message ID that tells nobody anything, and that no other mail has."""
        what = f"{self.campaign.name}\n{self.collage}\n{recipient.public_id}"
        digest = hashlib.sha256(what.encode("utf-8")).hexdigest()[:16]
        return f"<{digest}.{self._random()}@{self.sender.rpartition('@')[2]}>"

    def write(self, recipient: Recipient, message_id: str) -> EmailMessage:
        """The mail to someone; one without a public ID has links that work and of which nothing is recorded."""
        claims = Claims(self.campaign.name, self.collage, recipient.public_id)
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
