"""The admin's event streams: the progress of a build and of looks, and which campaigns have changed."""

import hashlib
from collections.abc import Mapping

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.adapters.store import Store
from app.services.collage.status import draft, finished_or_draft
from app.web.auth.admin import admin_only
from app.web.services import services

blueprint = Blueprint("live", __name__, url_prefix="/admin")


@blueprint.get("/campaigns/<campaign>/collages/<collage>/progress")
@admin_only
def progress(campaign: str, collage: str) -> ResponseReturnValue:
    """The state of a collage's build, whenever it changes; ends with the build."""
    given = services()
    store, name = given.store, given.campaign(campaign)
    finished_or_draft(store, name, collage, store.collages.manifest)  # raises NotFound

    def read() -> Mapping[str, object]:
        return draft(store, name, collage) or {"state": "done"}

    return given.streams.answer(read, lambda state: state["state"] != "building")


@blueprint.get("/campaigns/<campaign>/looks/all/progress")
@admin_only
def looks(campaign: str) -> ResponseReturnValue:
    """How far every look of a campaign is, whenever that changes: photos that are ready, still to be made, failed."""
    given = services()
    name = given.campaign(campaign)

    def read() -> Mapping[str, object]:
        every = {look.name: given.standings.of(name, look) for look in given.looks.values()}
        return {
            look: {
                "current": len(found.by_state["current"]),
                "due": len(found.due()),
                "failed": len(found.by_state["failed"]),
            }
            for look, found in every.items()
        }

    return given.streams.answer(read)


@blueprint.get("/changes")
@admin_only
def changes() -> ResponseReturnValue:
    """A mark for each campaign, which changes with its photos and collages."""
    given = services()
    store, names = given.store, list(given.campaigns)
    return given.streams.answer(lambda: {name: _mark(store, name) for name in names})


def _mark(store: Store, campaign: str) -> str:
    seen = (store.photos.stamp(campaign), store.collages.ids(campaign))
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]
