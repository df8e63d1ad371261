"""The dashboard's page of looks: how far each is, a button that makes what is due, what failed and why, the recipes."""

from dataclasses import dataclass

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import BadParameters
from app.services.looks import work
from app.services.looks.overview import Failure, Part, failures, parts
from app.services.looks.recipes import Look
from app.services.looks.standing import Standing
from app.web.auth.admin import admin_only
from app.web.errors import http_status
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.services import services

blueprint = dashboard_blueprint("dashboard_looks", "/admin/campaigns/<campaign>/finishes")

SHOWN = 50  # failures of a look


@dataclass(frozen=True)
class Panel:
    """A look on the page. `failures`: the first few."""

    look: Look
    standing: Standing
    failures: list[Failure]
    parts: list[Part]


@blueprint.get("/")
@admin_only
def page(campaign: str) -> ResponseReturnValue:
    """Every look of looks.toml."""
    return _page(services().campaign(campaign))


@blueprint.post("/<look>")
@admin_only
def make(campaign: str, look: str) -> ResponseReturnValue:
    """Has a look made where it is due, with `retry` also where it failed; the page shows how far it is."""
    given = services()
    chosen = given.looks.require(look)
    retry = request.form.get("retry") == "1"
    try:
        work.begin(given.settings, given.store, given.campaign(campaign), chosen, retry=retry)
    except BadParameters as error:
        return _page(campaign, error.public, http_status(error))
    return redirect(url_for("dashboard_looks.page", campaign=campaign, making=look), 303)


@blueprint.post("/")
@admin_only
def send_again(campaign: str) -> ResponseReturnValue:
    """Sends orders that failed to the workers again."""
    given = services()
    name = given.campaign(campaign)
    try:
        work.send_again(given.settings)
    except BadParameters as error:
        return _page(name, error.public, http_status(error))
    return redirect(url_for("dashboard_looks.page", campaign=name, sent="again"), 303)


def _page(campaign: str, problem: str = "", status: int = 200) -> ResponseReturnValue:
    given = services()
    panels = []
    for look in given.looks.values():
        standing = given.standings.of(campaign, look)
        panels.append(Panel(look, standing, failures(given.store, campaign, look, standing, SHOWN), parts(look)))
    making = request.args.get("making", "")
    answer = render_template(
        "dashboard/looks.html",
        campaign=given.campaigns[campaign],
        panels=panels,
        making=making if any(one.look.name == making and one.standing.due() for one in panels) else "",
        problem=problem,
        queue=given.looks_queue.state(),
        sent=bool(request.args.get("sent")),
    )
    return make_response(answer, status)
