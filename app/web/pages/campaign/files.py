"""What a campaign's public pages load: their style sheet, the logo, the QR code."""

from pathlib import Path

from flask import Response, make_response, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import NotFound
from app.services.face import codes
from app.web.auth.public import public_visitor
from app.web.http.addresses import absolute
from app.web.pages.campaign.blueprint import A_MINUTE, public_blueprint
from app.web.pages.campaign.dress import File, dress, dresses

blueprint = public_blueprint("campaign_files", __name__)

FOREVER = "public, max-age=31536000, immutable"
# a picture that is an XML document, too: opened by itself, it loads and runs nothing
PICTURE_ONLY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@blueprint.record_once
def _made_once(state: BlueprintSetupState) -> None:
    app = state.app
    app.extensions["collagen.dresses"] = dresses(Path(app.static_folder or ""), app.extensions["collagen"].campaigns)
    app.jinja_env.globals.update(dress=dress, absolute=absolute)


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


@blueprint.get("/qr.<any(svg, png):kind>")
@public_visitor
def qr(campaign: Campaign, kind: codes.Kind) -> ResponseReturnValue:
    """A QR code of the page's address, black on white, to print or to show."""
    answer = make_response(codes.picture(absolute("campaign.page", campaign=campaign.name), kind))
    answer.content_type = TYPES[kind]
    answer.headers["Cache-Control"] = A_MINUTE
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Content-Security-Policy"] = PICTURE_ONLY
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _answer(file: File) -> Response:
    answer = make_response(file.data)
    answer.content_type = file.content_type
    answer.headers["Cache-Control"] = FOREVER if request.args.get("v") == file.version else A_MINUTE
    answer.set_etag(file.version)
    answer.make_conditional(request)
    return answer
