"""The admin's desk: telling the people in a collage of it. First the mail and the numbers, then a button.

No page has an address.
"""

from email.message import EmailMessage
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.addresses import normalise
from app.core.errors import BadParameters, CollageUnsound, MailUnavailable, NotifyInProgress, SettingError, nameless
from app.services.notify import job
from app.services.notify.recipients import Selection, Wish
from app.services.notify.run import Notifier
from app.web.auth.admin import admin_only
from app.web.errors import STATUS
from app.web.http.form_fields import written
from app.web.http.security_headers import HEADERS
from app.web.pages.dashboard.photos import desk, on_pages
from app.web.services import services

blueprint = Blueprint("dashboard_notify", __name__, url_prefix="/admin/campaigns/<campaign>/history/<collage>/notify")
blueprint.after_request(on_pages)

FRAMING = {"Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"}
# a mail has its styles in it, and a campaign's own may show pictures from elsewhere; "sandbox" lets it do nothing else
FRAMED = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'self'; sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
TESTED = {"sent": "One mail was sent to you.", "uncertain": "The connection broke; the mail may have arrived."}

# in the words of whoever sends, for reasons of app.services.notify.recipients that are not plain enough
REASONS = {
    "told before": "were told before",
    "unsubscribed": "have unsubscribed",
    "no address": "have no address",
    "malformed address": "have an unusable address",
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
        people = len(_notifier().plan(campaign, collage, wish).selection.recipients)
        if request.form.get("recipients") != str(people):
            said = "The numbers have changed since you saw them. Nothing was sent; please look again."
            return _page(campaign, collage, said, 409)
        job.start(services().settings, campaign, collage, wish, expected=people)
    except (BadParameters, CollageUnsound, NotifyInProgress, SettingError) as error:
        return _page(campaign, collage, error.public, STATUS[type(error)])
    return redirect(url_for("dashboard_notify.ask", campaign=campaign, collage=collage), 303)


@blueprint.post("/stop")
@admin_only
def stop(campaign: str, collage: str) -> ResponseReturnValue:
    """Ends the run that goes on after the mail that it is at."""
    store = services().store
    if job.state(store, services().campaign(campaign), collage)["state"] == "sending":
        store.sends.stop(campaign)
    return redirect(url_for("dashboard_notify.ask", campaign=campaign, collage=collage), 303)


@blueprint.post("/test")
@admin_only
def test(campaign: str, collage: str) -> ResponseReturnValue:
    """Sends one mail to the address in the form; nothing is recorded of it."""
    services().campaign(campaign)
    address = normalise(request.form.get("address"))
    if address is None:
        return _page(campaign, collage, "No mail can be sent to this address.", 422)
    notifier = _notifier()
    try:
        report = notifier.send(notifier.plan(campaign, collage, Wish(test=address)))
    except (BadParameters, CollageUnsound, MailUnavailable, SettingError) as error:
        return _page(campaign, collage, error.public, STATUS[type(error)])
    if report.stopped:
        return _page(campaign, collage, nameless(report.stopped), 502)
    tested = "sent" if report.sent else "uncertain"
    return redirect(url_for("dashboard_notify.ask", campaign=campaign, collage=collage, tested=tested), 303)


@blueprint.get("/preview")
@admin_only
def preview(campaign: str, collage: str) -> ResponseReturnValue:
    """The mail as its readers see it, for a frame on our own page. Its picture is asked for here, whatever our name."""
    services().campaign(campaign)
    body = _notifier().sample(campaign, collage).get_body(("html",))
    html = str(body.get_content()) if body else ""
    # with the host: relative to a page whose address holds the password, it would not be loaded
    track = f"//{request.host}{request.script_root}/track/"
    here = html.replace(f"{services().settings.required_public_url()}/track/", track)
    return make_response(here, 200, FRAMED)


def _page(campaign: str, collage: str, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    given = services()
    past = desk().album.one(given.campaign(campaign), collage)
    state = job.state(given.store, campaign, collage)
    selection: Selection | None = None
    sample: EmailMessage | None = None
    try:
        sample = _notifier().sample(campaign, collage)
        damaged = _damaged_log(campaign)
        if damaged:
            problem = problem or damaged
        elif state["state"] != "sending":
            selection = _notifier().plan(campaign, collage, _wish()).selection
    except (BadParameters, CollageUnsound, SettingError) as error:
        problem = problem or error.public
    shown: dict[str, Any] = {
        "recipients": len(selection.recipients) if selection else 0,
        "skipped": {REASONS.get(reason, reason): len(people) for reason, people in selection.skipped.items()}
        if selection
        else {},
    }
    answer = render_template(
        "dashboard/notify.html",
        campaign=given.campaigns[campaign],
        name=campaign,
        id=collage,
        people=len(past.shown),
        possible=selection is not None,
        state=state,
        problem=problem,
        asked=request.values,
        tested=TESTED.get(request.args.get("tested", "")),
        subject=sample["Subject"] if sample else None,
        plain=_plain(sample) if sample else None,
        **shown,
    )
    return make_response(answer, status, FRAMING)


def _damaged_log(campaign: str) -> str:
    """Why nobody can be told as long as a log is damaged; "" where none is. Without paths."""
    store = services().store
    for contents in (store.sends.contents(campaign), store.unsubscribes.contents(campaign)):
        if contents.damage:
            return (
                f"The log {contents.path.name} is damaged ({contents.damage}), so nobody can tell who was sent a mail"
                f" or wants none. No mail is sent until it is whole; python -m app check {campaign} says what to do."
            )
    return ""


def _notifier() -> Notifier:
    given = services()
    return Notifier(given.settings, given.campaigns, given.store, given.exiftool)


def _plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


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
