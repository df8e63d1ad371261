"""The admin's desk: pages for people. How the campaigns are doing, their photos, what collage could be made.

The collages that were made are in `desk_collages`, the mails about them in `desk_notify`. All essentials work without
scripts: what someone has chosen travels with the form. What scripts fetch are parts of the same pages.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.core.plurals import count
from app.services import health
from app.services.collage import choice
from app.services.collage.alike import Alike
from app.services.collage.build import Parameters
from app.services.dashboard.album import Album
from app.services.dashboard.archives import Addresses
from app.services.dashboard.counts import counts
from app.services.dashboard.proposal import Proposal, propose
from app.web.auth.admin import admin_only
from app.web.pages.dashboard.collage_form import fields, wish
from app.web.pages.dashboard.sketch import edges, sketch
from app.web.pages.pictures import picture
from app.web.pages.tiles import tiles
from app.web.services import Services, services

blueprint = Blueprint("dashboard", __name__, url_prefix="/admin")

A_PAGE = 100  # photos
EVENTS = 8
FEW = 12  # people who are shown where there may be many
LONG = 30  # people left out, from which on they travel in a body: gunicorn takes addresses of up to 4,094 characters
MARKS = re.compile(r" version [0-9]+\b| request=\S+$")  # say nothing to people


@dataclass(frozen=True)
class Desk:
    """What the pages remember between requests, in each worker."""

    album: Album
    addresses: Addresses
    alike: Alike


def desk() -> Desk:
    """The desk of the application that answers the current request."""
    given = services()
    made: Desk = current_app.extensions.setdefault(
        "collagen.desk", Desk(Album(given.store), Addresses(given.store, given.exiftool), Alike(given.store))
    )
    return made


def on_pages(answer: Response) -> Response:
    """Lets browsers name the page that a form is on, without which they say of its origin "null"."""
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


blueprint.after_request(on_pages)
blueprint.add_app_template_filter(count, "count")


@blueprint.app_template_filter("moment")
def moment(when: str | datetime) -> str:
    """A time, or `2026-11-20T06:04:05Z`, as people write it."""
    try:
        return f"{when if isinstance(when, datetime) else datetime.fromisoformat(when):%-d %b %Y, %H:%M}"
    except ValueError:
        return str(when)


@blueprint.get("/")
@admin_only
def home() -> ResponseReturnValue:
    """Every campaign in numbers, what happened last, and whether all is well."""
    given = services()
    checks = health.check(given.settings, given.probe, given.exiftool, given.intake.processor)
    campaigns = [{"rules": rules} | _numbers(name) for name, rules in given.campaigns.items()]
    events = {name: _events(given, name) for name in given.campaigns}
    return render_template("dashboard/home.html", campaigns=campaigns, events=events, checks=checks)


@blueprint.get("/campaigns/<campaign>/counts")
@admin_only
def numbers(campaign: str) -> ResponseReturnValue:
    """The part of a page with a campaign's numbers."""
    return render_template("dashboard/counts.html", **_numbers(services().campaign(campaign)))


@blueprint.get("/campaigns/<campaign>/unreachable")
@admin_only
def unreachable(campaign: str) -> ResponseReturnValue:
    """The part of a page that lists the photos without a usable address."""
    every = services().store.photos.all(services().campaign(campaign))
    return render_template(
        "dashboard/unreachable.html", name=campaign, unreachable=desk().addresses.unreachable(campaign, every)
    )


@blueprint.route("/campaigns/<campaign>/", methods=["GET", "POST"])
@admin_only
def photos(campaign: str) -> ResponseReturnValue:
    """The photos of a campaign, the newest first, and the collage that could be made. A POST changes nothing."""
    return page(services().campaign(campaign))


@blueprint.route("/campaigns/<campaign>/plan", methods=["GET", "POST"])
@admin_only
def plan(campaign: str) -> ResponseReturnValue:
    """The part of the page about the collage that could be made: sketch, cost, who is left out. Changes nothing."""
    every = services().store.photos.all(services().campaign(campaign))
    return render_template("dashboard/plan.html", **_planned(campaign, every))


