"""Access to a campaign's form for photos: anyone, while the campaign takes photos and not too many are sent."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate

from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import NotFound
from app.web.auth.access import P, declared
from app.web.auth.buckets import PHOTOS
from app.web.auth.public import public
from app.web.http.origin import require_same_origin
from app.web.http.peer import client_address
from app.web.languages import speak
from app.web.services import services

JoinView = Callable[Concatenate[Campaign, P], ResponseReturnValue]


class JoinClosed(Exception):
    """The last day on which the campaign takes photos is past."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(f"{campaign.title} takes no more photos.")
        self.campaign = campaign


class TooManyPhotos(Exception):
    """More photos from one address, or for one campaign, than are taken; `wait`: seconds until the next one is."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"Too many photos were sent from here, or in all; try again in {wait:.0f} seconds.")
        self.wait = wait


def photo_sender(view: JoinView[P]) -> Callable[..., ResponseReturnValue]:
    """Admits everyone; the view receives the campaign.

    Raises NotFound if the campaign is not public or takes no photos, as if it did not exist; JoinClosed after its last
    day. Refuses what another site's page sends.
    """

    @wraps(view)
    def guarded(campaign: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        found = public(campaign)
        if not found.join:
            raise NotFound("This page does not exist.")
        speak(found.language)
        if found.form.is_over(datetime.now(UTC).date()):
            raise JoinClosed(found)
        require_same_origin()
        return view(found, *args, **kwargs)

    return declared("anyone", guarded)


def count_photo(campaign: Campaign) -> None:
    """Counts one photo of the request's address. Raises TooManyPhotos instead if there were too many."""
    if wait := services().throttle.take(f"photos {campaign.name}", client_address(), PHOTOS):
        raise TooManyPhotos(wait)
