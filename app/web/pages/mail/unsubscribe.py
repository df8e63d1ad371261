"""Ends mails and records for whoever has the token of a mail: by a page with one button, or by the mail program.

RFC 8058: a mail program posts `List-Unsubscribe=One-Click` without cookies, from anywhere; a GET must not unsubscribe,
as scanners of mails follow every address. The token alone says for whom, so that no other site's page can know it.
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
    """Does it, whatever the body says: 200 and a page once it is done, also where it was done before."""
    unsubscribe_holder(services().store, services().exiftool, claims, datetime.now(UTC))
    return _page(claims, done=True)


def _page(claims: Claims, *, done: bool) -> ResponseReturnValue:
    campaign = services().campaigns[claims.campaign]
    return render_template("mail/unsubscribe.html", title=campaign.title, tracked=campaign.tracking != "off", done=done)
