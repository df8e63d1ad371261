"""Blueprints of public pages: when the store cannot be reached, they say so in the campaign's language."""

import logging

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.core.errors import Retryable
from app.web.auth.public import public
from app.web.services import services

LOG = logging.getLogger(__name__)
A_MINUTE = "public, max-age=60"  # how long a copy may show somebody who has withdrawn
AGAIN = 10  # seconds after which a page that could not be shown reloads


def public_blueprint(name: str, module: str) -> Blueprint:
    blueprint = Blueprint(name, module, url_prefix="/c/<campaign>")
    blueprint.register_error_handler(Retryable, _away)
    return blueprint


def _away(error: Retryable) -> ResponseReturnValue:
    LOG.warning("A public page cannot be shown: %s", services().without_paths(error))
    campaign = public((request.view_args or {})["campaign"])
    answer = make_response(render_template("campaign/away.html", campaign=campaign, again=AGAIN), 503)
    answer.headers["Retry-After"] = str(AGAIN)
    return answer
