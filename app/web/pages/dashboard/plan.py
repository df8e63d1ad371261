"""The collage that could be made now: its grid, its cost, who is left out. Changes nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.adapters.store.collages.manifests import Summary
from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.services.collage import choice
from app.services.collage.cells import looked
from app.services.collage.cells.sources import WHITE, InLook
from app.services.collage.plan import Parameters
from app.services.dashboard.proposal import Proposal, propose
from app.services.wall.preview import MOST
from app.web.auth.admin import admin_only
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.pages.dashboard.collage_form import fields, parameters, pinned
from app.web.pages.dashboard.sketch import Sketch, edges, sketch
from app.web.pages.pictures import FOR_A_MINUTE
from app.web.pages.tiles import Tile, tiles
from app.web.services import services

blueprint = dashboard_blueprint("dashboard_plan", "/admin/campaigns/<campaign>")

SHOWN = 12  # people of each kind, of whom there may be many
LONGEST = 3500  # characters of an address; gunicorn takes 4,094


@dataclass(frozen=True)
class Plan:
    """`problem`: why no collage can be made; without one there are a proposal, a sketch and the first few people.

    `picture`: the address of a preview, "" where the sketch has to do. `lacking`: how many photos lack the look.
    `pinned`: the photos that are pinned, and the places that were typed; also with a problem.
    """

    problem: str = ""
    proposal: Proposal | None = None
    sketch: Sketch | None = None
    picture: str = ""
    lacking: int = 0
    edges: str = ""
    left_out: list[Tile] = field(default_factory=list)
    excluded: list[Tile] = field(default_factory=list)
    duplicates: list[Tile] = field(default_factory=list)
    pinned: list[tuple[Tile, str]] = field(default_factory=list)


@blueprint.route("/plan", methods=["GET", "POST"])
@admin_only
def show(campaign: str) -> ResponseReturnValue:
    """The part of the photos page that shows the plan."""
    given = services()
    photos = given.store.photos.all(given.campaign(campaign))
    plan = planned(campaign, photos, given.dashboard.album.all(campaign))
    return render_template("dashboard/plan.html", campaign=given.campaigns[campaign], plan=plan)


@blueprint.get("/plan.jpg")
@admin_only
def picture(campaign: str) -> ResponseReturnValue:
    """What the collage would look like: its grid, small. Raises BadParameters."""
    given = services()
    photos = given.store.photos.all(given.campaign(campaign))
    proposal = _proposal(campaign, photos, given.dashboard.album.all(campaign))
    wish = parameters()
    look = InLook(wish.look.name, wish.finish.colour or WHITE) if wish.look else None
    picture = given.previews.jpeg(campaign, proposal.arranged, proposal.grid.cols, look)
    answer = Response(picture, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = FOR_A_MINUTE
    return answer


def planned(campaign: str, photos: Sequence[Photo], collages: Sequence[Summary]) -> Plan:
    """What the request's form would make of a campaign that has these photos and collages."""
    lines = _lines(campaign, photos)
    try:
        proposal = _proposal(campaign, photos, collages)
    except BadParameters as error:
        return Plan(problem=error.public, pinned=lines)
    named = services().moderation.named(campaign)
    return Plan(
        proposal=proposal,
        sketch=sketch(proposal.grid, proposal.pinned.values()),
        picture=_picture(campaign, proposal),
        lacking=len(_lacking(campaign, photos, parameters())),
        edges=edges(proposal.grid),
        left_out=tiles(campaign, proposal.left_out[:SHOWN], named=named),
        excluded=tiles(campaign, proposal.excluded[:SHOWN], named=named),
        duplicates=tiles(campaign, proposal.duplicates[:SHOWN], named=named),
        pinned=lines,
    )


def _lines(campaign: str, photos: Sequence[Photo]) -> list[tuple[Tile, str]]:
    """The photos that are pinned, with their places; those that the campaign does not have, too."""
    typed = pinned()
    if not typed:
        return []
    here = [one for one in photos if one.public_id in typed]
    held = {one.public_id: one for one in tiles(campaign, here, named=services().moderation.named(campaign))}
    gone = datetime.fromtimestamp(0, UTC)
    return [(held.get(public_id) or Tile(public_id, gone, None, ""), place) for public_id, place in typed.items()]


def _proposal(campaign: str, photos: Sequence[Photo], collages: Sequence[Summary]) -> Proposal:
    """Raises BadParameters."""
    requested = parameters()
    choice.require_known(campaign, photos, requested.exclude, requested.pin)
    alike = () if requested.duplicates else services().dashboard.alike.soon(campaign, photos)
    lacking = _lacking(campaign, photos, requested)
    looked.require_results(campaign, requested.look, photos, lacking, requested.pin)
    return propose(photos, choice.appearances(past.shown for past in collages), requested, alike, lacking)


def _lacking(campaign: str, photos: Sequence[Photo], requested: Parameters) -> frozenset[str]:
    """Who has no current result of the look that was chosen."""
    if requested.look is None:
        return frozenset()
    given = services()
    ready = given.standings.of(campaign, given.looks[requested.look.name]).by_state["current"]
    return frozenset(photo.public_id for photo in photos).difference(ready)


def _picture(campaign: str, proposal: Proposal) -> str:
    """The address of the preview, with the form's choices in it, and a mark that changes with the people."""
    if proposal.grid.used > MOST:
        return ""
    seated = hashlib.sha256(repr(sorted(proposal.seated, key=lambda one: one.public_id)).encode()).hexdigest()[:12]
    query = [(name, value) for name, value in fields().items() if value]
    query += [("exclude", one) for one in request.values.getlist("exclude")]
    query += [pair for public_id, place in pinned().items() for pair in (("pin", public_id), ("place", place))]
    address = f"{url_for('dashboard_plan.picture', campaign=campaign)}?{urlencode([*query, ('v', seated)])}"
    return address if len(address) <= LONGEST else ""
