"""The admin's API for collages: build one, follow its progress, download its files."""

import base64
import re
from typing import Any

from flask import Blueprint, make_response, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import BadParameters
from app.services.collage import job, layout
from app.services.collage.finish import FORMATS, HIGHEST_DPI, Finish, finish
from app.services.collage.layout import places
from app.services.collage.mosaic import picture
from app.services.collage.mosaic.wish import MOST_REPEATS, MOST_TINT, Mosaic
from app.services.collage.plan import Parameters
from app.services.collage.status import finished_or_draft
from app.web.auth.admin import admin_only
from app.web.http import json_body
from app.web.http.form_fields import check_number
from app.web.http.sendfile import content_type, send
from app.web.services import services

blueprint = Blueprint("collages", __name__, url_prefix="/admin")

KNOWN, FINISH, MOSAIC = (
    ("photos", "width", "height", "exclude", "duplicates", "pin", "look"),
    ("print", "dpi", "format", "background"),
    ("mosaic", "repeat", "tint"),
)
EXAMPLES = {"print": "3000x2000mm", "background": "#FF9416"}
PATIENCE = 0.3  # seconds to wait for the lock of somebody who is only checking whether a build is running
LONGEST_WAIT = 300  # seconds of `Prefer: wait=N`


@blueprint.post("/campaigns/<campaign>/collages")
@admin_only
def build(campaign: str) -> ResponseReturnValue:
    """Starts a build: 202 and where to follow it, or with `Prefer: wait=N` 201 and the manifest."""
    store = services().store
    started = job.start(store, services().campaign(campaign), _parameters())
    headers = {"Location": url_for("api.collages.show", campaign=campaign, collage=started.id)}
    wait = re.search(r"\bwait=([0-9]{1,6})\b", request.headers.get("Prefer", ""))
    if wait and started.wait(min(int(wait[1]), LONGEST_WAIT)):
        state = _state(campaign, started.id)
        return state, 201 if state["state"] == "done" else 500, headers
    return {"id": started.id, "state": "building"}, 202, headers


@blueprint.get("/campaigns/<campaign>/collages/<collage>")
@admin_only
def show(campaign: str, collage: str) -> ResponseReturnValue:
    """The manifest of a finished collage, the progress of a build, or why it failed."""
    return _state(services().campaign(campaign), collage)


@blueprint.get("/campaigns/<campaign>/collages/<collage>/<file>")
@admin_only
def download(campaign: str, collage: str, file: str) -> ResponseReturnValue:
    """A file of a finished collage without people who have withdrawn; 409 for a master that shows one of them."""
    finished = services().finished
    path, name = finished.path(services().campaign(campaign), collage, file), f"{campaign}-{collage}-{file}"
    if path is not None:
        answer = send(path.absolute(), name)
    else:
        answer = make_response(finished.derivative(campaign, collage, file))
        answer.content_type = content_type(file)
        answer.headers.set("Content-Disposition", "inline", filename=name)
        answer.add_etag()
        answer.make_conditional(request)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@blueprint.post("/campaigns/<campaign>/collages/<collage>/rebuild")
@admin_only
def rebuild(campaign: str, collage: str) -> ResponseReturnValue:
    """Rebuilds a collage without people who have withdrawn: 202 and where to follow it."""
    given = services()
    if not given.withdrawn.of(given.campaign(campaign), collage):
        raise BadParameters(f"Nobody in the collage {collage} of {campaign} has withdrawn.")
    job.revise(given.store, campaign, collage, (), PATIENCE)
    headers = {"Location": url_for("api.collages.show", campaign=campaign, collage=collage)}
    return {"id": collage, "state": "building"}, 202, headers


def _state(campaign: str, collage: str) -> dict[str, Any]:
    given = services()
    manifest, draft = finished_or_draft(given.store, campaign, collage, given.store.collages.manifest)
    if manifest is None:
        return draft
    withdrawn = given.withdrawn.among(campaign, manifest.shown)
    return manifest.as_json() | {"state": "done"} | ({"withdrawn": withdrawn} if withdrawn else {})


def _parameters() -> Parameters:
    """The parameters of a collage in the request's JSON. Raises BadParameters."""
    found = json_body.parameters((*KNOWN, *FINISH, *MOSAIC), '{"photos": 100}')
    made_of = _finish({key: found.pop(key) for key in FINISH if key in found})
    if made_of.print and found.keys() & {"width", "height"}:
        raise BadParameters("print says how large the canvas is; leave out width and height.")
    mosaic = _mosaic({key: found.pop(key) for key in MOSAIC if key in found})
    for key, value in found.items():
        if key == "exclude":
            if not isinstance(value, list) or not all(isinstance(public_id, str) for public_id in value):
                raise BadParameters("exclude must be a list of public IDs.")
        elif key == "pin":
            if not isinstance(value, dict) or not all(isinstance(place, str) for place in value.values()):
                raise BadParameters('pin must be an object of public IDs and places, such as {"ID": "middle"}.')
        elif key == "look":
            if not isinstance(value, str):
                raise BadParameters("look must be the name of a look, such as orange.")
        elif key == "duplicates":
            json_body.check_boolean(key, value)
        elif key == "photos":
            check_number(key, value, 1)
        else:
            check_number(key, value, layout.SHORTEST, layout.LONGEST)
    look = services().used_look(found.pop("look")) if "look" in found else None
    return Parameters(**found | {"pin": places.pins(found.get("pin", {}))}, finish=made_of, look=look, mosaic=mosaic)


def _mosaic(found: dict[str, Any]) -> Mosaic | None:
    """What a mosaic is to show, from the parameters `MOSAIC`. Raises BadParameters, DecoderFailed."""
    if not found:
        return None
    if not isinstance(encoded := found.get("mosaic"), str):
        raise BadParameters("mosaic must be a picture in Base64; repeat and tint are for mosaics only.")
    repeat, tint = check_number("repeat", found.get("repeat", 1), 1, MOST_REPEATS), found.get("tint", 0)
    if isinstance(tint, bool) or not isinstance(tint, int | float) or not 0 <= tint <= MOST_TINT:
        raise BadParameters(f"tint must be a number from 0 to {MOST_TINT:g}.")
    try:
        file = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise BadParameters("mosaic is not a picture in Base64.") from None
    return Mosaic(picture.target(file), repeat, float(tint))


def _finish(found: dict[str, Any]) -> Finish:
    """What is made of a collage, from the parameters `FINISH`. Raises BadParameters."""
    for key in ("print", "background"):
        if not isinstance(found.get(key, ""), str):
            raise BadParameters(f"{key} must be a text, such as {EXAMPLES[key]}.")
    formats = found.get("format", [])
    formats = [formats] if isinstance(formats, str) else formats
    if not isinstance(formats, list) or not all(isinstance(kind, str) for kind in formats):
        raise BadParameters(f"format must be one of {', '.join(FORMATS)}, or a list of them.")
    dpi = check_number("dpi", found["dpi"], 1, HIGHEST_DPI) if "dpi" in found else None
    return finish(found.get("print"), dpi, formats, found.get("background"))
