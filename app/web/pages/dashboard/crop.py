"""The dashboard's page that shows how a photo was cut, and moves the cut along one side of the photo."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.adapters.exiftool import Tags
from app.core.cropping import SHAPE, Cut
from app.core.errors import BadParameters, BadPublicId, CollagenError, NotFound
from app.web.auth.admin import admin_only
from app.web.errors import http_status
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.services import services

blueprint = dashboard_blueprint("dashboard_crop", "/admin/campaigns/<campaign>/photos/<path:public_id>")

STEPS = 1000  # of the slider
HEIGHT = 1000  # of the drawing, in units of its own
FOR_A_WHILE = "private, max-age=600"


@blueprint.get("/cut")
@admin_only
def page(campaign: str, public_id: str) -> ResponseReturnValue:
    """The photo as it was sent, with the part that is kept."""
    return _page(campaign, public_id, _tags(campaign, public_id))


@blueprint.post("/cut")
@admin_only
def move(campaign: str, public_id: str) -> ResponseReturnValue:
    """Fetches the photo again and cuts it at the chosen place, or (`again`) automatically, as when it arrived."""
    tags = _tags(campaign, public_id)
    try:
        version, place = _place()
        services().processors.of(campaign).recut(campaign, public_id, version, place)
    except CollagenError as error:
        return _page(campaign, public_id, tags, error.public, http_status(error))
    return redirect(url_for("dashboard_crop.page", campaign=campaign, public_id=public_id, saved=1), 303)


@blueprint.get("/uncut.jpg")
@admin_only
def uncut(campaign: str, public_id: str) -> ResponseReturnValue:
    """A small copy of the photo as it was sent, fetched from where it came from each time."""
    tags = _tags(campaign, public_id)
    if tags.version is None:
        raise NotFound(f"The version of {public_id} is unknown.")
    picture = services().processors.of(campaign).original(campaign, public_id, tags.version)
    answer = Response(picture, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = FOR_A_WHILE
    return answer


def _tags(campaign: str, public_id: str) -> Tags:
    """The archive's tags. Raises NotFound without an archive."""
    given = services()
    try:
        path = given.store.photos.archive_path(given.campaign(campaign), public_id)
    except BadPublicId as error:
        raise NotFound(str(error)) from error
    tags = given.exiftool.read([path]).get(path)
    if tags is None or tags.public_id != public_id:
        given.store.root.require()
        raise NotFound(f"The campaign {campaign} has no photo {public_id}.")
    return tags


def _place() -> tuple[int, float | None]:
    """The version that the page showed, and where to cut, from 0 to 1 (None: automatically). Raises BadParameters."""
    try:
        version = int(request.form.get("version", ""))
        place = None if request.form.get("again") else float(request.form.get("place", "")) / STEPS
    except ValueError as error:
        raise BadParameters("The place of the cut must be a number.") from error
    if place is not None and not 0 <= place <= 1:
        raise BadParameters(f"The place of the cut must be from 0 to {STEPS}.")
    return version, place


def _page(
    campaign: str, public_id: str, tags: Tags, problem: str | None = None, status: int = 200
) -> ResponseReturnValue:
    answer = render_template(
        "dashboard/crop.html",
        campaign=services().campaigns[campaign],
        public_id=public_id,
        version=tags.version,
        cut=tags.cut,
        drawing=_drawing(tags.cut) if tags.cut else None,
        steps=STEPS,
        saved="saved" in request.args,
        problem=problem,
    )
    return make_response(answer, status)


def _drawing(cut: Cut) -> dict[str, Any]:
    """The whole photo and the window in it, in units of the drawing."""
    # from the shape of the window and the share of each side that it takes
    width = HEIGHT * SHAPE[0] / SHAPE[1] * (cut.bottom - cut.top) / (cut.right - cut.left)
    across, down = width * (cut.right - cut.left), HEIGHT * (cut.bottom - cut.top)
    return {
        "width": round(width),
        "height": HEIGHT,
        "left": round(width * cut.left),
        "top": round(HEIGHT * cut.top),
        "across": round(across),
        "down": round(down),
        "place": round(STEPS * cut.place),
    }
