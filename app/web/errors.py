"""From error to answer: JSON on the API's routes, a page elsewhere. One sentence, and nothing that is not public."""

import logging

from flask import Flask, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.core import errors
from app.web.auth.access import ForeignOrigin, TooManyGuesses, Unauthorized
from app.web.http.request_log import route
from app.web.services import services

LOG = logging.getLogger(__name__)

# PictureError: only a picture of our own can raise it here; what arrives is answered 200 (see processor)
STATUS: dict[type[errors.CollagenError], int] = {
    errors.SettingError: 503,
    errors.BadSignature: 401,
    errors.BadNotification: 400,
    errors.BadPublicId: 400,
    errors.PictureError: 422,
    errors.NotFound: 404,
    errors.BadParameters: 422,
    errors.BuildFailed: 500,
    errors.CollageUnsound: 409,
    errors.CloudinaryUnavailable: 503,
    errors.StoreUnavailable: 503,
    errors.ExifToolFailed: 503,
    errors.DecoderFailed: 503,
    errors.PhotoBusy: 503,
    errors.WebhooksBusy: 503,
    errors.SyncInProgress: 409,
    errors.CollageInProgress: 409,
    errors.NotifyInProgress: 409,
    errors.MailUnavailable: 503,
    errors.QueueUnavailable: 503,
}

API = ("/webhook/", "/health", "/metrics", "/admin/campaigns/")
PAGES = ("desk", "desk_collages", "desk_cut", "desk_notify")  # rooms whose pages are among the API's addresses


def register(app: Flask) -> None:
    """Makes `app` answer every error from this table."""
    app.register_error_handler(errors.CollagenError, _collagen_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Unauthorized, _unauthorized)
    app.register_error_handler(TooManyGuesses, _too_many_guesses)
    app.register_error_handler(ForeignOrigin, lambda error: _answer(403, str(error)))
    app.register_error_handler(Exception, _unexpected)


def _collagen_error(error: errors.CollagenError) -> ResponseReturnValue:
    status = STATUS[type(error)]
    level = logging.WARNING if status in (401, 400) or status >= 500 else logging.INFO
    LOG.log(level, "%s %s: %d %s", request.method, route(), status, services().without_paths(error))
    answer = _answer(status, error.public)
    if isinstance(error, errors.Retryable):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:  # a redirect that Flask made
        return error.response
    sentences = {404: "There is nothing here.", 413: "The request is larger than 1 MiB."}
    answer = _answer(error.code or 500, sentences.get(error.code or 500, error.description or "This cannot be done."))
    answer.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return answer


def _unauthorized(error: Unauthorized) -> ResponseReturnValue:
    answer = _answer(401, str(error))
    answer.headers["WWW-Authenticate"] = 'Basic realm="Collagen", charset="UTF-8"'
    return answer


def _too_many_guesses(error: TooManyGuesses) -> ResponseReturnValue:
    answer = _answer(429, str(error))
    answer.headers["Retry-After"] = str(round(error.wait) + 1)
    return answer


def _unexpected(error: Exception) -> ResponseReturnValue:
    LOG.error("%s %s failed unexpectedly: %s", request.method, route(), errors.where(error))
    return _answer(500, "Something went wrong that should not; the service's log says what.")


def _answer(status: int, sentence: str) -> Response:
    if request.path.startswith(API) and request.blueprint not in PAGES:
        return make_response({"error": sentence}, status)
    label, address = _home()
    page = render_template("error.html", status=status, sentence=sentence, home=address, home_label=label)
    return make_response(page, status)


def _home() -> tuple[str, str]:
    """Where an error page leads: to the gallery from one of its pages, else to the dashboard."""
    campaign = services().campaigns.get((request.view_args or {}).get("campaign", ""))
    # a campaign without a gallery is answered like one that does not exist
    if request.blueprint == "gallery" and campaign is not None and campaign.gallery_password:
        return "All photos", url_for("gallery.page", campaign=campaign.name)
    if request.path.startswith("/admin"):
        return "All campaigns", url_for("desk.home")
    return "Log in to the dashboard", url_for("desk.home")
