"""The blueprints of all pages."""

from flask import Flask

from app.web import languages
from app.web.pages import filters
from app.web.pages.campaign import campaign, files, frame
from app.web.pages.campaign import pictures as campaign_pictures
from app.web.pages.dashboard import collages, compare, crop, home, looks, notify, numbers, photos, plan
from app.web.pages.gallery import gallery
from app.web.pages.join import join
from app.web.pages.mail import track, unsubscribe
from app.web.pages.moderation import moderation
from app.web.pages.wall import wall


def register(app: Flask) -> None:
    """Adds these routes to `app`."""
    languages.register(app)
    filters.register(app)
    admins = (home, numbers, photos, plan, collages, compare, crop, looks, notify, moderation)
    for module in (track, unsubscribe, *admins, gallery, wall):
        app.register_blueprint(module.blueprint)
    for public in (campaign, campaign_pictures, frame, files, join):
        app.register_blueprint(public.blueprint)
