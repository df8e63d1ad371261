"""What other websites' programs read of a public campaign: its numbers as JSON, and oEmbed."""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import NotFound
from app.services.face import oembed
from app.services.face.newest import Collage
from app.web.auth.access import anyone
from app.web.auth.public import public, public_visitor
from app.web.http.addresses import absolute, path_here, site
from app.web.http.form_fields import parse_number
from app.web.services import services

blueprint = Blueprint("public", __name__)

A_MINUTE = "public, max-age=60"
MOST = 10_000  # pixels that another website has room for, if it does not say


@blueprint.get("/c/<campaign>.json")
@public_visitor
def facts(campaign: Campaign) -> ResponseReturnValue:
    """The newest collage and how many people there are, without a word about who they are."""
    newest = services().face.newest
    collage = newest.of(campaign.name)
    found = {
        "title": campaign.title,
        "language": campaign.language,
        "people": newest.people(campaign.name),
        "shown": 0 if collage is None else collage.shown,
        "page": absolute("campaign.page", campaign=campaign.name),
        "collage": None if collage is None else _collage(campaign, collage),
    }
    return _for_everyone(jsonify(found))


@blueprint.get("/oembed")
@anyone
def embed() -> ResponseReturnValue:
    """oEmbed 1.0 of a campaign's page. Raises NotFound, BadParameters; 501 for XML."""
    if request.args.get("format", "json") != "json":
        return {"error": "Only format=json is available."}, 501
    campaign = _campaign(request.args.get("url", ""))
    collage = services().face.newest.of(campaign.name)
    page = oembed.Page(
        campaign.title,
        site() + "/",
        absolute("campaign.page", campaign=campaign.name),
        absolute("campaign_pictures.picture", campaign=campaign.name, ending="jpg"),
        None if collage is None else (collage.picture.width, collage.picture.height),
        absolute("campaign_embed.embed", campaign=campaign.name) if campaign.embed else None,
    )
    return _for_everyone(jsonify(oembed.answer(page, (_most("maxwidth"), _most("maxheight")))))


def _collage(campaign: Campaign, collage: Collage) -> dict[str, Any]:
    def picture(ending: str) -> str:
        return absolute("campaign_pictures.picture", campaign=campaign.name, ending=ending)

    summary, usual = collage.summary, collage.picture
    found = {
        "id": summary.id,
        "revision": summary.revision,
        "created_at": summary.created_at,
        "width": usual.width,
        "height": usual.height,
        "url": picture("jpg"),
        "webp": picture("webp"),
        "wall": absolute("wall.page", campaign=campaign.name, collage=summary.id),
    }
    if campaign.download and collage.master is not None:
        found["png"] = absolute("campaign_pictures.master", campaign=campaign.name)
    return found


def _campaign(address: str) -> Campaign:
    """The public campaign whose page has this address. Raises NotFound."""
    match = re.fullmatch(r"/c/([a-z0-9_-]+)/?", path_here(address) or "")
    if match is None:
        raise NotFound("The parameter url must be the address of a campaign's page here.")
    return public(match[1])


def _most(name: str) -> int:
    text = request.args.get(name)
    return MOST if text is None else min(MOST, parse_number(name, text, 1))


def _for_everyone(answer: Response) -> Response:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = A_MINUTE
    answer.add_etag()
    answer.make_conditional(request)
    return answer
