"""Health checks for load balancers and monitoring."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.services import health
from app.web.auth.access import anyone
from app.web.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@anyone
def show() -> ResponseReturnValue:
    """200 if every check is ok, else 503 with what the failing ones say."""
    found = services()
    checks = health.check(found.settings, found.probe, found.exiftool, found.processors)
    healthy = all(each == "ok" for each in checks.values())
    return {"status": "ok" if healthy else "failing", "checks": checks}, 200 if healthy else 503
