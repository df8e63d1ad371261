"""The door for HTTP: webhooks, the admin's API, the pictures in mails, health.

- `access`, `gallery_access`: who may use a route; every route declares it. `guessing` slows down whoever guesses
  passwords.
- `seats`: how many webhooks are taken at once.
- `webhook`, `admin` and `notices` (the admin's API), `track`, `unsubscribe`, `wall`, `gallery`, `desk` (with
  `desk_collages`, `desk_cut`, `desk_notify`), `health`, `watching` (metrics): the routes. `collage_form`, `body` and
  `numbers`: what their forms and JSON ask for.
- `requests`: the ID of each request, its line in the log.
- `errors`: from error to answer. `headers`: what every answer tells the browser.
- `pictures`, `tiles`: what pages show of photos. `sendfile`: leaves it to nginx to send a file.
- `services`: what the routes work with.
"""

from typing import Any

from flask import Flask, Response, current_app

from app.core import limits, metrics
from app.core.config import Settings, load_campaigns, load_settings
from app.web import errors
from app.web.api import collages as api_collages
from app.web.api import health, webhook
from app.web.api import metrics as api_metrics
from app.web.api import notify as api_notify
from app.web.auth import access
from app.web.http import request_log, security_headers
from app.web.pages.dashboard import collages, crop, notify, photos
from app.web.pages.gallery import gallery
from app.web.pages.mail import track, unsubscribe
from app.web.pages.wall import wall
from app.web.services import Services


def _favicon() -> Response:
    """The icon that browsers ask for where no page names one: beside a picture, or an answer in JSON."""
    return current_app.send_static_file("favicon.ico")


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application, from the environment unless `settings` are given.

    Raises SettingError where a setting, campaigns.toml or a tool is missing or wrong. The store may come later: until
    it is mounted, whatever needs it answers 503.
    """
    settings = settings or load_settings()
    app = Flask(__name__)
    static: Any = app.view_functions["static"]
    access.anyone(static)
    app.add_url_rule("/favicon.ico", "favicon", access.anyone(_favicon))
    app.config["MAX_CONTENT_LENGTH"] = limits.REQUEST_BYTES
    metrics.begin()
    app.extensions["collagen"] = Services.make(settings, load_campaigns(settings.campaigns_file))
    request_log.register(app)
    for api in (webhook, api_collages, api_notify, health, api_metrics):
        app.register_blueprint(api.blueprint)
    for page in (track, unsubscribe, photos, collages, crop, notify, gallery, wall):
        app.register_blueprint(page.blueprint)
    errors.register(app)
    security_headers.register(app)
    return app
