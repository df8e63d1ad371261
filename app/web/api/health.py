"""Health checks for load balancers and monitoring."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.services import health
from app.web.auth.access import anyone
from app.web.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@anyone
def show() -> ResponseReturnValue:
    """200 if every check is ok, else 503 with what the failing ones say.

    `details`: how far behind the workers are that make looks, where a queue is set; photos and pages need none of it.
    """
    found = services()
    checks = health.check(found.settings, found.probe, found.exiftool, found.processors)
    healthy = all(each == "ok" for each in checks.values())
    answer: dict[str, Any] = {"status": "ok" if healthy else "failing", "checks": checks}
    queue = found.looks_queue.state()
    if queue is not None:
        answer["details"] = {"looks_queue": vars(queue.backlog) if queue.backlog else queue.problem}
    return answer, 200 if healthy else 503
