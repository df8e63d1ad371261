"""Who may use the routes of a campaign's gallery: whoever has its password, as long as it is open."""

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
from app.web.auth.throttle import TooManyGuesses
from app.web.http.origin import require_same_origin
from app.web.http.peer import client_address
from app.web.services import services

GalleryView = Callable[Concatenate[Campaign, P], ResponseReturnValue]

GALLERY_COOKIE = "gallery"


class LoginNeeded(Exception):
    """No session of the campaign's gallery, or one that has ended."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(f"The photos of {campaign.title} are for those who have the password.")
        self.campaign = campaign


class GalleryOver(Exception):
    """The last day of the campaign's gallery is past."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(f"The gallery of {campaign.title} is closed.")
        self.campaign = campaign


def gallery_visitor(view: GalleryView[P]) -> Callable[..., ResponseReturnValue]:
    """For whoever stands before the gallery of a campaign, to log in or out; the view is given the campaign.

    Raises NotFound where the campaign has no gallery, GalleryOver where it has none any more.
    """

    @wraps(view)
    def guarded(campaign: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        found = _gallery(campaign)
        require_same_origin()
        return view(found, *args, **kwargs)

    return declared("anyone", guarded)


def gallery_member(view: GalleryView[P]) -> Callable[..., ResponseReturnValue]:
    """For whoever has logged in to the campaign's gallery; the view is given the campaign.

    Raises what `gallery_visitor` does, LoginNeeded, and StoreUnavailable where nobody can tell who has logged out.
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


def gallery_session(campaign: Campaign, given: str) -> str | None:
    """The cookie of a new session for whoever has given the gallery's password, None where it is another.

    Raises TooManyGuesses.
    """
    # apart from the admin's: whoever knows the gallery's password must not have wrong ones of the admin's forgotten
    guesses, realm, address = services().guesses, f"gallery {campaign.name}", client_address()
    if wait := guesses.attempt(realm, address):
        raise TooManyGuesses(wait)
    password, sessions = _normal(campaign.gallery_password or ""), services().sessions
    if sessions is None or not hmac.compare_digest(_normal(given).encode(), password.encode()):
        return None
    guesses.right(realm, address)
    return sessions.cookie(campaign.name, password, time.time(), secrets.token_urlsafe(16))


def end_gallery_session(campaign: Campaign) -> None:
    """Ends the session of the request for every process, also for copies of its cookie; does nothing without one.

    Raises StoreUnavailable, and then it goes on.
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
    """The campaign, where it has a gallery that is open."""
    campaign = services().campaigns.get(name)
    if campaign is None or campaign.gallery_password is None:  # nobody is told which campaigns there are
        raise NotFound("There is nothing here.")
    if campaign.gallery_is_over(datetime.now(UTC).date()):
        raise GalleryOver(campaign)
    return campaign


def _normal(password: str) -> str:
    """A password however it was typed: an é can be one character or two, and pasting adds blanks at the ends."""
    return unicodedata.normalize("NFC", password.strip())
