"""The admin's desk: collages that are being made, and those that were."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.adapters.store.collages.manifests import File, Summary
from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters, CollageInProgress, NotFound
from app.services.collage import derivatives, job
from app.services.dashboard.changes import Change, change, changes
from app.services.notify import job as sending
from app.services.tracking import figures
from app.web.auth.admin import admin_only
from app.web.errors import STATUS
from app.web.pages.dashboard.chart import chart
from app.web.pages.dashboard.collage_form import wish
from app.web.pages.dashboard.photos import FEW, desk, on_pages, page
from app.web.pages.tiles import Tile, tiles
from app.web.services import services

blueprint = Blueprint("dashboard_collages", __name__, url_prefix="/admin/campaigns/<campaign>")
blueprint.after_request(on_pages)

PATIENCE = 0.3  # seconds, while somebody may only be looking whether a build goes on
WHAT = {
    derivatives.MASTER: "The master, with a transparent border, for print",
    derivatives.name(1920): "For a screen or a post",
    derivatives.name(1024): "For mails",
}


@blueprint.post("/build")
@admin_only
def build(campaign: str) -> ResponseReturnValue:
    """Starts a collage and leads to the page where it can be watched; says on the same page why that cannot be."""
    given = services()
    try:
        started = job.start(given.store, given.campaign(campaign), wish())
    except (BadParameters, CollageInProgress) as error:
        return page(campaign, error.public, STATUS[type(error)])
    return redirect(url_for("dashboard_collages.collage", campaign=campaign, collage=started.id), 303)


@blueprint.get("/history")
@admin_only
def history(campaign: str) -> ResponseReturnValue:
    """Every finished collage, the newest first, and what changed with each; those that are damaged are named."""
    listing = desk().album.listing(services().campaign(campaign))
    every = changes(listing.sound)
    rules = services().campaigns[campaign]
    return render_template(
        "dashboard/history.html",
        campaign=rules,
        name=campaign,
        changes=every,
        damaged=listing.damaged,
        picture=preview,
        withdrawn={one.collage.id: len(_withdrawn(campaign, one.collage)) for one in every},
    )


@blueprint.get("/history/<collage>")
@admin_only
def collage(campaign: str, collage: str) -> ResponseReturnValue:
    """One collage: how far it is, why it failed, or what has become of it."""
    return _page(services().campaign(campaign), collage)


@blueprint.post("/history/<collage>/rebuild")
@admin_only
def rebuild(campaign: str, collage: str) -> ResponseReturnValue:
    """Builds a collage anew under its number, without those who have withdrawn; its page says when that is done."""
    past = desk().album.one(services().campaign(campaign), collage)
    if _withdrawn(campaign, past):
        try:
            job.revise(services().store, campaign, collage, (), PATIENCE)
        except CollageInProgress as error:
            return _page(campaign, collage, error.public, STATUS[type(error)])
    return redirect(url_for("dashboard_collages.collage", campaign=campaign, collage=collage), 303)


def _page(campaign: str, collage: str, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    shared = {"campaign": services().campaigns[campaign], "name": campaign, "id": collage}
    state = _state(campaign, collage)
    if isinstance(state, dict):
        return render_template("dashboard/building.html", **shared, **state)
    earlier = [past for past in desk().album.all(campaign) if int(past.id) < int(state.id)]
    changed = change(state, earlier[-1] if earlier else None)
    withdrawn = _withdrawn(campaign, state)
    answer = render_template(
        "dashboard/collage.html",
        **shared,
        withdrawn=len(withdrawn),
        rebuilding=_rebuilding(campaign, collage) if withdrawn else {},
        problem=problem,
        collage=state,
        picture=preview(state),
        change=changed,
        people=_people(campaign, changed),
        what=WHAT,
        master=derivatives.MASTER,
        **_told(campaign, collage),
    )
    return make_response(answer, status)


def _withdrawn(campaign: str, past: Summary) -> list[str]:
    return services().withdrawn.among(campaign, past.shown)


def _rebuilding(campaign: str, collage: str) -> dict[str, Any]:
    """How far the revision of a collage is, or why it failed; nothing where there is none."""
    try:
        return services().store.collages.draft_state(campaign, collage)
    except NotFound:
        return {}


def _told(campaign: str, collage: str) -> dict[str, Any]:
    """What came of the mails about it."""
    store = services().store
    told = figures.read(store, campaign, collage)
    by_day = {day: count.hits if told.opened is None else count.people for day, count in told.by_day.items()}
    drawn = chart(by_day, "Fetches of the picture" if told.opened is None else "People who opened the mail")
    return {"told": told, "told_chart": drawn, "sending": sending.state(store, campaign, collage)}


def preview(past: Summary) -> File:
    """The file that a page shows of a collage."""
    wanted = derivatives.name(1024)
    return next((file for file in past.files if file.name == wanted), past.files[-1])


def _state(campaign: str, collage: str) -> Summary | dict[str, Any]:
    try:
        return desk().album.one(campaign, collage)
    except NotFound:
        try:
            state = services().store.collages.draft_state(campaign, collage)
        except NotFound:
            return desk().album.one(campaign, collage)  # it may have been finished between the two questions
        return {"state": state["state"], "progress": state.get("progress", 0.0), "error": state.get("error")}


def _people(campaign: str, changed: Change) -> dict[str, list[Tile]]:
    """The first of those who came, went, were left out and could not be read; the photos of some may be gone."""
    held = {photo.public_id: photo for photo in services().store.photos.all(campaign)}

    def of(public_ids: tuple[str, ...]) -> list[Tile]:
        return tiles(campaign, [held.get(one) or Photo(one, 0) for one in public_ids[:FEW]])

    past = changed.collage
    return {
        "added": of(changed.added) if changed.before else [],
        "removed": of(changed.removed),
        "left_out": of(past.left_out),
        "unreadable": of(past.unreadable),
    }
