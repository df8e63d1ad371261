"""The page of a campaign, and what it wears."""

from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import NotFound
from app.web.auth.public import public_visitor
from app.web.pages.campaign.dress import File, dress, dresses

blueprint = Blueprint("campaign", __name__, url_prefix="/c/<campaign>")

FOREVER, A_MINUTE = "public, max-age=31536000, immutable", "public, max-age=60"
# a picture that is an XML document, too: opened by itself, it loads and runs nothing
PICTURE_ONLY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.record_once
def _made_once(state: BlueprintSetupState) -> None:
    app = state.app
    app.extensions["collagen.dresses"] = dresses(Path(app.static_folder or ""), app.extensions["collagen"].campaigns)
    app.jinja_env.globals["dress"] = dress


@blueprint.get("")
@public_visitor
def page(campaign: Campaign) -> ResponseReturnValue:
    """The page of the newest collage."""
    return render_template("campaign/page.html", campaign=campaign)


@blueprint.get("/style.css")
@public_visitor
def style(campaign: Campaign) -> ResponseReturnValue:
    """The style sheet of the campaign's public pages."""
    return _answer(dress(campaign).style)


@blueprint.get("/logo")
@public_visitor
def logo(campaign: Campaign) -> ResponseReturnValue:
    """The campaign's logo. Raises NotFound if it has none."""
    found = dress(campaign).logo
    if found is None:
        raise NotFound("This page does not exist.")
    answer = _answer(found)
    answer.headers["Content-Security-Policy"] = PICTURE_ONLY
    return answer


def _answer(file: File) -> Response:
    answer = make_response(file.data)
    answer.content_type = file.content_type
    answer.headers["Cache-Control"] = FOREVER if request.args.get("v") == file.version else A_MINUTE
    answer.set_etag(file.version)
    answer.make_conditional(request)
    return answer
