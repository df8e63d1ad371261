"""The services that routes use: created once per process, available to any request."""

import time
from dataclasses import dataclass
from typing import Self

from flask import current_app

from app.adapters import imaging
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.probe import Probe
from app.core.config import Campaigns, Settings
from app.core.errors import BadParameters
from app.core.logging import Once
from app.core.sources import CLOUDINARY
from app.services.collage.withdrawn import Withdrawn
from app.services.dashboard.dashboard import Dashboard
from app.services.face.face import Face
from app.services.intake import Intake
from app.services.joining.joining import Joining
from app.services.looks.backlog import LooksQueue
from app.services.looks.recipes import Looks, load_looks
from app.services.looks.standing import Standings, UsedLook
from app.services.media.media import Media
from app.services.moderation.moderation import Moderation
from app.services.processor.followers import followers
from app.services.processor.processors import Processors
from app.services.publish.keeping import Keeping
from app.services.sources import Sources
from app.services.tracking.opens import Recorder
from app.services.tracking.tokens import Tokens
from app.services.wall.cache import Cache
from app.services.wall.erasing import Erasing
from app.services.wall.finished import Finished
from app.services.wall.preview import Previews
from app.web.auth.session import Sessions
from app.web.auth.throttle import Throttle, shared
from app.web.http.admission import Admission
from app.web.http.event_stream import Streams
from app.web.http.photo_form import Arrivals


@dataclass(frozen=True)
class Services:
    """`tokens`: None without a key, so that no token is valid; `sessions`: None where no campaign has a gallery.

    `intake`: None where no campaign has its photos in Cloudinary, so that no notification is expected. `once`: what is
    in the log already and would be the same again.
    """

    settings: Settings
    campaigns: Campaigns
    store: Store
    probe: Probe
    exiftool: ExifTool
    intake: Intake | None
    processors: Processors
    admission: Admission
    throttle: Throttle
    tokens: Tokens | None
    recorder: Recorder
    withdrawn: Withdrawn
    finished: Finished
    face: Face
    erasing: Erasing
    keeping: Keeping
    sessions: Sessions | None
    dashboard: Dashboard
    moderation: Moderation
    streams: Streams
    previews: Previews
    once: Once
    joining: Joining
    arrivals: Arrivals
    looks: Looks
    standings: Standings
    looks_queue: LooksQueue
    media: Media | None

    @classmethod
    def make(cls, settings: Settings, campaigns: Campaigns) -> Self:
        """Raises SettingError as `Intake.of` and `load_looks` do, and if a gallery's sessions have no key."""
        store, exiftool = Store(settings.store), ExifTool()
        sources = Sources(settings)
        names = campaigns.by_source()
        media = Media.of(settings, store)
        after = followers(settings, campaigns, media)
        intake = Intake.of(settings, campaigns, store, exiftool, after) if CLOUDINARY in names else None
        exiftool.version()
        imaging.policy.require()
        processors = Processors(
            {name: sources[name] for name in names if name != CLOUDINARY},
            store,
            exiftool,
            campaigns,
            {CLOUDINARY: intake.processor} if intake else {},
            after,
        )
        withdrawn, cache = Withdrawn(store), Cache(store.path)
        finished = Finished(store, withdrawn, cache)
        face = Face.of(store, withdrawn, finished, cache)
        galleries = any(campaign.gallery_password for campaign in campaigns.values())
        return cls(
            settings,
            campaigns,
            store,
            Probe(store.root),
            exiftool,
            intake,
            processors,
            Admission(),
            Throttle(shared(settings.store)),
            Tokens(settings.secret_keys) if settings.secret_keys else None,
            Recorder(store, campaigns),
            withdrawn,
            finished,
            face,
            Erasing(store, cache),
            Keeping(settings, store, campaigns, face.newest, time.time),
            Sessions(settings.required_secret_keys()) if galleries else None,
            Dashboard.of(store, exiftool),
            Moderation(sources, store, campaigns),
            Streams(),
            Previews(store),
            Once(),
            Joining(settings, processors.clean),
            Arrivals(),
            load_looks(settings.looks_file),
            Standings(store),
            LooksQueue.of(settings),
            media,
        )

    def close(self) -> None:
        """Ends the threads and processes that these services have started, and closes the throttle's database."""
        self.erasing.close()
        self.keeping.close()
        self.dashboard.close()
        self.moderation.close()
        if self.intake is not None:
            self.intake.close()
        self.processors.close()
        self.exiftool.close()
        self.throttle.close()

    def campaign(self, name: str) -> str:
        """`name`, if it is a campaign of campaigns.toml. Raises NotFound."""
        self.campaigns.require(name)
        return name

    def used_look(self, name: str) -> UsedLook:
        """A look by today's recipe. Raises BadParameters for an unknown one."""
        if name not in self.looks:
            known = f"known are {', '.join(self.looks)}" if self.looks else "looks.toml has none"
            raise BadParameters(f"{name[:64]!r} is not a look; {known}.")
        return UsedLook(name, self.looks[name].recipe)

    def without_paths(self, text: object) -> str:
        """A message for the system log."""
        return self.settings.without_paths(text)


def services() -> Services:
    """The services of the application that answers the current request."""
    made: Services = current_app.extensions["collagen"]
    return made
