"""Verifies that Cloudinary sent a notification, and recently. Pure.

Cloudinary's rule (https://cloudinary.com/documentation/notification_signatures): the signature is the hex digest of
body + timestamp + API secret, SHA-1 by default, SHA-256 on accounts that choose it; a plain hash, not an HMAC. The
SDK's own check is not used: it compares with `==`, accepts any future timestamp and knows only one secret.
"""

import hashlib
import hmac
import re
from collections.abc import Collection, Sequence

from app.core.errors import BadSignature

OLDEST = 2 * 60 * 60  # seconds; Cloudinary's own default
NEWEST = 5 * 60  # seconds that Cloudinary's clock may be ahead of ours
ALGORITHMS = {40: "sha1", 64: "sha256"}  # by the number of hex digits


def verify(
    body: bytes,
    timestamp: str,
    signature: str,
    secrets: Sequence[str],
    now: float,
    signature_v2: str = "",
    algorithms: Collection[str] = tuple(ALGORITHMS.values()),
) -> None:
    """Raises BadSignature unless one of `secrets` signed exactly these bytes at `timestamp`, near `now`.

    `timestamp`, `signature` and `signature_v2`: the headers X-Cld-Timestamp, X-Cld-Signature and X-Cld-Signature_v2;
    `now` in seconds since 1970; `algorithms`: those allowed. Takes constant time wherever a signature is wrong.

    How to verify a signature of version 2 (Ed25519) is not published, so it cannot stand alone.
    """
    if signature_v2 and not signature:
        raise _of_trigger("The notification has X-Cld-Signature_v2 alone: its trigger signs with eddsa_v2 only.")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise BadSignature("The header X-Cld-Timestamp is missing or not a number.")
    algorithm = _algorithm(signature, algorithms)
    _check_age(now - int(timestamp))
    header = signature.encode("ascii")
    signed = False
    for secret in secrets:
        expected = hashlib.new(algorithm, body + timestamp.encode("ascii") + secret.encode("utf-8")).hexdigest()
        signed |= hmac.compare_digest(header, expected.encode("ascii"))
    if not signed:
        raise BadSignature(
            "The notification was not signed with any of the secrets in COLLAGEN_WEBHOOK_SECRETS.",
            key=signing_key(body),
        )


def _check_age(age: float) -> None:
    if age > OLDEST:
        raise BadSignature(f"The notification was signed {age / 3600:.1f} hours ago; {OLDEST // 3600} are allowed.")
    if -age > NEWEST:
        raise BadSignature(f"The notification was signed {-age / 60:.0f} minutes in the future; is the clock right?")


def _algorithm(signature: str, allowed: Collection[str]) -> str:
    if not signature:
        raise _of_trigger("The header X-Cld-Signature is missing. A trigger that signs with eddsa_v2 only sends none.")
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", signature):
        raise BadSignature("The header X-Cld-Signature is neither SHA-1 nor SHA-256.")
    algorithm = ALGORITHMS[len(signature)]
    if algorithm not in allowed:
        raise BadSignature(
            f"The notification is signed with {algorithm}, which COLLAGEN_SIGNATURES does not name. Name it there, or"
            " ask Cloudinary's support to let the account sign with another."
        )
    return algorithm


def _of_trigger(what: str) -> BadSignature:
    error = BadSignature(
        f"{what} Set the trigger's auth_scheme to default or legacy_hmac (python -m app connect --apply does)."
    )
    error.by_trigger = True
    return error


def signing_key(body: bytes) -> str | None:
    """The API key whose secret signed a notification, according to its body; None if it does not say."""
    found = re.search(rb'"signature_key"\s*:\s*"([0-9A-Za-z_-]{1,64})"', body)
    return found[1].decode() if found else None
