"""Who may use a route. Every view is declared with one of these or those of `gallery_access`; a test sees to it."""

import hmac
import ipaddress
import time
from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from app.adapters.cloudinary import verify
from app.core import limits, metrics
from app.core.errors import BadSignature, NotFound
from app.services.tracking.tokens import Claims
from app.web.services import services

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

ADMIN = "admin"
THIS_MACHINE = ("127.0.0.1", "::1", "")  # a socket that is a file has no address


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


def anyone(view: View[P]) -> View[P]:
    """For everyone."""
    return declared("anyone", view)


def signed_by_cloudinary(view: View[P]) -> View[P]:
    """For notifications that Cloudinary has signed. Raises BadSignature otherwise."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        body = request.get_data()
        if request.content_length is None and len(body) >= limits.REQUEST_BYTES:
            raise RequestEntityTooLarge  # what comes in chunks is cut at the limit without a word
        timestamp = request.headers.get("X-Cld-Timestamp", "")
        signature = request.headers.get("X-Cld-Signature", "")
        v2 = request.headers.get("X-Cld-Signature_v2", "")
        try:
            settings = services().settings
            verify(body, timestamp, signature, settings.webhook_secrets, time.time(), v2, settings.signatures)
        except BadSignature:
            metrics.notification("refused")
            raise
        return view(*args, **kwargs)

    return declared("cloudinary", guarded)


def admin_only(view: View[P]) -> View[P]:
    """For the admin, by HTTP Basic. What changes something must not come from another site's page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        _require_admin()
        require_our_own_page()
        return view(*args, **kwargs)

    return declared("admin", guarded)


def admin_or_this_machine(view: View[P]) -> View[P]:
    """For the admin, and without a password for programs on this machine that do not come through nginx.

    nginx gives every request an X-Forwarded-For; what has none and comes from here was sent by a program here.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not is_from_this_machine() or "X-Forwarded-For" in request.headers:
            _require_admin()
        return view(*args, **kwargs)

    return declared("admin or this machine", guarded)


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

        return declared("token", guarded)

    return declare


def _require_admin() -> None:
    """Raises Unauthorized, TooManyGuesses."""
    password = services().settings.admin_password
    if password is None:
        raise Unauthorized(closed=True)
    given = request.authorization
    if given is None:
        raise Unauthorized(closed=False)
    guesses, address = services().guesses, client()
    if wait := guesses.attempt(ADMIN, address):
        raise TooManyGuesses(wait)
    user, secret = (given.username or "", given.password or "") if given.type == "basic" else ("", "")
    # both are always compared, so that the time taken tells neither apart
    right = hmac.compare_digest(user.encode("utf-8"), ADMIN.encode("utf-8"))
    if not hmac.compare_digest(secret.encode("utf-8"), password.encode("utf-8")) or not right:
        raise Unauthorized(closed=False)
    guesses.right(ADMIN, address)


def is_from_this_machine() -> bool:
    """Whether the peer is a program here: nginx, for what comes through it."""
    return (request.remote_addr or "") in THIS_MACHINE


def client() -> str:
    """Whose request this is: the peer's address, or what a proxy that is trusted says that it is.

    Of X-Forwarded-For the last entry is that of the nearest proxy; what stands before the first that no trusted one
    has written is the client's to invent.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    hops.append(request.remote_addr or "")
    return next((hop for hop in reversed(hops) if not _is_trusted(hop)), hops[0])


def came_through_a_trusted_proxy() -> bool:
    """Whether the peer's headers can be believed: a proxy's that the settings name, or a program's on this machine."""
    return _is_trusted(request.remote_addr or "")


def _is_trusted(hop: str) -> bool:
    if hop in THIS_MACHINE:
        return True
    try:
        address = ipaddress.ip_address(hop)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in services().settings.trusted_proxies)


def require_our_own_page() -> None:
    """Raises ForeignOrigin for a request that changes something and was sent by another site's page."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and _from_elsewhere():
        raise ForeignOrigin("This request came from a page of another site.")


def _from_elsewhere() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # a form on a page that tells no referrer has the origin "null", also on our own: this header knows better
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    # TLS ends at nginx, which says so; anyone can write the header
    proto = request.headers.get("X-Forwarded-Proto", "") if came_through_a_trusted_proxy() else ""
    told = proto.rpartition(",")[2].strip()
    public = "/".join((services().settings.public_url or "").split("/")[:3])
    return origin is not None and origin not in (f"{told or request.scheme}://{request.host}", public)


def declared(who: str, view: View[P]) -> View[P]:
    """The view, on which stands who may use it."""
    view.access = who  # type: ignore[attr-defined]
    return view
