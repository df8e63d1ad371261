"""Who may use a route. Every view is declared with one of these, and a test fails where one is not."""

import hmac
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, Literal, ParamSpec
from urllib.parse import urlsplit

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from app import limits
from app.assets import verify
from app.config import Campaign
from app.errors import NotFound
from app.tracking.tokens import Claims
from app.web.services import services

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
GalleryView = Callable[Concatenate[Campaign, P], ResponseReturnValue]

ADMIN = "admin"
GALLERY_COOKIE = "gallery"


class Unauthorized(Exception):
    """No admin, or not the right password. `closed`: nobody can be."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__(
            "Admin is closed: COLLAGEN_ADMIN_PASSWORD is not set."
            if closed
            else "Please log in as admin, with the password in COLLAGEN_ADMIN_PASSWORD."
        )


class TooManyGuesses(Exception):
    """Too many wrong passwords from one address; `wait`: seconds until the next is looked at."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"Too many wrong passwords; try again in {wait:.0f} seconds.")
        self.wait = wait


class ForeignOrigin(Exception):
    """A browser on another site sent a request that would change something."""


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


def anyone(view: View[P]) -> View[P]:
    """For everyone."""
    return _declared("anyone", view)


def signed_by_cloudinary(view: View[P]) -> View[P]:
    """For notifications that Cloudinary has signed. Raises BadSignature otherwise."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        body = request.get_data()
        if request.content_length is None and len(body) >= limits.REQUEST_BYTES:
            raise RequestEntityTooLarge  # what comes in chunks is cut at the limit without a word
        timestamp = request.headers.get("X-Cld-Timestamp", "")
        signature = request.headers.get("X-Cld-Signature", "")
        verify(body, timestamp, signature, services().settings.webhook_secrets, time.time())
        return view(*args, **kwargs)

    return _declared("cloudinary", guarded)


def admin_only(view: View[P]) -> View[P]:
    """For the admin, by HTTP Basic. What changes something must not come from another site's page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        password = services().settings.admin_password
        if password is None:
            raise Unauthorized(closed=True)
        guesses, address = services().guesses, _client()
        if wait := guesses.wait(address):
            raise TooManyGuesses(wait)
        given = request.authorization
        user, secret = (given.username or "", given.password or "") if given and given.type == "basic" else ("", "")
        # both are always compared, so that the time taken tells neither apart
        right = hmac.compare_digest(user.encode("utf-8"), ADMIN.encode("utf-8"))
        if not hmac.compare_digest(secret.encode("utf-8"), password.encode("utf-8")) or not right:
            if given is not None:
                guesses.wrong(address)
            raise Unauthorized(closed=False)
        guesses.right(address)
        _require_our_own_page()
        return view(*args, **kwargs)

    return _declared("admin", guarded)


def gallery_visitor(view: GalleryView[P]) -> Callable[..., ResponseReturnValue]:
    """For whoever stands before the gallery of a campaign, to log in or out; the view is given the campaign.

    Raises NotFound where the campaign has no gallery, GalleryOver where it has none any more.
    """

    @wraps(view)
    def guarded(campaign: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        found = _gallery(campaign)
        _require_our_own_page()
        return view(found, *args, **kwargs)

    return _declared("anyone", guarded)


def gallery_member(view: GalleryView[P]) -> Callable[..., ResponseReturnValue]:
    """For whoever has logged in to the campaign's gallery; the view is given the campaign.

    Raises what `gallery_visitor` does, and LoginNeeded.
    """

    @wraps(view)
    def guarded(campaign: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        found, sessions = _gallery(campaign), services().sessions
        cookie = request.cookies.get(GALLERY_COOKIE, "")
        password = _normal(found.gallery_password or "")
        if sessions is None or not sessions.holds(cookie, found.name, password, time.time()):
            raise LoginNeeded(found)
        _require_our_own_page()
        return view(found, *args, **kwargs)

    return _declared("gallery", guarded)


def gallery_session(campaign: Campaign, given: str) -> str | None:
    """The cookie of a new session for whoever has given the gallery's password, None where it is another.

    Raises TooManyGuesses.
    """
    # apart from the admin's: whoever knows the gallery's password must not have wrong ones of the admin's forgotten
    guesses, guesser = services().guesses, f"gallery {campaign.name} {_client()}"
    if wait := guesses.wait(guesser):
        raise TooManyGuesses(wait)
    password, sessions = _normal(campaign.gallery_password or ""), services().sessions
    if sessions is None or not hmac.compare_digest(_normal(given).encode(), password.encode()):
        guesses.wrong(guesser)
        return None
    guesses.right(guesser)
    return sessions.cookie(campaign.name, password, time.time())


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


def personal(
    kind: Literal["image", "unsubscribe"],
) -> Callable[[Callable[[Claims], ResponseReturnValue]], Callable[[str], ResponseReturnValue]]:
    """For whoever has the token in the address, one of this kind; the view is given what it says.

    Raises NotFound for any other, and for one of a campaign that is no more.
    """

    def declare(view: Callable[[Claims], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
        @wraps(view)
        def guarded(token: str) -> ResponseReturnValue:
            tokens = services().tokens
            if tokens is None:  # without a key there is none that is right
                raise NotFound("There is nothing behind this address.")
            claims = tokens.read_image(token) if kind == "image" else tokens.read_unsubscribe(token)
            if claims.campaign not in services().campaigns:
                raise NotFound("There is nothing behind this address any more.")
            return view(claims)

        return _declared("token", guarded)

    return declare


def _client() -> str:
    """Whose request this is: the peer's address, or what nginx on this machine says that it is.

    Only the last entry of X-Forwarded-For is nginx's own; those before it are the client's to invent.
    """
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded or peer if from_this_machine() else peer


def from_this_machine() -> bool:
    """Whether the other end of the connection is on this machine, as nginx is."""
    return (request.remote_addr or "") in ("127.0.0.1", "::1", "")


def _require_our_own_page() -> None:
    """Raises ForeignOrigin for a request that changes something and was sent by another site's page."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and _from_elsewhere():
        raise ForeignOrigin("This request came from a page of another site.")


def _from_elsewhere() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # a form on a page that tells no referrer has the origin "null", also on our own: this header knows better
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _declared(who: str, view: View[P]) -> View[P]:
    view.access = who  # type: ignore[attr-defined]
    return view
