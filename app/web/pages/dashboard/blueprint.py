"""What all blueprints of the dashboard share."""

from flask import Blueprint, Response

from app.web.services import services


def dashboard_blueprint(name: str, url_prefix: str) -> Blueprint:
    blueprint = Blueprint(name, __name__, url_prefix=url_prefix)
    blueprint.after_request(_name_the_origin)
    blueprint.context_processor(_looks)
    return blueprint


def _looks() -> dict[str, object]:
    """For the bar at the top."""
    return {"known_looks": services().looks}


def _name_the_origin(answer: Response) -> Response:
    """Lets browsers say which of our pages a form is on; otherwise they send `Origin: null`."""
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
