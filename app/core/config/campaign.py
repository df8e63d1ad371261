"""One campaign's rules, as one table of campaigns.toml states them."""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from app.core.addresses import normalise, stored
from app.core.config.joining import JoinForm
from app.core.sources import CLOUDINARY, FOLDER


@dataclass(frozen=True)
class Brand:
    """What a campaign's public pages wear.

    `colour`: `#rrggbb`, lower case. `logo`: absolute path of a picture, whose ending says what it is. `link`: https.
    """

    colour: str | None = None
    logo: Path | None = None
    text: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class Campaign:
    """The rules of one campaign: one table of campaigns.toml.

    `source`: CLOUDINARY, or FOLDER and an absolute path. `folder`: its place in the source: the asset folder in
    Cloudinary; for a folder, the same as `source`. `catalogue`: how exactly it says where photos were taken, if there
    is one. `join`, `download` and `embed` (origins) open parts of the public pages, so only with `public`.
    `language`: of its pages and mails, one of LANGUAGES. `form`: what is asked of those who send a photo.
    `looks`: those of looks.toml that every photo gets. `publish`: where the public face is published, as
    `app.core.targets.read_address` takes it.
    """

    name: str
    title: str
    folder: str
    test_address: str | None = None
    tracking: str = "individual"
    mail: str | None = None
    public: bool = False
    gallery_password: str | None = field(default=None, repr=False)
    gallery_until: date | None = None
    source: str = CLOUDINARY
    catalogue: str | None = None
    join: bool = False
    download: bool = False
    embed: tuple[str, ...] = ()
    language: str = "en"
    brand: Brand = field(default_factory=Brand)
    form: JoinForm = field(default_factory=JoinForm)
    looks: tuple[str, ...] = ()
    publish: str | None = None

    @property
    def directory(self) -> Path | None:
        """The folder that its photos come from; None if they come from Cloudinary."""
        return Path(self.source.removeprefix(FOLDER)) if self.source.startswith(FOLDER) else None

    def gallery_is_over(self, today: date) -> bool:
        """Whether the gallery's last day is past; it is still open on the last day."""
        return self.gallery_until is not None and today > self.gallery_until

    def takes_photos(self, today: date) -> bool:
        """Whether people can send a photo by the form: from campaigns that are public, until the form's last day."""
        return self.public and self.join and not self.form.is_over(today)

    def address(self, email: str | None) -> str | None:
        """What to store for a submitter who typed `email`: its normal form, rewritten in a trial campaign.

        With test_address "t+{token}@x.org", user@example.com becomes t+user-example-com@x.org. An unusable address is
        stored as typed, in a trial campaign only its letters and digits: nothing is ever sent there.
        """
        email = stored(email)
        if email is None or self.test_address is None:
            return email
        token = re.sub(r"[^A-Za-z0-9]+", "-", email).strip("-")
        return self.test_address.replace("{token}", token) if normalise(email) else token or None

    def may_hold(self, email: str | None) -> bool:
        """Whether `address` can have returned this: in a trial campaign, never a real address."""
        if self.test_address is None or email is None or "@" not in email:
            return True
        before, _, after = self.test_address.partition("{token}")
        return email.startswith(before) and email.endswith(after)
