"""Access for the admin: HTTP Basic with COLLAGEN_ADMIN_PASSWORD."""

import hmac
from functools import wraps

from flask import request
from flask.typing import ResponseReturnValue

from app.web.auth.access import P, View, declared
from app.web.auth.throttle import TooManyAttempts
from app.web.http.origin import require_same_origin
from app.web.http.peer import client_address, is_from_this_machine
from app.web.services import services

ADMIN = "admin"


class Unauthorized(Exception):
    """Not the admin, or a wrong password. `closed`: no password is set, so nobody can log in."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__(
            "Admin is closed: COLLAGEN_ADMIN_PASSWORD is not set."
            if closed
            else "Please log in as admin, with the password in COLLAGEN_ADMIN_PASSWORD."
        )


def admin_only(view: View[P]) -> View[P]:
    """Admits the admin, by HTTP Basic. Refuses changes that another site's page requests."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        _require_admin()
        require_same_origin()
        return view(*args, **kwargs)

    return declared("admin", guarded)


def admin_or_this_machine(view: View[P]) -> View[P]:
    """Admits the admin, and programs on this machine without a password unless they come through nginx.

    nginx adds X-Forwarded-For to every request; a local one without it was sent by a program on this machine.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not is_from_this_machine() or "X-Forwarded-For" in request.headers:
            _require_admin()
        return view(*args, **kwargs)

    return declared("admin or this machine", guarded)


def _require_admin() -> None:
    """Raises Unauthorized, TooManyAttempts."""
    password = services().settings.admin_password
    if password is None:
        raise Unauthorized(closed=True)
    credentials = request.authorization
    if credentials is None:
        raise Unauthorized(closed=False)
    throttle, address = services().throttle, client_address()
    if wait := throttle.attempt(ADMIN, address):
        raise TooManyAttempts(wait)
    user, secret = (credentials.username or "", credentials.password or "") if credentials.type == "basic" else ("", "")
    # always compare both, so that timing reveals neither
    right = hmac.compare_digest(user.encode("utf-8"), ADMIN.encode("utf-8"))
    if not hmac.compare_digest(secret.encode("utf-8"), password.encode("utf-8")) or not right:
        raise Unauthorized(closed=False)
    throttle.succeeded(ADMIN, address)
