"""Whether what is published is what a campaign shows now. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.adapters.store.documents import moment
from app.services.face.newest import Collage
from app.services.publish.pictures import state
from app.services.publish.plan import GRACE

AGAIN = 600.0  # seconds until what failed is tried again


@dataclass(frozen=True)
class Standing:
    """`to`: where; `at`: when that was published last, None if never; `tried`: when that was tried last.

    `current`: whether it is of the present; None without a collage. `error`: why the last try failed, "" if it did not.
    `rest`: whether files of former pages are still there.
    """

    to: str
    at: datetime | None = None
    tried: datetime | None = None
    collage: str = ""
    current: bool | None = None
    error: str = ""
    rest: bool = False


def standing(noted: Mapping[str, Any] | None, newest: Collage | None, to: str) -> Standing:
    """`noted`: what the last publication has noted; `newest`: what the campaign shows; `to`: where it is published."""
    if noted is None or noted["to"] != to:
        return Standing(to, current=None if newest is None else False)
    return Standing(
        to,
        moment(noted.get("at")),
        moment(noted.get("tried")),
        noted["collage"],
        None if newest is None else noted["state"] == state(newest),
        noted["error"],
        noted.get("rest") is True,
    )


def is_due(found: Standing, now: float) -> bool:
    """Whether it is to be published now. `now`: seconds since 1970.

    Once files of former pages are of no use to anybody, they are removed; what failed is tried again later.
    """
    since = None if found.tried is None else now - found.tried.timestamp()
    if found.error and since is not None and 0 <= since < AGAIN:
        return False
    if found.current is False or (found.error and found.current is not None):
        return True
    return found.current is True and found.rest and (since is None or not 0 <= since < GRACE)
