"""The admin's desk: telling the people in a collage of it. First the numbers, then a button. No page has an address."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import BadParameters, CollageUnsound, NotifyInProgress, SettingError
from app.notify import process
from app.notify.recipients import Selection, Wish
from app.notify.run import Notifier
from app.web.access import admin_only
from app.web.desk import desk, on_pages
from app.web.errors import STATUS
from app.web.numbers import written
from app.web.services import services

blueprint = Blueprint("desk_notify", __name__, url_prefix="/admin/campaigns/<campaign>/history/<collage>/notify")
blueprint.after_request(on_pages)

# in the words of whoever sends, for reasons of app.notify.recipients that are not plain enough
REASONS = {
    "told before": "were told before",
    "unsubscribed": "have unsubscribed",
    "no address": "have no address",
    "malformed address": "have an address that is none",
    "not a test address": "have an address that is not for trials",
    "same address": "have an address that stands for somebody else too",
    "uncertain": "may have been told: nobody knows",
    "failed for good": "were refused by their mail server",
    "over the limit": "are over the limit",
}


@blueprint.get("")
@admin_only
def ask(campaign: str, collage: str) -> ResponseReturnValue:
    """How many would be told and who not, and the button; or how far the run is that goes on. Sends nothing."""
    return _page(campaign, collage)


@blueprint.post("")
@admin_only
def send(campaign: str, collage: str) -> ResponseReturnValue:
    """Starts a run, if it is for as many people as the page said; else shows the new numbers."""
    services().campaign(campaign)
    try:
        wish = _wish()
        people = len(_selection(campaign, collage, wish).recipients)
        if request.form.get("recipients") != str(people):
            said = "The numbers have changed since you saw them. Nothing was sent; please look again."
            return _page(campaign, collage, said, 409)
        process.start(services().settings, campaign, collage, wish)
    except (BadParameters, CollageUnsound, NotifyInProgress, SettingError) as error:
        return _page(campaign, collage, error.public, STATUS[type(error)])
    return redirect(url_for("desk_notify.ask", campaign=campaign, collage=collage), 303)


def _page(campaign: str, collage: str, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    given = services()
    past = desk().album.one(given.campaign(campaign), collage)
    state = process.state(given.store, campaign, collage)
    selection: Selection | None = None
    if state["state"] != "sending":
        try:
            selection = _selection(campaign, collage, _wish())
        except (BadParameters, CollageUnsound, SettingError) as error:
            problem = problem or error.public
    shown: dict[str, Any] = {
        "recipients": len(selection.recipients) if selection else 0,
        "skipped": {REASONS.get(reason, reason): len(people) for reason, people in selection.skipped.items()}
        if selection
        else {},
    }
    answer = render_template(
        "desk_notify.html",
        campaign=given.campaigns[campaign],
        name=campaign,
        id=collage,
        people=len(past.shown),
        possible=selection is not None,
        state=state,
        problem=problem,
        asked=request.values,
        **shown,
    )
    return make_response(answer, status)


def _selection(campaign: str, collage: str, wish: Wish) -> Selection:
    given = services()
    notifier = Notifier(given.settings, given.campaigns, given.store, given.exiftool)
    return notifier.plan(campaign, collage, wish).selection


def _wish() -> Wish:
    return Wish(
        everyone="everyone" in request.values,
        retry_uncertain="retry_uncertain" in request.values,
        limit=_number("limit"),
        rate=_number("rate"),
    )


def _number(key: str) -> int | None:
    """A whole number from 1, or None where nothing was filled in. Raises BadParameters."""
    given = request.values.get(key, "").strip()
    return written(key, given, 1) if given else None
