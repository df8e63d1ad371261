"""For the people in a collage: the token in a personal address says who its holder is."""

from collections.abc import Callable
from functools import wraps
from typing import Literal

from flask.typing import ResponseReturnValue

from app.core.errors import NotFound
from app.services.tracking.tokens import Claims
from app.web.auth.access import declared
from app.web.services import services


def personal(
    kind: Literal["image", "unsubscribe"],
) -> Callable[[Callable[[Claims], ResponseReturnValue]], Callable[[str], ResponseReturnValue]]:
    """For whoever has the token in the address, one of this kind; the view is given what it says.

    Raises NotFound for any other, and for one of a campaign that is no more.
    """

    def declare(view: Callable[[Claims], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
        @wraps(view)
        def guarded(token: str) -> ResponseReturnValue:
            tokens = services().tokens
            if tokens is None:  # without a key there is none that is right
                raise NotFound("There is nothing behind this address.")
            claims = tokens.read_image(token) if kind == "image" else tokens.read_unsubscribe(token)
            if claims.campaign not in services().campaigns:
                raise NotFound("There is nothing behind this address any more.")
            return view(claims)

        return declared("token", guarded)

    return declare
