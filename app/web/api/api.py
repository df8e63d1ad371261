"""The blueprint of all routes for programs."""

from flask import Blueprint, Flask

from app.web import errors
from app.web.api import collages, health, join, live, looks, metrics, moderation, notify, public, webhook

NAME = "api"


def register(app: Flask) -> None:
    """Adds these routes to `app`; their errors are JSON."""
    api = Blueprint(NAME, __name__)
    for module in (webhook, collages, looks, live, notify, moderation, health, metrics, public, join):
        api.register_blueprint(module.blueprint)
    errors.answer_in_json(api)
    app.register_blueprint(api)
