"""The admin's API: ask for a collage, see how it is doing, fetch its files."""

import re
from typing import Any

from flask import Blueprint, make_response, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import BadParameters, NotFound
from app.services.collage import job, layout
from app.services.collage.build import Parameters
from app.web.auth.admin import admin_only
from app.web.http import json_body
from app.web.http.form_fields import within
from app.web.http.sendfile import send
from app.web.services import services

blueprint = Blueprint("collages", __name__, url_prefix="/admin")

PATIENCE = 0.3  # seconds, while somebody may only be looking whether a build goes on
LONGEST_WAIT = 300  # seconds that `Prefer: wait=N` can keep a request


@blueprint.post("/campaigns/<campaign>/collages")
@admin_only
def build(campaign: str) -> ResponseReturnValue:
    """Starts a collage: 202 and where to ask for it, or with `Prefer: wait=N` 201 and its manifest."""
    store = services().store
    started = job.start(store, services().campaign(campaign), _wish())
    where = {"Location": url_for("api.collages.show", campaign=campaign, collage=started.id)}
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
    """A file of a finished collage, without those who have withdrawn; 409 for a master that shows one of them."""
    finished = services().finished
    path, name = finished.path(services().campaign(campaign), collage, file), f"{campaign}-{collage}-{file}"
    if path is not None:
        answer = send(path.absolute(), name)
    else:
        answer = make_response(finished.derivative(campaign, collage, file))
        answer.content_type = "image/jpeg"
        answer.headers.set("Content-Disposition", "inline", filename=name)
        answer.add_etag()
        answer.make_conditional(request)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@blueprint.post("/campaigns/<campaign>/collages/<collage>/rebuild")
@admin_only
def rebuild(campaign: str, collage: str) -> ResponseReturnValue:
    """Builds a collage anew under its number, without those who have withdrawn: 202 and where to ask for it."""
    given = services()
    if not given.withdrawn.of(given.campaign(campaign), collage):
        raise BadParameters(f"Nobody whom the collage {collage} of {campaign} shows has withdrawn.")
    job.revise(given.store, campaign, collage, (), PATIENCE)
    where = {"Location": url_for("api.collages.show", campaign=campaign, collage=collage)}
    return {"id": collage, "state": "building"}, 202, where


def _state(campaign: str, collage: str) -> dict[str, Any]:
    try:
        return _done(campaign, collage)
    except NotFound:
        try:
            return services().store.collages.draft_state(campaign, collage)
        except NotFound:
            # it may have been finished between the two questions
            return _done(campaign, collage)


def _done(campaign: str, collage: str) -> dict[str, Any]:
    manifest = services().store.collages.manifest(campaign, collage)
    withdrawn = services().withdrawn.among(campaign, manifest.shown)
    return manifest.as_json() | {"state": "done"} | ({"withdrawn": withdrawn} if withdrawn else {})


def _wish() -> Parameters:
    """The parameters of a collage, all optional, from a JSON object. Raises BadParameters."""
    given = json_body.parameters('{"photos": 100}')
    known = ("photos", "width", "height", "exclude", "duplicates")
    for key, value in given.items():
        if key not in known:
            raise BadParameters(f"{str(key)[:40]!r} is no parameter; known are {', '.join(known)}.")
        if key == "exclude":
            if not isinstance(value, list) or not all(isinstance(public_id, str) for public_id in value):
                raise BadParameters("exclude must be a list of public IDs.")
        elif key == "duplicates":
            if not isinstance(value, bool):
                raise BadParameters("duplicates must be true or false.")
        elif key == "photos":
            within(key, value, 1)
        else:
            within(key, value, layout.SHORTEST, layout.LONGEST)
    return Parameters(**given)
