"""The admin's API for mails: notify the people in a collage, and follow the run. No answer contains an address."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.services.notify import job
from app.services.notify.recipients import Options
from app.services.notify.run import Notifier
from app.services.tracking import figures
from app.web.auth.admin import admin_only
from app.web.http import json_body
from app.web.http.form_fields import check_number
from app.web.services import services

blueprint = Blueprint("notify", __name__, url_prefix="/admin/campaigns/<campaign>/collages/<collage>")

SWITCHES = ("send", "everyone", "retry_uncertain")
NUMBERS = ("limit", "rate")


@blueprint.post("/notify")
@admin_only
def notify(campaign: str, collage: str) -> ResponseReturnValue:
    """How many people would get a mail; {"send": true} starts a process that sends them: 202 and where to follow it."""
    given = services()
    given.campaign(campaign)
    send, options = _options()
    if send:
        job.start(given.settings, campaign, collage, options)
        location = url_for("api.notify.progress", campaign=campaign, collage=collage)
        return {"state": "sending"}, 202, {"Location": location}
    notifier = Notifier(given.settings, given.campaigns, given.store, given.exiftool)
    selection = notifier.plan(campaign, collage, options).selection
    skipped = {reason: len(people) for reason, people in selection.skipped.items()}
    return {"recipients": len(selection.recipients), "skipped": skipped}


@blueprint.get("/notify")
@admin_only
def progress(campaign: str, collage: str) -> ResponseReturnValue:
    """The progress of the newest run for this collage."""
    store = services().store
    store.collages.manifest(services().campaign(campaign), collage)
    return job.state(store, campaign, collage)


@blueprint.get("/opens")
@admin_only
def opens(campaign: str, collage: str) -> ResponseReturnValue:
    """How many people got a mail about this collage, and how many of them opened it."""
    counted = figures.read(services().store, services().campaign(campaign), collage)
    return {"campaign": campaign, "collage": collage} | counted.as_json()


def _options() -> tuple[bool, Options]:
    """Whether to send, and to whom and how fast, from the request's JSON. Raises BadParameters."""
    found = json_body.parameters((*SWITCHES, *NUMBERS), '{"send": true, "limit": 10}')
    for key, value in found.items():
        if key in SWITCHES:
            json_body.check_boolean(key, value)
        else:
            check_number(key, value, 1)
    return found.pop("send", False), Options(**found)
