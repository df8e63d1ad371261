"""Whether a collage is finished, being built, failed, or not there at all: asked once, for every entry point."""

from collections.abc import Callable
from typing import Any, TypeVar

from app.adapters.store import Store
from app.core.errors import NotFound

T = TypeVar("T")


def finished_or_draft(
    store: Store, campaign: str, collage: str, read: Callable[[str, str], T]
) -> tuple[T | None, dict[str, Any]]:
    """What `read` (of campaign and collage) returns for a finished collage; else None, and the state of its build.

    `read` must raise NotFound for a collage that is not finished. Raises NotFound if there is no build of it either,
    StoreUnavailable, and what else `read` raises.
    """
    try:
        return read(campaign, collage), {}
    except NotFound:
        state = draft(store, campaign, collage)
        # it may have been finished between the two questions
        return (None, state) if state is not None else (read(campaign, collage), {})


def draft(store: Store, campaign: str, collage: str) -> dict[str, Any] | None:
    """The state of the newest build, as `Collages.draft_state` describes it; None unless it is one of this collage."""
    try:
        return store.collages.draft_state(campaign, collage)
    except NotFound:
        return None
