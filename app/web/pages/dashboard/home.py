"""The dashboard's home page: every campaign in numbers, its last events, and whether the service is healthy."""

import re

from flask import render_template
from flask.typing import ResponseReturnValue

from app.adapters.store.state import events
from app.services import health
from app.web.auth.admin import admin_only
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.pages.dashboard.numbers import numbers
from app.web.services import services

blueprint = dashboard_blueprint("dashboard", "/admin")

EVENTS = 8  # of each campaign
TECHNICAL = re.compile(r" version [0-9]+\b| request=\S+$")  # means nothing to people


@blueprint.get("/")
@admin_only
def home() -> ResponseReturnValue:
    given = services()
    checks = health.check(given.settings, given.probe, given.exiftool, given.processors)
    campaigns = [
        {
            "rules": rules,
            "numbers": numbers(name, given.store.photos.all(name), given.dashboard.album.listing(name)),
            "events": _events(name),
            "published": given.keeping.standing(name),
        }
        for name, rules in given.campaigns.items()
    ]
    return render_template("dashboard/home.html", campaigns=campaigns, checks=checks)


def _events(campaign: str) -> list[tuple[str, str, str]]:
    """The last lines of processor.log: time, word, the rest."""
    lines = map(events.read, services().store.logs.tail(campaign, EVENTS))
    return [(line.time, line.word, TECHNICAL.sub("", line.rest)) for line in lines if line is not None]
