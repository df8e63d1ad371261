"""Cloudinary's signatures with the API secret: of notifications, Upload API calls and delivery URLs.

All are plain hashes over the text and the secret, not HMAC. Written here instead of taken from the SDK, so that the
SDK's own signing and checking meet a second implementation.
"""

from __future__ import annotations

import base64
import hashlib

from werkzeug.datastructures import MultiDict

UNSIGNED = {"file", "api_key", "signature", "cloud_name", "resource_type"}
# Sent but left out of the signature by the tags, context and metadata calls.
UNSIGNED_IN_BULK_CALLS = {"notification_url", "batch_id"}


def of_notification(body: bytes, timestamp: str, secret: str, algorithm: str = "sha1") -> str:
    """X-Cld-Signature: hex digest of raw body + timestamp + secret."""
    return hashlib.new(algorithm, body + timestamp.encode() + secret.encode()).hexdigest()


def text_of_upload(form: MultiDict[str, str], version: int, bulk: bool = False) -> str:
    """The text that an Upload API call signs: name=value, sorted, joined with &; rule 2 escapes & inside as %26."""
    left_out = UNSIGNED | (UNSIGNED_IN_BULK_CALLS if bulk else set())
    pairs = []
    for name, values in form.lists():
        plain = name.removesuffix("[]")
        value = ",".join(values)
        if plain not in left_out and value:
            pair = f"{plain}={value}"
            pairs.append(pair.replace("&", "%26") if version >= 2 else pair)
    return "&".join(sorted(pairs))


def upload_is_signed(form: MultiDict[str, str], secret: str, bulk: bool = False) -> bool:
    """Whether the signature matches, under either version of the rule and either hash."""
    given = form.get("signature", "")
    for version in (2, 1):
        text = text_of_upload(form, version, bulk) + secret
        if given in {hashlib.new(name, text.encode()).hexdigest() for name in ("sha1", "sha256")}:
            return True
    return False


def of_address(rest: str, secret: str, length: int) -> str:
    """The `s--…--` of a signed delivery URL; `rest` is transformation/public_id.ext, still quoted.

    Eight characters of SHA-1, or 32 of SHA-256 on accounts with long signatures.
    """
    algorithm = "sha256" if length > 8 else "sha1"
    digest = hashlib.new(algorithm, (rest + secret).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:length]
