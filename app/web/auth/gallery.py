"""Access to a campaign's gallery: anyone with its password, while it is open."""

import hmac
import secrets
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate

from flask import request
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import NotFound
from app.web.auth.access import P, declared
from app.web.auth.throttle import TooManyAttempts
from app.web.http.origin import require_same_origin
from app.web.http.peer import client_address
from app.web.languages import speak
from app.web.services import services

GalleryView = Callable[Concatenate[Campaign, P], ResponseReturnValue]

GALLERY_COOKIE = "gallery"


class LoginNeeded(Exception):
    """No session of the campaign's gallery, or one that has ended."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(f"The photos of {campaign.title} need the gallery's password.")
        self.campaign = campaign


class GalleryClosed(Exception):
    """The last day of the campaign's gallery is past."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(f"The gallery of {campaign.title} is closed.")
        self.campaign = campaign


def gallery_visitor(view: GalleryView[P]) -> Callable[..., ResponseReturnValue]:
    """Admits everyone to log in or out; the view receives the campaign.

    Raises NotFound if the campaign has no gallery, GalleryClosed after its last day.
    """

    @wraps(view)
    def guarded(campaign: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        found = _gallery(campaign)
        require_same_origin()
        return view(found, *args, **kwargs)

    return declared("anyone", guarded)


def gallery_member(view: GalleryView[P]) -> Callable[..., ResponseReturnValue]:
    """Admits those who are logged in to the campaign's gallery; the view receives the campaign.

    Raises what `gallery_visitor` does, LoginNeeded, and StoreUnavailable if logouts cannot be read.
    """

    @wraps(view)
    def guarded(campaign: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        found = _gallery(campaign)
        session = _session(found)
        if session is None or services().store.logouts.has(session):
            raise LoginNeeded(found)
        require_same_origin()
        return view(found, *args, **kwargs)

    return declared("gallery", guarded)


def gallery_session(campaign: Campaign, entered: str) -> str | None:
    """The cookie of a new session, None if `entered` is not the gallery's password. Raises TooManyAttempts."""
    # not the admin's realm: a right password here must not clear wrong ones for the admin
    throttle, realm, address = services().throttle, f"gallery {campaign.name}", client_address()
    if wait := throttle.attempt(realm, address):
        raise TooManyAttempts(wait)
    password, sessions = _normal(campaign.gallery_password or ""), services().sessions
    if sessions is None or not hmac.compare_digest(_normal(entered).encode(), password.encode()):
        return None
    throttle.succeeded(realm, address)
    return sessions.cookie(campaign.name, password, time.time(), secrets.token_urlsafe(16))


def end_gallery_session(campaign: Campaign) -> None:
    """Ends the request's session in every process, and for copies of its cookie; does nothing without a session.

    Raises StoreUnavailable; then the session continues.
    """
    session = _session(campaign)
    if session is not None:
        services().store.logouts.add(session)


def _session(campaign: Campaign) -> str | None:
    """The ID of the request's session of this campaign, ended or not."""
    sessions, cookie = services().sessions, request.cookies.get(GALLERY_COOKIE, "")
    password = _normal(campaign.gallery_password or "")
    return None if sessions is None else sessions.session(cookie, campaign.name, password, time.time())


def _gallery(name: str) -> Campaign:
    """The campaign, if it has an open gallery, whose language is then spoken."""
    campaign = services().campaigns.get(name)
    if campaign is None or campaign.gallery_password is None:  # do not reveal which campaigns exist
        raise NotFound("This page does not exist.")
    speak(campaign.language)
    if campaign.gallery_is_over(datetime.now(UTC).date()):
        raise GalleryClosed(campaign)
    return campaign


def _normal(password: str) -> str:
    """The same password however it was typed: an é can be one character or two, and pasting may add spaces."""
    return unicodedata.normalize("NFC", password.strip())
