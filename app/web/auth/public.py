"""Access to a campaign's public pages: everyone, if it is public."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import NotFound
from app.web.auth.access import P, declared
from app.web.languages import speak
from app.web.services import services

PublicView = Callable[Concatenate[Campaign, P], ResponseReturnValue]


def public_visitor(view: PublicView[P]) -> Callable[..., ResponseReturnValue]:
    """Admits everyone to public campaigns; the view receives the campaign and answers in its language.

    Raises NotFound if the campaign is not public, in the same words as if it did not exist.
    """

    @wraps(view)
    def guarded(campaign: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        found = public(campaign)
        speak(found.language)
        return view(found, *args, **kwargs)

    return declared("anyone", guarded)


def public(name: str) -> Campaign:
    """The campaign, if it is public. Raises NotFound."""
    campaign = services().campaigns.get(name)
    if campaign is None or not campaign.public:
        raise NotFound("This page does not exist.")
    return campaign
