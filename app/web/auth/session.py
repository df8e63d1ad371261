"""A gallery's session: a signed cookie with the campaign, the end of the session and its ID. Pure.

There is no list of sessions: the cookie is the session, unless it was ended (`store.logouts`). The campaign's password
is part of the signing key: a new password ends every session, and the cookie does not contain it.
"""

import hashlib
from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer

LIFETIME = 12 * 3600  # seconds
LONGEST = 500  # characters; the longest campaign name makes about 210


class Sessions:
    """Makes and reads the cookies."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: the first, newest one signs; any of them may have signed."""
        # itsdangerous signs with the last of its keys
        self._keys = list(reversed(keys))

    def cookie(self, campaign: str, password: str, now: float, session: str) -> str:
        """The cookie of a session that starts `now` (seconds since 1970). `session`: its unguessable, unique ID."""
        return str(self._serializer(campaign, password).dumps([campaign, int(now) + LIFETIME, session]))

    def session(self, cookie: str, campaign: str, password: str, now: float) -> str | None:
        """The session's ID; None if the cookie is of another campaign or password, has expired, or is invalid."""
        if len(cookie) > LONGEST:
            return None
        try:
            named, end, session = self._serializer(campaign, password).loads(cookie)
            return session if named == campaign and now < end and isinstance(session, str) else None
        except (BadData, TypeError, ValueError):
            return None

    def _serializer(self, campaign: str, password: str) -> URLSafeSerializer:
        salt = f"collagen.gallery\n{campaign}\n{password}"
        return URLSafeSerializer(self._keys, salt, signer_kwargs={"digest_method": hashlib.sha256})
