"""Unsubscribes the holder of a mail's token: by a page with one button, or by the mail program.

RFC 8058: a mail program posts `List-Unsubscribe=One-Click` without cookies, from anywhere; a GET must not unsubscribe,
because mail scanners follow every link. No other site's page can know the token.
"""

from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.services.tracking.tokens import Claims
from app.services.tracking.unsubscribing import unsubscribe_holder
from app.web.auth.token import personal
from app.web.services import services

blueprint = Blueprint("unsubscribe", __name__)


@blueprint.get("/unsubscribe/<token>")
@personal("unsubscribe")
def ask(claims: Claims) -> ResponseReturnValue:
    """A page with one button. Changes nothing."""
    return _page(claims, done=False)


@blueprint.post("/unsubscribe/<token>")
@personal("unsubscribe")
def withdraw(claims: Claims) -> ResponseReturnValue:
    """Unsubscribes, whatever the body says: 200 and a page, also if it was done before."""
    unsubscribe_holder(services().store, services().exiftool, claims, datetime.now(UTC))
    return _page(claims, done=True)


def _page(claims: Claims, *, done: bool) -> ResponseReturnValue:
    campaign = services().campaigns[claims.campaign]
    return render_template("mail/unsubscribe.html", title=campaign.title, tracked=campaign.tracking != "off", done=done)
