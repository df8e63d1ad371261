"""The collage that could be made now: its grid, its cost, who is left out. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from app.adapters.store.collages.manifests import Summary
from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.services.collage import choice
from app.services.dashboard.proposal import Proposal, propose
from app.web.auth.admin import admin_only
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.pages.dashboard.collage_form import parameters, pinned
from app.web.pages.dashboard.sketch import Sketch, edges, sketch
from app.web.pages.tiles import Tile, tiles
from app.web.services import services

blueprint = dashboard_blueprint("dashboard_plan", "/admin/campaigns/<campaign>")

SHOWN = 12  # people of each kind, of whom there may be many


@dataclass(frozen=True)
class Plan:
    """`problem`: why no collage can be made; without one there are a proposal, a sketch and the first few people.

    `pinned`: the photos that are pinned, and the places that were typed; also with a problem.
    """

    problem: str = ""
    proposal: Proposal | None = None
    sketch: Sketch | None = None
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


def planned(campaign: str, photos: Sequence[Photo], collages: Sequence[Summary]) -> Plan:
    """What the request's form would make of a campaign that has these photos and collages."""
    lines = _lines(campaign, photos)
    try:
        requested = parameters()
        choice.require_known(campaign, photos, requested.exclude, requested.pin)
        alike = () if requested.duplicates else services().dashboard.alike.soon(campaign, photos)
        proposal = propose(photos, choice.appearances(past.shown for past in collages), requested, alike)
    except BadParameters as error:
        return Plan(problem=error.public, pinned=lines)
    return Plan(
        proposal=proposal,
        sketch=sketch(proposal.grid, proposal.pinned.values()),
        edges=edges(proposal.grid),
        left_out=tiles(campaign, proposal.left_out[:SHOWN]),
        excluded=tiles(campaign, proposal.excluded[:SHOWN]),
        duplicates=tiles(campaign, proposal.duplicates[:SHOWN]),
        pinned=lines,
    )


def _lines(campaign: str, photos: Sequence[Photo]) -> list[tuple[Tile, str]]:
    """The photos that are pinned, with their places; those that the campaign does not have, too."""
    typed = pinned()
    if not typed:
        return []
    held = {one.public_id: one for one in tiles(campaign, [one for one in photos if one.public_id in typed])}
    gone = datetime.fromtimestamp(0, UTC)
    return [(held.get(public_id) or Tile(public_id, gone, None, ""), place) for public_id, place in typed.items()]
