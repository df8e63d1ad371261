"""When the gateway got a notification: what a redrive writes into the message attribute `Received`. Pure.

A message that is sent again has a new time of sending, so a redrive has to pass the old one on. Anybody who may write
to the queue could invent one, and with it make an old signature count as fresh. The time is therefore authenticated
with a key derived from a webhook secret: whoever has that could sign a new notification anyway, every worker needs it,
and a secret that is retired takes the times with it.

    Received = <milliseconds since 1970>.<HMAC-SHA256, 64 hex digits>
"""

import hashlib
import hmac
import json
import re
from collections.abc import Sequence

OLDEST = 14 * 24 * 3600  # seconds; SQS keeps no message longer
LABEL = b"collagen.queue.received"  # keeps the derived key apart from everything else that the secret signs


def stamp(received: float, body: str, timestamp: str, signature: str, secret: str) -> str:
    """The attribute for a notification that the gateway got at `received` (seconds since 1970)."""
    moment = str(round(received * 1000))
    return f"{moment}.{_mac(moment, body, timestamp, signature, secret)}"


def received_at(stamped: str, sent: float, body: str, timestamp: str, signature: str, secrets: Sequence[str]) -> float:
    """When the gateway got a notification, in seconds since 1970.

    `stamped`: the message's attribute, "" where it has none; `sent`: when SQS got the message. The attribute counts if
    it was made for exactly this notification with one of `secrets`, and lies at most `OLDEST` before `sent`; otherwise
    `sent` counts. A plain number, which is what redrives used to write, does not count.
    """
    if not re.fullmatch(r"[0-9]{1,15}\.[0-9a-f]{64}", stamped):
        return sent
    moment, _, mac = stamped.partition(".")
    right = False
    for secret in secrets:
        right |= hmac.compare_digest(mac, _mac(moment, body, timestamp, signature, secret))
    received = int(moment) / 1000
    return received if right and sent - OLDEST <= received <= sent else sent


def _mac(moment: str, body: str, timestamp: str, signature: str, secret: str) -> str:
    key = hmac.digest(secret.encode("utf-8"), LABEL, "sha256")
    # as JSON, so that no text can pass for the end of one value and the beginning of the next
    return hmac.new(key, json.dumps([moment, timestamp, signature, body]).encode("ascii"), hashlib.sha256).hexdigest()
