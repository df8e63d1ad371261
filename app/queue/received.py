"""When the gateway received a notification, as a redrive records it in the message attribute `Received`. Pure.

A message that is sent again gets a new sending time, so a redrive has to pass on the old one. Anyone who may write to
the queue could forge it, and so make an old signature look fresh. The time is therefore authenticated with a key
derived from a webhook secret: a holder of the secret could sign a new notification anyway, every worker has it, and
retiring a secret retires its times.

    Received = <milliseconds since 1970>.<HMAC-SHA256, 64 hex digits>
"""

import hashlib
import hmac
import json
import re
from collections.abc import Sequence

OLDEST = 14 * 24 * 3600  # seconds; SQS keeps no message longer
LABEL = b"collagen.queue.received"  # separates the derived key from other uses of the secret


def stamp(received: float, body: str, timestamp: str, signature: str, secret: str) -> str:
    """The attribute for a notification that the gateway received at `received` (seconds since 1970)."""
    moment = str(round(received * 1000))
    return f"{moment}.{_mac(moment, body, timestamp, signature, secret)}"


def received_at(stamped: str, sent: float, body: str, timestamp: str, signature: str, secrets: Sequence[str]) -> float:
    """When the gateway received a notification, in seconds since 1970.

    `stamped`: the message's attribute, or ""; `sent`: when SQS received the message. The attribute counts if it was
    made for exactly this notification with one of `secrets`, and is at most `OLDEST` before `sent`; otherwise `sent`
    counts. A plain number, as older redrives wrote it, does not count.
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
    # as JSON, so that no text can cross the border between two values
    return hmac.new(key, json.dumps([moment, timestamp, signature, body]).encode("ascii"), hashlib.sha256).hexdigest()
