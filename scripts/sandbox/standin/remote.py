"""What a test can read and set in the stand-in, through the control interface."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import quote

import urllib3

Json = dict[str, Any]
T = TypeVar("T")


class StandinError(Exception):
    """The stand-in refused a request."""


def part(answer: Json, name: str, kind: type[T]) -> T:
    """The value of this name in an answer, checked to be of this type."""
    found = answer[name]
    assert isinstance(found, kind), (name, found)
    return found


class Remote:
    """Everything about a running stand-in except the photos; thread-safe."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = urllib3.PoolManager(maxsize=32, retries=False)

    # Reading

    def state(self) -> Json:
        """`assets` by public ID, `settings`, `limit`, `faults` (with how often each `fired`), `waiting`.

        And how the account is set up: `triggers`, `presets` by name, `folders`.
        """
        return self._get("state")

    def asset(self, public_id: str) -> Json:
        return part(self._get(f"asset?public_id={quote(public_id, safe='')}"), "asset", dict)

    def calls(self, call: str | None = None, *, since: int = 0) -> list[Json]:
        """Requests answered: `call` (api, upload, delivery), `method`, `path`, `query`, `status`, `at`."""
        return [one for one in self._get(f"calls?since={since}")["calls"] if call in (None, one["call"])]

    def notifications(self, *, since: int = 0) -> list[Json]:
        """All notifications, sent or not, in order: `notification` (a number), `type`, `payload`."""
        return part(self._get(f"notifications?since={since}"), "notifications", list)

    def deliveries(self, *, since: int = 0) -> list[Json]:
        """Every finished attempt: `notification`, `type`, `attempt`, `url`, `status`, `body`, `at`, `seconds`.

        And `outcome`: delivered, failed (to be retried), given up, dropped (by a fault).
        """
        return part(self._get(f"deliveries?since={since}"), "deliveries", list)

    # The webhook

    def notify(self, url: str | None) -> None:
        """Sets where notifications go from now on, while the account has no trigger; None: nowhere."""
        self.settings(notify=url)

    def settings(self, **settings: Any) -> None:
        """notify, signature, retry_delays, timeout, deliver_rejected, deliver_signed, fixed_folders, largest (bytes).

        at_once: how many notifications are sent in parallel (1: in order; at most 16).

        keys: the active API keys with their secrets, the oldest first, which signs. ahead: seconds that the account's
        clock is ahead of ours. forbidden: parts of the Admin API that the key may not use, such as triggers (or
        only to make them: POST triggers). credits: how many of the plan's 25 are used.
        """
        self._post("settings", settings)

    def send(self, payload: Json | None = None, *, body: str | None = None, **overrides: Any) -> int:
        """Sends any notification, signed, or any body as it is. Overrides: url, timestamp, signature."""
        sent = self._post("send", {"payload": payload, "body": body, "overrides": overrides})
        return part(sent, "notification", int)

    def wait_idle(self, timeout: float = 300) -> None:
        """Waits until nothing is queued, under way or awaiting a retry."""
        answer = self._post("wait-idle", {"timeout": timeout}, timeout=timeout + 10)
        if not answer["idle"]:
            raise TimeoutError(f"{answer['waiting']} notifications are still to be sent after {timeout} s")

    # Faults

    def faults(self, call: str, kind: str, **rule: Any) -> int:
        """Add one; it stands until it has fired `times` or faults are cleared.

        call            kind            details
        any but notify  delay           seconds=1, stale=False (the answer is made first, then held back)
                        status          status=500, message, headers, body (any JSON instead of an error)
                        rate_limit      limit=500
                        processing      (423)
                        cut             fraction=0.5 of the body arrives, then the connection ends
                        html, empty     with 200
        api, upload     missing_fields  fields=["asset_folder"]
        notify          delay           seconds=1
                        duplicate       copies=2
                        reorder         window=1: each is held back for up to so many seconds, by `seed`
                        drop

        Which calls: `match` is a part of the path, query or public ID, or of the notification's body; of those
        it lets `skip` pass and hits `times`=1 (None: all), or all with a `probability` by `seed`.
        """
        return part(self._post("faults", {"call": call, "kind": kind} | rule), "fault", int)

    def clear_faults(self) -> None:
        self._request("DELETE", "faults")

    def limit(self, limit: int | None, *, seconds: float | None = None) -> None:
        """Limits the Admin API calls from now to the end of the hour, or for `seconds`; None lifts the limit."""
        self._post("limit", {"limit": limit, "seconds": seconds})

    def reset(self) -> None:
        """Clears assets, triggers, presets, folders, faults, limit and logs; the webhook stays as set."""
        self._post("reset", {})

    # HTTP

    def _get(self, path: str) -> Json:
        return self._request("GET", path)

    def _post(self, path: str, body: Json, **options: Any) -> Json:
        return self._request("POST", path, json=body, **options)

    def _request(self, method: str, path: str, **options: Any) -> Json:
        answer = self._http.request(method, f"{self.url}/standin/{path}", **({"timeout": 60} | options))
        body: Json = answer.json()
        if "error" in body:
            raise StandinError(f"{answer.status} {body['error']['message']}")
        return body