@blueprint.get("/campaigns/<campaign>/sketch")
@admin_only
def drawing(campaign: str) -> ResponseReturnValue:
    """The grid that would be chosen, as a picture. Raises BadParameters where there is none."""
    every = services().store.photos.all(services().campaign(campaign))
    answer = make_response(sketch(_proposal(campaign, every, wish()).grid))
    answer.content_type = "image/svg+xml"
    return answer


@blueprint.get("/campaigns/<campaign>/photos/<path:public_id>/<variant>.jpg")
@admin_only
def photo(campaign: str, public_id: str, variant: str) -> ResponseReturnValue:
    """One picture of a photo."""
    return picture(services().campaign(campaign), public_id, variant)


def page(campaign: str, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    """The page of a campaign's photos. `problem`: what keeps a collage from being made."""
    store = services().store
    every = store.photos.all(campaign)
    search = request.values.get("q", "").strip()
    excluded = frozenset(request.values.getlist("exclude"))
    only_cut = "cut" in request.values
    cut = desk().addresses.cut(campaign, every) if only_cut else None
    found = [one for one in reversed(cut or [] if only_cut else every) if search.casefold() in one.public_id.casefold()]
    pages = max(1, ceil(len(found) / A_PAGE))
    number = min(max(1, request.values.get("page", 1, type=int)), pages)
    few = found[(number - 1) * A_PAGE : number * A_PAGE]
    here = tiles(campaign, few, desk().addresses.cuts(campaign, few))
    shown = {tile.public_id for tile in here}
    answer = render_template(
        "dashboard/photos.html",
        campaign=services().campaigns[campaign],
        **(_numbers(campaign, every) | _planned(campaign, every)),
        tiles=here,
        unticked=excluded,
        elsewhere=[one.public_id for one in every if one.public_id in excluded - shown],
        search=search,
        only_cut=only_cut,
        counting=only_cut and cut is None,
        found=len(found),
        page=number,
        pages=pages,
        long=len(excluded) > LONG,
        refused=problem,
    )
    return make_response(answer, status)


def _numbers(campaign: str, every: Sequence[Photo] | None = None) -> dict[str, Any]:
    store = services().store
    every = store.photos.all(campaign) if every is None else every
    unreachable, cut = desk().addresses.unreachable(campaign, every), desk().addresses.cut(campaign, every)
    listing = desk().album.listing(campaign)
    collages = listing.sound
    return {
        "name": campaign,
        "damaged": len(listing.damaged),
        "counts": counts(every, store.photos.incomplete(campaign), collages),
        "unreachable": unreachable,
        "cut": len(cut or ()),
        "last": collages[-1] if collages else None,
    }


def _proposal(campaign: str, every: Sequence[Photo], asked: Parameters) -> Proposal:
    alike = () if asked.duplicates else desk().alike.soon(campaign, every)
    seen = choice.appearances(past.shown for past in desk().album.all(campaign))
    return propose(every, seen, asked, alike)


def _planned(campaign: str, every: Sequence[Photo]) -> dict[str, Any]:
    planned: dict[str, Any] = {"name": campaign, "fields": fields(), "proposal": None, "problem": None}
    try:
        asked = wish()
        choice.require_known(campaign, every, asked.exclude)
        proposal = _proposal(campaign, every, asked)
    except BadParameters as error:
        return planned | {"problem": error.public}
    return planned | {
        "proposal": proposal,
        "drawing": sketch(proposal.grid),
        "edges": edges,
        "left_out": tiles(campaign, proposal.left_out[:FEW]),
        "excluded": tiles(campaign, proposal.excluded[:FEW]),
        "duplicates": tiles(campaign, proposal.duplicates[:FEW]),
    }


def _events(given: Services, campaign: str) -> list[tuple[str, str, str]]:
    """The last lines of processor.log: time, what happened, to what."""
    lines = (line.split(" ", 2) for line in given.store.logs.tail(campaign, EVENTS))
    return [(line[0], line[1], MARKS.sub("", line[2])) for line in lines if len(line) == 3]
