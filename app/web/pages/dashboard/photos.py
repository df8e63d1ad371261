"""The photos of a campaign, and the form that makes a collage of them.

The page works without scripts: what has been chosen travels with the form. Scripts fetch parts of the same page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.adapters.store.photos.listing import Photo
from app.core.sources import Listed
from app.services.dashboard.addresses import with_address
from app.web.auth.admin import admin_only
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.pages.dashboard.collage_form import fields, pinned
from app.web.pages.dashboard.numbers import numbers
from app.web.pages.dashboard.plan import planned
from app.web.pages.pictures import picture
from app.web.pages.tiles import tiles
from app.web.services import services

blueprint = dashboard_blueprint("dashboard_photos", "/admin/campaigns/<campaign>")

A_PAGE = 100  # photos
LONGEST_ADDRESS = 254  # characters, as RFC 5321 has it
LONG = 30  # excluded people from which on the form is posted: gunicorn takes addresses of up to 4,094 characters


@blueprint.route("/", methods=["GET", "POST"])
@admin_only
def show(campaign: str) -> ResponseReturnValue:
    """The photos, newest first, and the collage that could be made. A POST changes nothing."""
    return page(services().campaign(campaign))


@blueprint.get("/photos/<path:public_id>/<variant>.jpg")
@admin_only
def photo(campaign: str, public_id: str, variant: str) -> ResponseReturnValue:
    """One picture of a photo."""
    return picture(services().campaign(campaign), public_id, variant)


@blueprint.post("/find")
@admin_only
def find(campaign: str) -> ResponseReturnValue:
    """The photos with the address in the form, which must not be in the page's own address. Changes nothing."""
    return page(services().campaign(campaign), address=request.form.get("address", "").strip()[:LONGEST_ADDRESS])


def page(campaign: str, problem: str | None = None, status: int = 200, address: str = "") -> ResponseReturnValue:
    """The page of a campaign's photos. `problem`: why no collage was started; `address`: only photos with it."""
    given = services()
    photos, collages = given.store.photos.all(campaign), given.dashboard.album.listing(campaign)
    summed_up = numbers(campaign, photos, collages)
    search = request.values.get("q", "").strip()
    excluded = frozenset(request.values.getlist("exclude"))
    pins = pinned()
    only_cut, archives = "cut" in request.values, summed_up.archives
    candidates: Sequence[Photo] = (archives.much_cut if archives else ()) if only_cut else photos
    named = given.moderation.named(campaign)
    views = _views(campaign)
    view = next((one for one in views if one.name == request.values.get("view")), None)
    if view is not None:
        candidates = [one for one in candidates if one.public_id in view.public_ids]
    if address:
        candidates = with_address(given.store, given.campaigns[campaign], photos, address)
    found = [one for one in reversed(candidates) if _has(search, one.public_id, named)]
    pages = max(1, ceil(len(found) / A_PAGE))
    number = min(max(1, request.values.get("page", 1, type=int)), pages)
    here = found[(number - 1) * A_PAGE : number * A_PAGE]
    shown = {one.public_id for one in here}
    answer = render_template(
        "dashboard/photos.html",
        campaign=given.campaigns[campaign],
        numbers=summed_up,
        archives=archives,
        named=named,
        plan=planned(campaign, photos, collages.sound),
        fields=fields(),
        tiles=tiles(campaign, here, given.dashboard.tags.cuts(campaign, here), named, view.name if view else ""),
        views=views,
        view=view,
        excluded=excluded,
        pinned=pins,
        elsewhere=[one.public_id for one in photos if one.public_id in excluded - shown],
        search=search,
        address=address,
        only_cut=only_cut,
        counting=only_cut and archives is None,
        found=len(found),
        page=number,
        pages=pages,
        long=len(excluded) + len(pins) > LONG,
        problem=problem,
    )
    return make_response(answer, status)


@dataclass(frozen=True)
class View:
    """A look that can be shown instead of the photos. `public_ids`: of those with a current result."""

    name: str
    title: str
    public_ids: frozenset[str]

    @property
    def ready(self) -> int:
        return len(self.public_ids)


def _views(campaign: str) -> list[View]:
    given = services()
    return [
        View(look.name, look.title, frozenset(given.standings.of(campaign, look).by_state["current"]))
        for look in given.looks.values()
    ]


def _has(search: str, public_id: str, named: Mapping[str, Listed]) -> bool:
    """Whether a photo's public ID or name has this text in it."""
    row = named.get(public_id)
    return any(search.casefold() in text.casefold() for text in (public_id, row.name if row else ""))
