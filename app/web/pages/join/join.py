"""The form for a photo. With scripts the browser cuts the photo, and uploads it to Cloudinary (`app.web.api.join`).

Without them, and for a folder, the photo goes through us.
"""

import logging
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.core import limits
from app.core.config import Campaign
from app.core.errors import PictureError, Retryable, SettingError
from app.services.joining.entry import TRAP, Entry, read
from app.web.auth.joining import JoinClosed, TooManyPhotos, count_photo, photo_sender
from app.web.http.photo_form import PhotosBusy, PhotoTooLarge
from app.web.http.security_headers import HEADERS
from app.web.services import services

LOG = logging.getLogger(__name__)
blueprint = Blueprint("join", __name__, url_prefix="/c/<campaign>/join")


@blueprint.record_once
def _offer(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["takes_photos"] = _takes_photos


@blueprint.get("")
@photo_sender
def page(campaign: Campaign) -> ResponseReturnValue:
    """The empty form; its key makes one photo of it, however often it is sent."""
    return _form(campaign, Entry(""))


@blueprint.post("")
@photo_sender
def take(campaign: Campaign) -> ResponseReturnValue:
    """Takes a photo; shows the form again, with what is wrong, if it cannot be taken."""
    try:
        with services().arrivals.form():
            return _received(campaign, read(request.form))
    except PhotoTooLarge:
        return _form(campaign, Entry(""), ["large"], 413)
    except PhotosBusy:
        return _form(campaign, Entry(""), ["later"], 503)


@blueprint.get("/thanks")
@photo_sender
def thanks(campaign: Campaign) -> ResponseReturnValue:
    """What happens next."""
    return _answer(campaign, "join/thanks.html")


@blueprint.errorhandler(JoinClosed)
def say_that_it_is_closed(error: JoinClosed) -> ResponseReturnValue:
    return _answer(error.campaign, "join/closed.html", 410)


def _takes_photos(campaign: Campaign) -> bool:
    return campaign.takes_photos(datetime.now(UTC).date())


def _received(campaign: Campaign, entry: Entry) -> ResponseReturnValue:
    problems: list[str] = [*entry.problems(required=campaign.form.address == "required")]
    if not request.files.get("photo"):
        problems.append("none")
    if problems:
        return _form(campaign, entry, problems, 422)
    problem, status = _taken(campaign, entry)
    if problem:
        return _form(campaign, entry, [problem], status)
    return redirect(url_for("join.thanks", campaign=campaign.name), 303)


def _taken(campaign: Campaign, entry: Entry) -> tuple[str, int]:
    """Takes the photo in the form; what is wrong with it ("" if nothing), and the status of the answer."""
    try:
        count_photo(campaign)
        with services().arrivals.photo() as photo:
            taken = services().joining.take(campaign, entry, photo)
    except TooManyPhotos:
        return "many", 429
    except PhotoTooLarge:
        return "large", 413
    except PictureError:
        return "unreadable", 422
    except (PhotosBusy, Retryable, SettingError) as error:
        LOG.warning("A photo was not taken: %s", services().without_paths(error) or type(error).__name__)
        return "later", 503
    return ("", 200) if taken == "taken" else ("sent", 409)


def _form(campaign: Campaign, entry: Entry, problems: Sequence[str] = (), status: int = 200) -> Response:
    # a form that was sent keeps its key, unless that stands for another photo already
    key = secrets.token_hex(12) if not entry.key or {"key", "sent"} & {*problems} else entry.key
    origin = services().joining.origin(campaign)
    values = {"key": key, "trap": TRAP, "most": limits.PICTURE_BYTES, "straight": origin is not None}
    answer = _answer(campaign, "join/join.html", status, entry=entry, problems=problems, **values)
    policy = HEADERS["Content-Security-Policy"].replace("img-src 'self'", "img-src 'self' blob:")
    if origin:
        policy = policy.replace("connect-src 'self'", f"connect-src 'self' {origin}")
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["Permissions-Policy"] = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")
    return answer


def _answer(campaign: Campaign, template: str, status: int = 200, **values: object) -> Response:
    answer = make_response(render_template(template, campaign=campaign, **values), status)
    # lets older browsers say which of our pages a form is on
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
