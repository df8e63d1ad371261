"""The personal links in a mail: signed tokens that nobody else can make or change. Pure.

A token contains campaign, collage and photo. Anyone who has it can read it, so it contains nothing else, above all no
e-mail address. It does not expire: a mail keeps its picture, and its link to unsubscribe works years later.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from app.core.errors import NotFound

LONGEST = 1000  # characters; tokens of the longest public ID that the store accepts have about 500


@dataclass(frozen=True)
class Claims:
    """The photo that a token is for. `public_id` is "" in a test mail, whose opens are never recorded.

    `individual`: whether opens may be recorded by person.
    """

    campaign: str
    collage: str
    public_id: str
    individual: bool = True


@dataclass(frozen=True)
class Links:
    """The personal links in one mail."""

    image: str
    wall: str
    unsubscribe: str


class Tokens:
    """Makes and reads tokens. Those for pictures and those for unsubscribing are not interchangeable."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: the newest first, which signs; tokens signed with any of them are valid."""
        self._image = _serializer(keys, "collagen.track")
        self._anonymous = _serializer(keys, "collagen.track.anonymous")
        self._unsubscribe = _serializer(keys, "collagen.unsubscribe")

    def image(self, claims: Claims) -> str:
        """The token of /track/<token>/…; the same claims and key always give the same token."""
        return _made(self._image if claims.individual else self._anonymous, claims)

    def unsubscribe(self, claims: Claims) -> str:
        """The token of /unsubscribe/<token>."""
        return _made(self._unsubscribe, claims)

    def read_image(self, token: str) -> Claims:
        """The claims in a token made by `image`. Raises NotFound for anything else."""
        try:
            return _read(self._image, token)
        except NotFound:
            return replace(_read(self._anonymous, token), individual=False)

    def read_unsubscribe(self, token: str) -> Claims:
        """The claims in a token made by `unsubscribe`. Raises NotFound for anything else."""
        return _read(self._unsubscribe, token)


def links(public_url: str, tokens: Tokens, claims: Claims) -> Links:
    """The full URLs for one mail. `public_url`: this service's URL, without a trailing slash."""
    image = f"{public_url}/track/{tokens.image(claims)}"
    return Links(f"{image}/collage.jpg", f"{image}/wall", f"{public_url}/unsubscribe/{tokens.unsubscribe(claims)}")


def _serializer(keys: Sequence[str], salt: str) -> URLSafeSerializer:
    # itsdangerous signs with the last of its keys
    return URLSafeSerializer(list(reversed(keys)), salt, signer_kwargs={"digest_method": hashlib.sha256})


def _made(serializer: URLSafeSerializer, claims: Claims) -> str:
    return str(serializer.dumps((claims.campaign, claims.collage, claims.public_id)))


def _read(serializer: URLSafeSerializer, token: str) -> Claims:
    try:
        if len(token) <= LONGEST and _is_spelt_right(token):
            return Claims(*serializer.loads(token))
    except (BadData, TypeError):
        pass
    raise NotFound("This link is not valid.")


def _is_spelt_right(token: str) -> bool:
    """Base64 can be spelt in several ways, and decoders skip other characters: only our own spelling is a token."""
    signature = token.rpartition(".")[2]
    return token.isascii() and base64_encode(base64_decode(signature)).decode("ascii") == signature
