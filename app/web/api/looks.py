"""The admin's API for looks: how far each is, why it failed, and making what is due."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.services.looks import work
from app.services.looks.overview import failures, parts
from app.services.looks.recipes import Look
from app.web.auth.admin import admin_only
from app.web.http import json_body
from app.web.services import services

blueprint = Blueprint("looks", __name__, url_prefix="/admin/campaigns/<campaign>/looks")


@blueprint.get("")
@admin_only
def index(campaign: str) -> ResponseReturnValue:
    """Every look of looks.toml, and how far it is in this campaign; where there is a queue, how full it is."""
    name = services().campaign(campaign)
    answer: dict[str, Any] = {"looks": [_summary(name, look) for look in services().looks.values()]}
    queue = services().looks_queue.state()
    if queue is not None:
        answer["queue"] = vars(queue.backlog) if queue.backlog else {"error": queue.problem}
    return answer


@blueprint.post("")
@admin_only
def send_again(campaign: str) -> ResponseReturnValue:
    """Sends orders that failed, of any campaign, to the workers again. 202; 422 without a queue."""
    given = services()
    given.campaign(campaign)
    work.send_again(given.settings)
    return {"state": "sending"}, 202


@blueprint.get("/<look>")
@admin_only
def show(campaign: str, look: str) -> ResponseReturnValue:
    """One look: also why it failed, and its recipe."""
    given = services()
    name, chosen = given.campaign(campaign), given.looks.require(look)
    standing = given.standings.of(name, chosen)
    return _summary(name, chosen) | {
        "failures": [vars(one) for one in failures(given.store, name, chosen, standing)],
        "steps": [vars(one) for one in parts(chosen)],
    }


@blueprint.post("/<look>")
@admin_only
def make(campaign: str, look: str) -> ResponseReturnValue:
    """Has what is missing or out of date made; with `retry`, also what failed. 202, and where to follow it."""
    given = services()
    name, chosen = given.campaign(campaign), given.looks.require(look)
    retry = json_body.parameters(("retry",), '{"retry": true}').get("retry", False)
    json_body.check_boolean("retry", retry)
    begun = work.begin(given.settings, given.store, name, chosen, retry=retry)
    headers = {"Location": url_for("api.looks.show", campaign=name, look=look)}
    if not begun.photos:
        return {"look": look, "state": "done", "photos": 0}, 200, headers
    return {"look": look, "state": "making", "photos": begun.photos}, 202, headers


def _summary(campaign: str, look: Look) -> dict[str, Any]:
    given = services()
    return {
        "look": look.name,
        "title": look.title,
        "recipe": look.recipe,
        "photos": given.standings.of(campaign, look).counts(),
    }
