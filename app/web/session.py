"""A gallery's session: a signed cookie that says for which campaign, and until when. Pure.

There is no list of sessions: the cookie is the session. The campaign's password is part of what the signature is made
with, so that another password ends every session, and nothing of it stands in the cookie.
"""

import hashlib
from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer

LIFETIME = 12 * 3600  # seconds
LONGEST = 500  # characters; those of the longest campaign name have about 180


class Sessions:
    """Makes and reads the cookies."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: the newest first, which signs; any of them may have signed."""
        # itsdangerous signs with the last of its keys
        self._keys = list(reversed(keys))

    def cookie(self, campaign: str, password: str, now: float) -> str:
        """The cookie of a session that begins `now` (seconds since 1970) with the right password."""
        return str(self._serializer(campaign, password).dumps([campaign, int(now) + LIFETIME]))

    def holds(self, cookie: str, campaign: str, password: str, now: float) -> bool:
        """Whether `cookie` is that of a session of this campaign, with its present password, that has not ended."""
        if len(cookie) > LONGEST:
            return False
        try:
            named, end = self._serializer(campaign, password).loads(cookie)
            return bool(named == campaign and now < end)
        except (BadData, TypeError, ValueError):
            return False

    def _serializer(self, campaign: str, password: str) -> URLSafeSerializer:
        salt = f"collagen.gallery\n{campaign}\n{password}"
        return URLSafeSerializer(self._keys, salt, signer_kwargs={"digest_method": hashlib.sha256})
