"""The newest collage as a picture, for any website."""

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import NotFound
from app.services.face.newest import Collage
from app.services.face.pictures import Kind
from app.services.face.sizes import WIDEST
from app.web.auth.public import public_visitor
from app.web.http import sendfile
from app.web.http.form_fields import parse_number
from app.web.pages.campaign.blueprint import A_MINUTE, public_blueprint
from app.web.services import services

blueprint = public_blueprint("campaign_pictures", __name__)

KINDS: dict[str, Kind] = {"jpg": "jpeg", "webp": "webp"}


@blueprint.get("/collage.<any(jpg, webp):ending>")
@public_visitor
def picture(campaign: Campaign, ending: str) -> ResponseReturnValue:
    """The picture, `?width=` pixels wide; 304, without making it, if the browser has it.

    Raises NotFound without a collage, BadParameters for a width that is no number, Retryable.
    """
    text = request.args.get("width")
    width = None if text is None else parse_number("width", text, 1, WIDEST)
    pictures = services().face.pictures
    found = pictures.picture(_newest(campaign), KINDS[ending], width)
    answer = Response(content_type=f"image/{KINDS[ending]}")
    if request.if_none_match.contains(found.tag):
        answer.status_code = 304
    else:
        found, data = pictures.data(found)
        answer.set_data(data)
    answer.set_etag(found.tag)
    answer.make_conditional(request)
    return _for_everyone(answer)


@blueprint.get("/collage.png")
@public_visitor
def master(campaign: Campaign) -> ResponseReturnValue:
    """The master, if the campaign lets everyone download it.

    Raises NotFound otherwise, also while the master shows someone who has withdrawn.
    """
    if not campaign.download:
        raise NotFound("This page does not exist.")
    collage = _newest(campaign)
    path = services().face.pictures.master(collage)
    return _for_everyone(make_response(sendfile.send(path, f"{campaign.name}-{collage.summary.id}.png")))


def _newest(campaign: Campaign) -> Collage:
    found = services().face.newest.of(campaign.name)
    if found is None:
        raise NotFound("There is no picture yet.")
    return found


def _for_everyone(answer: Response) -> Response:
    answer.headers["Cache-Control"] = A_MINUTE
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
