"""The door for HTTP: webhooks, the admin's API, health.

- `access`: who may use a route; every route declares it.
- `webhook`, `admin`, `health`: the routes.
- `errors`: from error to answer.
- `services`: what the routes work with.
"""

from flask import Flask

from app import limits
from app.config import Settings, load_campaigns, load_settings
from app.web import admin, errors, health, webhook
from app.web.services import Services


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application, from the environment unless `settings` are given.

    Raises SettingError where a setting, campaigns.toml or a tool is missing or wrong. The store may come later: until
    it is mounted, whatever needs it answers 503.
    """
    settings = settings or load_settings()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = limits.REQUEST_BYTES
    app.extensions["collagen"] = Services.make(settings, load_campaigns(settings.campaigns_file))
    for room in (webhook, admin, health):
        app.register_blueprint(room.blueprint)
    errors.register(app)
    return app
