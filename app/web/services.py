"""What the routes work with: made once for each process, found from any request."""

from dataclasses import dataclass

from flask import current_app

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.probe import Probe
from app.core.config import Campaigns, Settings
from app.services.collage.withdrawn import Withdrawn
from app.services.intake import Intake
from app.services.tracking.opens import Recorder
from app.services.tracking.tokens import Tokens
from app.services.wall.cache import Cache
from app.services.wall.erasing import Erasing
from app.services.wall.finished import Finished
from app.web.auth.session import Sessions
from app.web.auth.throttle import Guesses, shared
from app.web.http.admission import Seats


@dataclass(frozen=True)
class Services:
    """`tokens`: None where no key is set, so that nobody can have a token; `sessions`: where there is no gallery."""

    settings: Settings
    campaigns: Campaigns
    store: Store
    probe: Probe
    exiftool: ExifTool
    intake: Intake
    seats: Seats
    guesses: Guesses
    tokens: Tokens | None
    recorder: Recorder
    withdrawn: Withdrawn
    finished: Finished
    erasing: Erasing
    sessions: Sessions | None

    @classmethod
    def make(cls, settings: Settings, campaigns: Campaigns) -> "Services":
        """Raises SettingError as `Intake.of` does, and where a key for a gallery's sessions is missing."""
        store, exiftool = Store(settings.store), ExifTool()
        intake = Intake.of(settings, campaigns, store, exiftool)
        withdrawn, cache = Withdrawn(store), Cache(store.path)
        galleries = any(campaign.gallery_password for campaign in campaigns.values())
        return cls(
            settings,
            campaigns,
            store,
            Probe(store.root),
            exiftool,
            intake,
            Seats(),
            Guesses(shared(settings.store)),
            Tokens(settings.secret_keys) if settings.secret_keys else None,
            Recorder(store, campaigns),
            withdrawn,
            Finished(store, withdrawn, cache),
            Erasing(store, cache),
            Sessions(settings.required_secret_keys()) if galleries else None,
        )

    def campaign(self, name: str) -> str:
        """`name`, where it is a campaign of campaigns.toml. Raises NotFound."""
        self.campaigns.require(name)
        return name

    def without_paths(self, text: object) -> str:
        """A message for the system log."""
        return self.settings.without_paths(text)


def services() -> Services:
    """The services of the application that answers the current request."""
    made: Services = current_app.extensions["collagen"]
    return made
