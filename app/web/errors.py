"""From error to answer: JSON from `api`, a page from `pages`. One sentence, and nothing that is not public."""

import logging
from collections.abc import Callable
from functools import partial

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.core import errors
from app.web.auth.admin import Unauthorized
from app.web.auth.throttle import TooManyGuesses
from app.web.http.origin import ForeignOrigin
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

Answer = Callable[[int, str], Response]


def register(app: Flask) -> None:
    """Makes `app` answer every error with a page, and a wrong method at an address of the API in JSON."""
    _register(app, _page)

    @app.errorhandler(MethodNotAllowed)
    def _method_not_allowed(error: MethodNotAllowed) -> ResponseReturnValue:
        return _http_error(error, _json if _is_for_programs(error) else _page)


def answer_in_json(blueprint: Blueprint) -> None:
    """Makes `blueprint` answer every error in JSON."""
    _register(blueprint, _json)


def _register(scope: Flask | Blueprint, answer: Answer) -> None:
    handlers: dict[type[Exception], Callable[..., ResponseReturnValue]] = {
        errors.CollagenError: _collagen_error,
        HTTPException: _http_error,
        Unauthorized: _unauthorized,
        TooManyGuesses: _too_many_guesses,
        ForeignOrigin: _foreign_origin,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        scope.register_error_handler(kind, partial(handler, answer=answer))


def _collagen_error(error: errors.CollagenError, answer: Answer) -> ResponseReturnValue:
    status = STATUS[type(error)]
    level = logging.WARNING if status in (401, 400) or status >= 500 else logging.INFO
    LOG.log(level, "%s %s: %d %s", request.method, route(), status, services().without_paths(error))
    response = answer(status, error.public)
    if isinstance(error, errors.Retryable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException, answer: Answer) -> ResponseReturnValue:
    if error.response is not None:  # a redirect that Flask made
        return error.response
    sentences = {404: "There is nothing here.", 413: "The request is larger than 1 MiB."}
    status = error.code or 500
    response = answer(status, sentences.get(status, error.description or "This cannot be done."))
    response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return response


def _unauthorized(error: Unauthorized, answer: Answer) -> ResponseReturnValue:
    response = answer(401, str(error))
    response.headers["WWW-Authenticate"] = 'Basic realm="Collagen", charset="UTF-8"'
    return response


def _too_many_guesses(error: TooManyGuesses, answer: Answer) -> ResponseReturnValue:
    response = answer(429, str(error))
    response.headers["Retry-After"] = str(round(error.wait) + 1)
    return response


def _foreign_origin(error: ForeignOrigin, answer: Answer) -> ResponseReturnValue:
    return answer(403, str(error))


def _unexpected(error: Exception, answer: Answer) -> ResponseReturnValue:
    LOG.error("%s %s failed unexpectedly: %s", request.method, route(), errors.where(error))
    return answer(500, "Something went wrong that should not; the service's log says what.")


def _is_for_programs(error: MethodNotAllowed) -> bool:
    """Whether the address is one of the API's, for a method that it does not have."""
    adapter = current_app.create_url_adapter(request)
    method = next(iter(error.valid_methods or ()), None)
    try:
        return adapter is not None and str(adapter.match(method=method)[0]).startswith("api.")
    except HTTPException:  # a redirect to the address as it should be written
        return False


def _json(status: int, sentence: str) -> Response:
    return make_response({"error": sentence}, status)


def _page(status: int, sentence: str) -> Response:
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
        return "All campaigns", url_for("dashboard.home")
    return "Log in to the dashboard", url_for("dashboard.home")
