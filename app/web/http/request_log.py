"""Gives every request an ID, logs one line when it is answered, and counts it.

The line contains the route, never the path, which may hold a token; no address, query or user agent.
"""

import logging
import time

from flask import Flask, Response, g, request

from app.core import metrics
from app.core.logging import current_request_id, request_context
from app.web.http.peer import came_through_a_trusted_proxy

LOG = logging.getLogger("app.access")
QUIET = ("/health", "/metrics")  # requested many times a minute


def register(app: Flask) -> None:
    """Installs this in `app`. Call it before other `after_request` handlers: it then sees the final response."""
    app.before_request(_begin)
    app.after_request(_answered)
    app.teardown_request(_end)


def route() -> str:
    """The current request's route as in the code, or "none"."""
    return request.url_rule.rule if request.url_rule else "none"


def _begin() -> None:
    g.began = time.perf_counter()
    # a trusted proxy gives each request an ID; anyone else could send anything
    request_id = request.headers.get("X-Request-ID") if came_through_a_trusted_proxy() else None
    g.belongs = request_context(request_id)
    g.belongs.__enter__()


def _answered(answer: Response) -> Response:
    seconds = time.perf_counter() - g.began
    answer.headers["X-Request-ID"] = current_request_id() or ""
    metrics.answered(route(), answer.status_code, seconds)
    LOG.log(
        logging.DEBUG if route() in QUIET else logging.INFO,
        "%s %s %d in %.3f s",
        *(request.method, route(), answer.status_code, seconds),
        extra={
            "method": request.method,
            "route": route(),
            "status": answer.status_code,
            "seconds": round(seconds, 3),
        },
    )
    return answer


def _end(error: BaseException | None) -> None:
    if belongs := g.pop("belongs", None):
        belongs.__exit__(None, None, None)
