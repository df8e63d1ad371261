"""Makes the Flask application."""

from typing import Any

from flask import Flask, Response, current_app

from app.core import limits, metrics
from app.core.config import Settings, load_campaigns, load_settings
from app.web import errors
from app.web.api import api
from app.web.auth.access import anyone
from app.web.http import request_log, security_headers
from app.web.pages import pages
from app.web.services import Services


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application; reads the environment unless `settings` are passed.

    Raises SettingError if a setting, campaigns.toml or a tool is missing or wrong. The store may be mounted
    later; until then, whatever needs it answers 503.
    """
    settings = settings or load_settings()
    app = Flask(__name__)
    static: Any = app.view_functions["static"]
    anyone(static)
    app.add_url_rule("/favicon.ico", "favicon", anyone(_favicon))
    app.config["MAX_CONTENT_LENGTH"] = limits.REQUEST_BYTES
    metrics.begin()
    app.extensions["collagen"] = Services.make(settings, load_campaigns(settings.campaigns_file))
    request_log.register(app)
    api.register(app)
    pages.register(app)
    errors.register(app)
    media = app.extensions["collagen"].media
    security_headers.register(app, media.origin if media else None)
    return app


def _favicon() -> Response:
    """The icon that browsers request for what is not a page: a picture, or JSON."""
    return current_app.send_static_file("favicon.ico")
