"""The wall of the newest collage, for a frame in another website's page."""

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.web.auth.public import public_visitor
from app.web.http.security_headers import framed_by
from app.web.pages.campaign.blueprint import public_blueprint
from app.web.pages.wall.wall import everyones
from app.web.services import services

blueprint = public_blueprint("campaign_embed", __name__)


@blueprint.get("/embed")
@public_visitor
def embed(campaign: Campaign) -> ResponseReturnValue:
    """The wall without anything around it; only the campaign's `embed` origins may frame it."""
    collage = services().face.newest.of(campaign.name)
    if collage is None:
        answer = make_response(render_template("campaign/waiting.html", campaign=campaign))
    else:
        answer = everyones(campaign, collage.summary.id, "campaign/embed.html")
    answer.headers["Cache-Control"] = "no-cache"
    framed_by(answer, campaign.embed)
    return answer
