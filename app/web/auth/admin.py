"""For the admin: HTTP Basic, against COLLAGEN_ADMIN_PASSWORD."""

import hmac
from functools import wraps

from flask import request
from flask.typing import ResponseReturnValue

from app.web.auth.access import P, View, declared
from app.web.auth.throttle import TooManyGuesses
from app.web.http.origin import require_same_origin
from app.web.http.peer import client_address, is_from_this_machine
from app.web.services import services

ADMIN = "admin"


class Unauthorized(Exception):
    """No admin, or not the right password. `closed`: nobody can be."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__(
            "Admin is closed: COLLAGEN_ADMIN_PASSWORD is not set."
            if closed
            else "Please log in as admin, with the password in COLLAGEN_ADMIN_PASSWORD."
        )


def admin_only(view: View[P]) -> View[P]:
    """For the admin, by HTTP Basic. What changes something must not come from another site's page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        _require_admin()
        require_same_origin()
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


def _require_admin() -> None:
    """Raises Unauthorized, TooManyGuesses."""
    password = services().settings.admin_password
    if password is None:
        raise Unauthorized(closed=True)
    given = request.authorization
    if given is None:
        raise Unauthorized(closed=False)
    guesses, address = services().guesses, client_address()
    if wait := guesses.attempt(ADMIN, address):
        raise TooManyGuesses(wait)
    user, secret = (given.username or "", given.password or "") if given.type == "basic" else ("", "")
    # both are always compared, so that the time taken tells neither apart
    right = hmac.compare_digest(user.encode("utf-8"), ADMIN.encode("utf-8"))
    if not hmac.compare_digest(secret.encode("utf-8"), password.encode("utf-8")) or not right:
        raise Unauthorized(closed=False)
    guesses.right(ADMIN, address)
