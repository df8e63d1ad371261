"""The page on which photos are approved and rejected. It works without scripts; scripts add keys, swipes and undo."""

import time
from collections.abc import Sequence
from functools import partial

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import BadParameters, NotFound, PictureError, SourceUnavailable
from app.core.sources import Status
from app.services.moderation.board import STATUSES
from app.services.moderation.lists import moment
from app.web.auth.admin import admin_only
from app.web.errors import http_status
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.pages.moderation.cards import cards
from app.web.services import services

blueprint = dashboard_blueprint("moderation", "/admin/campaigns/<campaign>/moderation")

A_PAGE = 60  # photos
SIDES = {"small": 480, "large": 1200}  # pixels of the longest side
LONGEST = 3000  # characters of an address; gunicorn takes 4,094
ONE: dict[str, Status] = {
    "approve": "approved",
    "reject": "rejected",
    "wait": "pending",
}  # the buttons of a single photo


@blueprint.get("")
@admin_only
def show(campaign: str) -> ResponseReturnValue:
    """The photos that wait, or with another status; with `again`, according to lists that are read now."""
    done, before = (_status(request.args.get(name)) for name in ("done", "before"))
    undo = request.args.getlist("photo") if done and before else []
    return _page(services().campaign(campaign), undo=undo, before=before, done=done)


@blueprint.post("")
@admin_only
def decide(campaign: str) -> ResponseReturnValue:
    """Approves or rejects the photo of the pressed button, or all that are ticked."""
    given = services()
    given.campaign(campaign)
    try:
        photos, status, before = _wanted()
    except BadParameters as error:
        return _page(campaign, problem=error.public, code=http_status(error))
    outcome = given.moderation.outcome(campaign, photos, status)
    if outcome.failed:
        return _page(campaign, failed=outcome.failed, done=status, code=503)
    shown = _status(request.form.get("shown")) or "pending"
    there = partial(url_for, "moderation.show", campaign=campaign, status=shown, done=status, number=len(outcome.done))
    address = there(before=before, photo=outcome.done)
    return redirect(address if len(address) <= LONGEST else there(), 303)


@blueprint.get("/<path:public_id>/<size>.jpg")
@admin_only
def picture(campaign: str, public_id: str, size: str) -> ResponseReturnValue:
    """A photo as it was sent, from where it came. Nothing keeps it: it may never have been approved."""
    given = services()
    row = given.moderation.find(given.campaign(campaign), public_id)
    if size not in SIDES:
        raise NotFound(f"Photos that wait have no picture {size[:40]!r}.")
    try:
        data = given.processors.of(campaign).preview(row.asset, SIDES[size])
    except (PictureError, SourceUnavailable) as error:
        if isinstance(error, SourceUnavailable) and row.status != "rejected":
            raise
        raise NotFound(f"The picture of {public_id} cannot be shown: {error}") from error  # Cloudinary may hide it
    return Response(data, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})


def _page(
    campaign: str,
    *,
    failed: dict[str, str] | None = None,
    undo: Sequence[str] = (),
    before: Status | None = None,
    done: Status | None = None,
    problem: str = "",
    code: int = 200,
) -> Response:
    given = services()
    shown = _status(request.values.get("shown") or request.args.get("status")) or "pending"
    board = given.moderation.board(campaign, again="again" in request.args)
    rows = board.rows[shown]
    skip = min(max(0, request.args.get("skip", 0, type=int)), max(0, len(rows) - 1))
    answer = render_template(
        "moderation/moderation.html",
        campaign=given.campaigns[campaign],
        statuses=STATUSES,
        shown=shown,
        board=board,
        listed_at=moment(board.read_at) if board.problem else "",
        notice=given.moderation.notice(campaign),
        cards=cards(rows[skip : skip + A_PAGE], time.time()),
        skip=skip,
        a_page=A_PAGE,
        failed=failed or {},
        problem=problem,
        undo=undo,
        before=before,
        done=done,
        number=request.args.get("number", 0, type=int),
    )
    return make_response(answer, code)


def _wanted() -> tuple[list[str], Status, Status | None]:
    """The photos in the form, their new status, and the one they have (None if that is not known)."""
    before = _status(request.form.get("before"))
    for button, decided in ONE.items():
        if button in request.form:
            return [request.form[button]], decided, before
    status, photos = _status(request.form.get("status")), request.form.getlist("photo")
    if status is None:
        raise BadParameters(f"status must be one of {', '.join(STATUSES)}.")
    if not photos:
        raise BadParameters("No photo is ticked: tick those that should be approved or rejected.")
    return photos, status, before


def _status(text: str | None) -> Status | None:
    return next((status for status in STATUSES if status == text), None)
