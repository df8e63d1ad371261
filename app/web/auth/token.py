"""Access for the people in a collage: the token in a personal link says who they are."""

from collections.abc import Callable
from functools import wraps
from typing import Literal

from flask.typing import ResponseReturnValue

from app.core.errors import NotFound
from app.services.tracking.tokens import Claims
from app.web.auth.access import declared
from app.web.languages import speak
from app.web.services import services


def personal(
    kind: Literal["image", "unsubscribe"],
) -> Callable[[Callable[[Claims], ResponseReturnValue]], Callable[[str], ResponseReturnValue]]:
    """Admits requests with a valid token of this kind; the view receives its claims.

    It answers in the campaign's language.

    Raises NotFound for any other token, and for one of a campaign that has ended.
    """

    def declare(view: Callable[[Claims], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
        @wraps(view)
        def guarded(token: str) -> ResponseReturnValue:
            tokens = services().tokens
            if tokens is None:  # without a key no token is valid
                raise NotFound("This link is not valid.")
            claims = tokens.read_image(token) if kind == "image" else tokens.read_unsubscribe(token)
            campaign = services().campaigns.get(claims.campaign)
            if campaign is None:
                raise NotFound("This link has expired.")
            speak(campaign.language)
            return view(claims)

        return declared("token", guarded)

    return declare
