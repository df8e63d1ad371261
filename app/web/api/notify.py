"""The admin's API: tell the people in a collage of it, and what came of that. No answer holds an address."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import BadParameters
from app.services.notify import job
from app.services.notify.recipients import Options
from app.services.notify.run import Notifier
from app.services.tracking import figures
from app.web.auth.admin import admin_only
from app.web.http import json_body
from app.web.http.form_fields import within
from app.web.services import services

blueprint = Blueprint("notify", __name__, url_prefix="/admin/campaigns/<campaign>/collages/<collage>")

SWITCHES = ("send", "everyone", "retry_uncertain")
NUMBERS = ("limit", "rate")


@blueprint.post("/notify")
@admin_only
def notify(campaign: str, collage: str) -> ResponseReturnValue:
    """How many would be told; with {"send": true} they are, by a process apart: 202 and where to ask about it."""
    given = services()
    given.campaign(campaign)
    send, wish = _wish()
    if send:
        job.start(given.settings, campaign, collage, wish)
        where = url_for("api.notify.progress", campaign=campaign, collage=collage)
        return {"state": "sending"}, 202, {"Location": where}
    notifier = Notifier(given.settings, given.campaigns, given.store, given.exiftool)
    selection = notifier.plan(campaign, collage, wish).selection
    skipped = {reason: len(people) for reason, people in selection.skipped.items()}
    return {"recipients": len(selection.recipients), "skipped": skipped}


@blueprint.get("/notify")
@admin_only
def progress(campaign: str, collage: str) -> ResponseReturnValue:
    """How the newest run about this collage is doing."""
    store = services().store
    store.collages.manifest(services().campaign(campaign), collage)
    return job.state(store, campaign, collage)


@blueprint.get("/opens")
@admin_only
def opens(campaign: str, collage: str) -> ResponseReturnValue:
    """How many were told of this collage, and how many of them have opened the mail."""
    counted = figures.read(services().store, services().campaign(campaign), collage)
    return {"campaign": campaign, "collage": collage} | counted.as_json()


def _wish() -> tuple[bool, Options]:
    """Whether to send, and what, from a JSON object in which everything is optional. Raises BadParameters."""
    given = json_body.parameters('{"send": true, "limit": 10}')
    for key, value in given.items():
        if key in SWITCHES:
            if not isinstance(value, bool):
                raise BadParameters(f"{key} must be true or false.")
        elif key not in NUMBERS:
            known = ", ".join((*SWITCHES, *NUMBERS))
            raise BadParameters(f"{str(key)[:40]!r} is no parameter; known are {known}.")
        else:
            within(key, value, 1)
    return given.pop("send", False), Options(**given)
