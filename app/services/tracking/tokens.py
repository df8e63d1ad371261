"""The personal addresses in a mail: what they stand for, signed, so that nobody can make one or change it. Pure.

A token says which campaign, collage and photo. It can be read by whoever has it, so it says nothing else, above all no
e-mail address. It does not expire: a mail keeps its picture, and whoever finds it years later can still unsubscribe.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from app.core.errors import NotFound

LONGEST = 1000  # characters; those of the longest public ID that the store takes have about 500


@dataclass(frozen=True)
class Claims:
    """Whom a token is for. `public_id` is "" in a mail on trial, of which nothing is ever recorded."""

    campaign: str
    collage: str
    public_id: str


@dataclass(frozen=True)
class Links:
    """The personal addresses in one mail."""

    image: str
    wall: str
    unsubscribe: str


class Tokens:
    """Makes and reads tokens. One for pictures is none for unsubscribing, nor the other way round."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: the newest first, which signs; any of them may have signed."""
        self._image = _serializer(keys, "collagen.track")
        self._unsubscribe = _serializer(keys, "collagen.unsubscribe")

    def image(self, claims: Claims) -> str:
        """The token of /track/<token>/…; the same claims and key always give the same."""
        return _made(self._image, claims)

    def unsubscribe(self, claims: Claims) -> str:
        """The token of /unsubscribe/<token>."""
        return _made(self._unsubscribe, claims)

    def read_image(self, token: str) -> Claims:
        """What `image` made a token of. Raises NotFound for anything that it did not make."""
        return _read(self._image, token)

    def read_unsubscribe(self, token: str) -> Claims:
        """What `unsubscribe` made a token of. Raises NotFound for anything that it did not make."""
        return _read(self._unsubscribe, token)


def links(public_url: str, tokens: Tokens, claims: Claims) -> Links:
    """The full addresses for one mail. `public_url`: where this service is found, without a slash at the end."""
    image = f"{public_url}/track/{tokens.image(claims)}"
    return Links(f"{image}/collage.jpg", f"{image}/wall", f"{public_url}/unsubscribe/{tokens.unsubscribe(claims)}")


def _serializer(keys: Sequence[str], salt: str) -> URLSafeSerializer:
    # itsdangerous signs with the last of its keys
    return URLSafeSerializer(list(reversed(keys)), salt, signer_kwargs={"digest_method": hashlib.sha256})


def _made(serializer: URLSafeSerializer, claims: Claims) -> str:
    return str(serializer.dumps(astuple(claims)))


def _read(serializer: URLSafeSerializer, token: str) -> Claims:
    try:
        if len(token) <= LONGEST and _is_spelt_right(token):
            return Claims(*serializer.loads(token))
    except (BadData, TypeError):
        pass
    raise NotFound("This link is not valid.")


def _is_spelt_right(token: str) -> bool:
    """Base64 can be spelt in several ways, and readers pass over what is none of it: only our spelling is a token."""
    signature = token.rpartition(".")[2]
    return token.isascii() and base64_encode(base64_decode(signature)).decode("ascii") == signature
