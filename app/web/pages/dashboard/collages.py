"""The dashboard's pages of collages: the history, and one collage while it is built and afterwards."""

from typing import Any

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.adapters.store.collages.manifests import File, Summary
from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters, CollageInProgress
from app.services.collage import derivatives, job
from app.services.collage.status import draft, finished_or_draft
from app.services.dashboard.changes import Change, change, changes
from app.services.notify import job as sending
from app.services.tracking import figures
from app.web.auth.admin import admin_only
from app.web.errors import http_status
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.pages.dashboard.chart import chart
from app.web.pages.dashboard.collage_form import with_picture
from app.web.pages.dashboard.photos import page
from app.web.pages.dashboard.plan import SHOWN
from app.web.pages.dashboard.sharing import codes
from app.web.pages.tiles import Tile, tiles
from app.web.services import services

blueprint = dashboard_blueprint("dashboard_collages", "/admin/campaigns/<campaign>")

PATIENCE = 0.3  # seconds to wait for the lock of somebody who is only checking whether a build is running
USES = {
    derivatives.name(1920): "For a screen or a post",
    derivatives.name(1024): "For mails",
}


@blueprint.post("/build")
@admin_only
def build(campaign: str) -> ResponseReturnValue:
    """Starts a build and redirects to its page; if it cannot start, shows the photos page with the reason."""
    given = services()
    with with_picture() as wanted:
        try:
            started = job.start(given.store, given.campaign(campaign), wanted())
        except (BadParameters, CollageInProgress) as error:
            return page(campaign, error.public, http_status(error))
    return redirect(url_for("dashboard_collages.collage", campaign=campaign, collage=started.id), 303)


@blueprint.get("/history")
@admin_only
def history(campaign: str) -> ResponseReturnValue:
    """Every finished collage, newest first, and what changed with each; names the damaged ones."""
    given = services()
    listing = given.dashboard.album.listing(given.campaign(campaign))
    gone = frozenset(given.withdrawn.among(campaign, {one for past in listing.sound for one in past.shown}))
    return render_template(
        "dashboard/history.html",
        campaign=given.campaigns[campaign],
        changes=changes(listing.sound),
        damaged=listing.damaged,
        picture=preview,
        withdrawn={past.id: sum(one in gone for one in past.shown) for past in listing.sound},
    )


@blueprint.get("/history/<collage>")
@admin_only
def collage(campaign: str, collage: str) -> ResponseReturnValue:
    """One collage, the progress of its build, or why it failed."""
    return _page(services().campaign(campaign), collage)


@blueprint.post("/history/<collage>/rebuild")
@admin_only
def rebuild(campaign: str, collage: str) -> ResponseReturnValue:
    """Rebuilds a collage without people who have withdrawn; its page shows the progress."""
    past = services().dashboard.album.one(services().campaign(campaign), collage)
    if _withdrawn(campaign, past):
        try:
            job.revise(services().store, campaign, collage, (), PATIENCE)
        except CollageInProgress as error:
            return _page(campaign, collage, error.public, http_status(error))
    return redirect(url_for("dashboard_collages.collage", campaign=campaign, collage=collage), 303)


def _page(campaign: str, collage: str, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    given = services()
    rules, album = given.campaigns[campaign], given.dashboard.album
    past, build = finished_or_draft(given.store, campaign, collage, album.one)
    if past is None:
        return render_template("dashboard/building.html", campaign=rules, id=collage, build=build)
    earlier = [other for other in album.all(campaign) if int(other.id) < int(past.id)]
    changed = change(past, earlier[-1] if earlier else None)
    withdrawn = _withdrawn(campaign, past)
    answer = render_template(
        "dashboard/collage.html",
        campaign=rules,
        id=collage,
        withdrawn=len(withdrawn),
        rebuilding=(draft(given.store, campaign, collage) or {}) if withdrawn else {},
        problem=problem,
        collage=past,
        picture=preview(past),
        change=changed,
        people=_people(campaign, changed),
        uses=USES | {past.master.name: _use(past)},
        master=past.master.name,
        codes=codes(rules, album.all(campaign)[-1]) if rules.public else (),
        **_mails(campaign, collage),
    )
    return make_response(answer, status)


def _use(past: Summary) -> str:
    """What the master is for."""
    if past.print:
        return f"A print of {past.print.width_mm:g} × {past.print.height_mm:g} mm, {past.print.dpi} dpi"
    return f"The master, on {past.background}" if past.background else "The master, with a transparent border"


def _withdrawn(campaign: str, past: Summary) -> list[str]:
    return services().withdrawn.among(campaign, past.shown)


def _mails(campaign: str, collage: str) -> dict[str, Any]:
    """How many mails were sent and opened."""
    store = services().store
    mails = figures.read(store, campaign, collage)
    by_day = {day: count.hits if mails.opened is None else count.people for day, count in mails.by_day.items()}
    opens = chart(by_day, "Fetches of the picture" if mails.opened is None else "People who opened the mail")
    return {"mails": mails, "opens": opens, "sending": sending.state(store, campaign, collage)}


def preview(past: Summary) -> File:
    """The file of a collage that pages show."""
    wanted = derivatives.name(1024)
    return next((file for file in past.files if file.name == wanted), past.files[-1])


def _people(campaign: str, changed: Change) -> dict[str, list[Tile]]:
    """The first few people who came, went, were left out and could not be read; some photos may be gone."""
    past = changed.collage
    kinds = {
        "added": changed.added if changed.before else (),
        "removed": changed.removed,
        "left_out": past.left_out,
        "unreadable": past.unreadable,
    }
    few = {kind: public_ids[:SHOWN] for kind, public_ids in kinds.items()}
    named = services().moderation.named(campaign)
    held = services().store.photos.find(campaign, {one for public_ids in few.values() for one in public_ids})
    return {
        kind: tiles(campaign, [held.get(one) or Photo(one, 0) for one in public_ids], named=named)
        for kind, public_ids in few.items()
    }
