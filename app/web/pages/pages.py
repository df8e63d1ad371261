"""The blueprints of all pages."""

from flask import Flask

from app.web.pages.dashboard import collages, crop, notify, photos
from app.web.pages.gallery import gallery
from app.web.pages.mail import track, unsubscribe
from app.web.pages.wall import wall


def register(app: Flask) -> None:
    """Adds these routes to `app`."""
    for module in (track, unsubscribe, photos, collages, crop, notify, gallery, wall):
        app.register_blueprint(module.blueprint)
