"""What the routes work with: made once for each process, found from any request."""

from dataclasses import dataclass

from flask import current_app

from app import imaging
from app.assets import Cloudinary
from app.config import Campaigns, Settings
from app.exif import ExifTool
from app.intake import Intake
from app.processor import Processor
from app.store import Store
from app.tracking.opens import Recorder
from app.tracking.tokens import Tokens
from app.web.guessing import Guesses
from app.web.session import Sessions


@dataclass(frozen=True)
class Services:
    """`tokens`: None where no key is set, so that nobody can have a token; `sessions`: where there is no gallery."""

    settings: Settings
    campaigns: Campaigns
    store: Store
    exiftool: ExifTool
    intake: Intake
    guesses: Guesses
    tokens: Tokens | None
    recorder: Recorder
    sessions: Sessions | None

    @classmethod
    def make(cls, settings: Settings, campaigns: Campaigns) -> "Services":
        """Raises SettingError where the account, a usable exiftool, or a key for a gallery's sessions is missing.

        Also where ImageMagick has not our policy.
        """
        cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
        store = Store(settings.store)
        exiftool = ExifTool()
        exiftool.version()
        imaging.policy.require()
        galleries = any(campaign.gallery_password for campaign in campaigns.values())
        return cls(
            settings,
            campaigns,
            store,
            exiftool,
            Intake(Processor(cloudinary, store, exiftool, campaigns), store, campaigns),
            Guesses(),
            Tokens(settings.secret_keys) if settings.secret_keys else None,
            Recorder(store, campaigns),
            Sessions(settings.required_secret_keys()) if galleries else None,
        )

    def campaign(self, name: str) -> str:
        """`name`, where it is a campaign of campaigns.toml. Raises NotFound."""
        self.campaigns.require(name)
        return name

    def without_paths(self, text: object) -> str:
        """A message for the system log: where the store lies is nobody's business who reads it."""
        return str(text).replace(str(self.settings.store), "<store>")


def services() -> Services:
    """The services of the application that answers the current request."""
    made: Services = current_app.extensions["collagen"]
    return made
