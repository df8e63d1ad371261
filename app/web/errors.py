"""Turns errors into responses: JSON from `api`, a page from `pages`. One sentence, and nothing that is not public."""

import logging
from collections.abc import Callable
from functools import partial

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.core import errors
from app.core.languages import SOURCE
from app.web.auth.admin import Unauthorized
from app.web.auth.throttle import TooManyAttempts
from app.web.http.origin import ForeignOrigin
from app.web.http.request_log import route
from app.web.languages import speak
from app.web.services import services

LOG = logging.getLogger(__name__)

# The nearest class decides. PictureError comes here for our own pictures only: one that arrives broken is answered 200.
STATUS: dict[type[errors.CollagenError], int] = {
    errors.Permanent: 422,
    errors.SettingError: 503,
    errors.BadSignature: 401,
    errors.BadNotification: 400,
    errors.BadPublicId: 400,
    errors.NotFound: 404,
    errors.BuildFailed: 500,
    errors.CollageUnsound: 409,
    errors.Retryable: 503,
    errors.SyncInProgress: 409,
    errors.CollageInProgress: 409,
    errors.NotifyInProgress: 409,
    errors.PublishInProgress: 409,
}

Answer = Callable[[int, str], Response]


def http_status(error: errors.CollagenError) -> int:
    """The status of the response to an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def register(app: Flask) -> None:
    """Makes `app` answer every error with a page, except for a wrong method at an address of the API: JSON."""
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
        TooManyAttempts: _too_many_attempts,
        ForeignOrigin: _foreign_origin,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        scope.register_error_handler(kind, partial(handler, answer=answer))


def _collagen_error(error: errors.CollagenError, answer: Answer) -> ResponseReturnValue:
    status = http_status(error)
    level = logging.WARNING if status in (401, 400) or status >= 500 else logging.INFO
    if not error.by_trigger or services().once.is_new(str(error)):
        LOG.log(level, "%s %s: %d %s", request.method, route(), status, services().without_paths(error))
    response = answer(status, error.public)
    if isinstance(error, errors.Retryable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException, answer: Answer) -> ResponseReturnValue:
    if error.response is not None:  # Flask redirects
        return error.response
    sentences = {404: "This page does not exist.", 413: "The request is larger than 1 MiB."}
    status = error.code or 500
    response = answer(status, sentences.get(status, error.description or "This request cannot be answered."))
    response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return response


def _unauthorized(error: Unauthorized, answer: Answer) -> ResponseReturnValue:
    response = answer(401, str(error))
    response.headers["WWW-Authenticate"] = 'Basic realm="Collagen", charset="UTF-8"'
    return response


def _too_many_attempts(error: TooManyAttempts, answer: Answer) -> ResponseReturnValue:
    response = answer(429, str(error))
    response.headers["Retry-After"] = str(round(error.wait) + 1)
    return response


def _foreign_origin(error: ForeignOrigin, answer: Answer) -> ResponseReturnValue:
    return answer(403, str(error))


def _unexpected(error: Exception, answer: Answer) -> ResponseReturnValue:
    LOG.error("%s %s failed unexpectedly: %s", request.method, route(), errors.where(error))
    return answer(500, "Something went wrong. The service's log says what.")


def _is_for_programs(error: MethodNotAllowed) -> bool:
    """Whether the address belongs to the API, but lacks this method."""
    adapter = current_app.create_url_adapter(request)
    method = next(iter(error.valid_methods or ()), None)
    try:
        return adapter is not None and str(adapter.match(method=method)[0]).startswith("api.")
    except HTTPException:  # it redirects to the canonical address
        return False


def _json(status: int, sentence: str) -> Response:
    return make_response({"error": sentence}, status)


def _page(status: int, sentence: str) -> Response:
    speak(SOURCE)  # as the sentence is
    label, address = _home()
    page = render_template("error.html", status=status, sentence=sentence, home=address, home_label=label)
    return make_response(page, status)


def _home() -> tuple[str, str]:
    """Label and address of the link on an error page: back to the gallery, or to the dashboard."""
    campaign = services().campaigns.get((request.view_args or {}).get("campaign", ""))
    # a campaign without a gallery must look like one that does not exist
    if request.blueprint == "gallery" and campaign is not None and campaign.gallery_password:
        return "All photos", url_for("gallery.page", campaign=campaign.name)
    if request.path.startswith("/admin"):
        return "All campaigns", url_for("dashboard.home")
    return "Log in to the dashboard", url_for("dashboard.home")
