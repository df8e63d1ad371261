"""The dashboard's page that sends mails to the people in a collage: the mail and the numbers first, then a button.

No page contains an address.
"""

from email.message import EmailMessage
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.addresses import normalise
from app.core.errors import BadParameters, CollageUnsound, MailUnavailable, NotifyInProgress, SettingError, nameless
from app.services.notify import job
from app.services.notify.recipients import Options, Selection
from app.services.notify.run import Notifier
from app.web.auth.admin import admin_only
from app.web.errors import http_status
from app.web.http.form_fields import parse_number
from app.web.http.security_headers import HEADERS
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.services import services

blueprint = dashboard_blueprint("dashboard_notify", "/admin/campaigns/<campaign>/history/<collage>/notify")

FRAMING = {"Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"}
# a mail contains its styles, and a campaign's own may load pictures from elsewhere; "sandbox" forbids all else
FRAMED = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'self'; sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
TESTED = {
    "sent": "One mail was sent to you.",
    "uncertain": "The connection broke, so the mail may or may not have arrived.",
}

# why people get no mail (see app.services.notify.recipients), in words for the page
REASONS = {
    "told before": "already got a mail",
    "unsubscribed": "have unsubscribed",
    "no address": "have no address",
    "malformed address": "have an unusable address",
    "not a test address": "have an address that is not a test address",
    "same address": "share an address with somebody who gets the mail",
    "uncertain": "may already have got it",
    "failed for good": "were refused by their mail server",
    "over the limit": "are over the limit",
}


@blueprint.get("")
@admin_only
def ask(campaign: str, collage: str) -> ResponseReturnValue:
    """Who would get a mail, who would not and why, and the button; or the progress of a run. Sends nothing."""
    return _page(campaign, collage)


@blueprint.post("")
@admin_only
def send(campaign: str, collage: str) -> ResponseReturnValue:
    """Starts a run if it is for as many people as the page said; otherwise shows the new numbers."""
    services().campaign(campaign)
    try:
        options = _options()
        people = len(_notifier().plan(campaign, collage, options).selection.recipients)
        if request.form.get("recipients") != str(people):
            problem = "The numbers have changed since you saw them. Nothing was sent; please check them again."
            return _page(campaign, collage, problem, 409)
        job.start(services().settings, campaign, collage, options, expected=people)
    except (BadParameters, CollageUnsound, NotifyInProgress, SettingError) as error:
        return _page(campaign, collage, error.public, http_status(error))
    return redirect(url_for("dashboard_notify.ask", campaign=campaign, collage=collage), 303)


@blueprint.post("/stop")
@admin_only
def stop(campaign: str, collage: str) -> ResponseReturnValue:
    """Ends the current run after the mail that is being sent."""
    store = services().store
    if job.state(store, services().campaign(campaign), collage)["state"] == "sending":
        store.sends.stop(campaign)
    return redirect(url_for("dashboard_notify.ask", campaign=campaign, collage=collage), 303)


@blueprint.post("/test")
@admin_only
def test(campaign: str, collage: str) -> ResponseReturnValue:
    """Sends one mail to the address in the form; records nothing."""
    services().campaign(campaign)
    address = normalise(request.form.get("address"))
    if address is None:
        return _page(campaign, collage, "This is not a valid e-mail address.", 422)
    notifier = _notifier()
    try:
        report = notifier.send(notifier.plan(campaign, collage, Options(test=address)))
    except (BadParameters, CollageUnsound, MailUnavailable, SettingError) as error:
        return _page(campaign, collage, error.public, http_status(error))
    if report.stopped:
        return _page(campaign, collage, nameless(report.stopped), 502)
    tested = "sent" if report.sent else "uncertain"
    return redirect(url_for("dashboard_notify.ask", campaign=campaign, collage=collage, tested=tested), 303)


@blueprint.get("/preview")
@admin_only
def preview(campaign: str, collage: str) -> ResponseReturnValue:
    """The mail as its readers see it, for a frame on our own page. Its picture is loaded from this host."""
    services().campaign(campaign)
    body = _notifier().sample(campaign, collage).get_body(("html",))
    html = str(body.get_content()) if body else ""
    # with the host: browsers do not load pictures relative to a page whose address contains a password
    track = f"//{request.host}{request.script_root}/track/"
    here = html.replace(f"{services().settings.required_public_url()}/track/", track)
    return make_response(here, 200, FRAMED)


def _page(campaign: str, collage: str, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    given = services()
    past = given.dashboard.album.one(given.campaign(campaign), collage)
    state = job.state(given.store, campaign, collage)
    selection: Selection | None = None
    sample: EmailMessage | None = None
    try:
        sample = _notifier().sample(campaign, collage)
        damaged = _damaged_log(campaign)
        if damaged:
            problem = problem or damaged
        elif state["state"] != "sending":
            selection = _notifier().plan(campaign, collage, _options()).selection
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
        id=collage,
        people=len(past.shown),
        possible=selection is not None,
        state=state,
        problem=problem,
        options=request.values,
        tested=TESTED.get(request.args.get("tested", "")),
        subject=sample["Subject"] if sample else None,
        plain=_plain(sample) if sample else None,
        **shown,
    )
    return make_response(answer, status, FRAMING)


def _damaged_log(campaign: str) -> str:
    """Why no mail can be sent while a log is damaged, without paths; "" if none is."""
    store = services().store
    for log in (store.sends, store.unsubscribes, store.mailed):
        contents = log.contents(campaign)
        if contents.damage:
            return (
                f"The log {contents.path.name} is damaged ({contents.damage}), so nobody knows who already got a mail"
                f" or has unsubscribed. No mail is sent until it is repaired: python -m app check {campaign} says how."
            )
    return ""


def _notifier() -> Notifier:
    given = services()
    return Notifier(given.settings, given.campaigns, given.store, given.exiftool)


def _plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _options() -> Options:
    return Options(
        everyone="everyone" in request.values,
        retry_uncertain="retry_uncertain" in request.values,
        limit=_number("limit"),
        rate=_number("rate"),
    )


def _number(key: str) -> int | None:
    """A whole number from 1; None if the field is empty. Raises BadParameters."""
    text = request.values.get(key, "").strip()
    return parse_number(key, text, 1) if text else None
