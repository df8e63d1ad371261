"""The admin's API: ask for a collage, see how it is doing, fetch its files."""

import re
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.collage import layout, process
from app.collage.build import Parameters
from app.errors import BadParameters, NotFound
from app.web.access import admin_only
from app.web.numbers import within
from app.web.sendfile import send
from app.web.services import services

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

LONGEST_WAIT = 300  # seconds that `Prefer: wait=N` can keep a request


@blueprint.post("/campaigns/<campaign>/collages")
@admin_only
def build(campaign: str) -> ResponseReturnValue:
    """Starts a collage: 202 and where to ask for it, or with `Prefer: wait=N` 201 and its manifest."""
    store = services().store
    started = process.start(store, services().campaign(campaign), _wish())
    where = {"Location": url_for("admin.show", campaign=campaign, collage=started.id)}
    wait = re.search(r"\bwait=([0-9]{1,6})\b", request.headers.get("Prefer", ""))
    if wait and started.wait(min(int(wait[1]), LONGEST_WAIT)):
        state = _state(campaign, started.id)
        return state, 201 if state["state"] == "done" else 500, where
    return {"id": started.id, "state": "building"}, 202, where


@blueprint.get("/campaigns/<campaign>/collages/<collage>")
@admin_only
def show(campaign: str, collage: str) -> ResponseReturnValue:
    """The manifest of a finished collage, or how far it is, or why it failed."""
    return _state(services().campaign(campaign), collage)


@blueprint.get("/campaigns/<campaign>/collages/<collage>/<file>")
@admin_only
def download(campaign: str, collage: str, file: str) -> ResponseReturnValue:
    """A file of a finished collage."""
    path = services().store.collages.file(services().campaign(campaign), collage, file)
    answer = send(path.absolute(), f"{campaign}-{collage}-{file}")
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _state(campaign: str, collage: str) -> dict[str, Any]:
    collages = services().store.collages
    try:
        return collages.manifest(campaign, collage) | {"state": "done"}
    except NotFound:
        try:
            return collages.draft_state(campaign, collage)
        except NotFound:
            # it may have been finished between the two questions
            return collages.manifest(campaign, collage) | {"state": "done"}


def _wish() -> Parameters:
    """The parameters of a collage, all optional, from a JSON object. Raises BadParameters."""
    if not request.get_data():
        return Parameters()
    given = request.get_json(force=True, silent=True)
    if not isinstance(given, dict):
        raise BadParameters('The parameters must be a JSON object, such as {"photos": 100}.')
    known = ("photos", "width", "height", "exclude")
    for key, value in given.items():
        if key not in known:
            raise BadParameters(f"{str(key)[:40]!r} is no parameter; known are {', '.join(known)}.")
        if key == "exclude":
            if not isinstance(value, list) or not all(isinstance(public_id, str) for public_id in value):
                raise BadParameters("exclude must be a list of public IDs.")
        elif key == "photos":
            within(key, value, 1)
        else:
            within(key, value, layout.SHORTEST, layout.LONGEST)
    return Parameters(**given)
