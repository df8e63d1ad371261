"""Sends notifications in the background, as Cloudinary does: signed, retried, in no guaranteed order."""

from __future__ import annotations

import heapq
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import urllib3

from scripts.sandbox.standin import signatures
from scripts.sandbox.standin.faults import Faults
from scripts.sandbox.standin.setup import Trigger

RETRY_DELAYS = (180.0, 360.0, 540.0)  # 3, 6 and 9 minutes, then the event is lost
MOST_AT_ONCE = 16
V2 = "bm90IGEgc2lnbmF0dXJl"  # how it is made is not published, so nobody can check it


@dataclass(frozen=True)
class Notification:
    """A body as sent, signed as `scheme` says. `url`, `timestamp`, `signature` override the real ones, to forge it."""

    id: int
    type: str
    body: bytes
    url: str
    timestamp: str | None = None
    signature: str | None = None
    scheme: str = "legacy_hmac"


@dataclass(frozen=True, order=True)
class Job:
    """One delivery attempt of one notification, ordered by due time, then by creation."""

    due: float
    order: int
    attempt: int = field(compare=False)
    notification: Notification = field(compare=False)


class Notifier:
    """A heap of attempts and a few threads. `at_once` = 1 sends them strictly one by one, in order."""

    def __init__(self, secret: str, faults: Faults, url: str | None, algorithm: str, retry_delays: Sequence[float]):
        self.secret, self.faults, self.url, self.algorithm = secret, faults, url, algorithm
        self.retry_delays, self.at_once, self.timeout = tuple(retry_delays), 8, 30.0
        self.subscribed: Callable[[str], list[Trigger] | None] = lambda event: None
        self._http = urllib3.PoolManager(maxsize=MOST_AT_ONCE, retries=False)
        self._changed = threading.Condition()
        self._orders = 0
        self.reset()
        for _ in range(MOST_AT_ONCE):
            threading.Thread(target=self._work, daemon=True).start()

    def reset(self) -> None:
        """Forgets everything queued and recorded; an attempt under way ends unrecorded."""
        with self._changed:
            self._queue: list[Job] = []
            self._active: set[int] = set()  # orders of the attempts under way
            self.notifications: list[dict[str, Any]] = []
            self.deliveries: list[dict[str, Any]] = []
            self._changed.notify_all()

    def send(self, payload: dict[str, Any] | bytes, **overrides: Any) -> int:
        """Queues a notification (or raw bytes); returns its number. Without a webhook it is only recorded.

        It goes to the triggers of its type, or to `url` while the account has no trigger at all.
        """
        body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
        kind = payload.get("notification_type", "") if isinstance(payload, dict) else ""
        with self._changed:
            number = len(self.notifications) + 1
            told = payload if isinstance(payload, dict) else body.decode(errors="replace")
            self.notifications.append({"notification": number, "type": kind, "payload": told})
            url = overrides.pop("url", None)
            triggers = self.subscribed(kind) if url is None and isinstance(payload, dict) else None
            if triggers is None and (url or self.url):
                self._queue_first_tries(Notification(number, kind, body, url or self.url or "", **overrides))
            for trigger in triggers or ():
                sent = json.dumps(trigger.body(told), ensure_ascii=False).encode()  # type: ignore[arg-type]
                more = {"scheme": trigger.auth_scheme} | overrides
                self._queue_first_tries(Notification(number, kind, sent, trigger.uri, **more))
            self._changed.notify_all()
        return number

    def _queue_first_tries(self, notification: Notification) -> None:
        """Faults are drawn here, in the order of the changes: a seed always gives the same disorder."""
        due, copies = time.monotonic(), 1
        for fault in self.faults.pick("notify", notification.body.decode(errors="replace")):
            if fault.kind == "drop":
                self._record(notification, 0, outcome="dropped")
                return
            if fault.kind == "delay":
                due += fault.details.get("seconds", 1.0)
            elif fault.kind == "reorder":
                due += fault.random.uniform(0, fault.details.get("window", 1.0))
            elif fault.kind == "duplicate":
                copies = fault.details.get("copies", 2)
        for _ in range(copies):
            self._push(due, 1, notification)

    def wait_idle(self, timeout: float) -> bool:
        """Whether nothing was queued, under way or awaiting a retry before the timeout."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._active, timeout)

    @property
    def waiting(self) -> int:
        return len(self._queue) + len(self._active)

    def _push(self, due: float, attempt: int, notification: Notification) -> None:
        self._orders += 1
        heapq.heappush(self._queue, Job(due, self._orders, attempt, notification))

    def _work(self) -> None:
        while True:
            with self._changed:
                while (wait := self._time_to_next()) != 0:
                    self._changed.wait(wait)
                job = heapq.heappop(self._queue)
                self._active.add(job.order)
            result = self._try(job.notification)
            with self._changed:
                if job.order in self._active:  # else there was a reset meanwhile
                    self._active.discard(job.order)
                    self._conclude(job, result)
                self._changed.notify_all()

    def _time_to_next(self) -> float | None:
        """0 if something is due now, None if only a change can end the wait."""
        if not self._queue or len(self._active) >= self.at_once:
            return None
        return max(0.0, self._queue[0].due - time.monotonic())

    def _conclude(self, job: Job, result: dict[str, Any]) -> None:
        """Anything but 200 is retried, as many times as there are delays."""
        delivered, retries_made = result["status"] == 200, job.attempt - 1
        outcome = "delivered" if delivered else "failed"
        if not delivered and retries_made < len(self.retry_delays):
            self._push(time.monotonic() + self.retry_delays[retries_made], job.attempt + 1, job.notification)
        elif not delivered:
            outcome = "given up"
        self._record(job.notification, job.attempt, outcome=outcome, **result)

    def _try(self, notification: Notification) -> dict[str, Any]:
        """POSTs it, signed with a fresh timestamp; returns the result."""
        stamp = notification.timestamp or str(int(time.time()))
        signature = notification.signature
        if signature is None:
            signature = signatures.of_notification(notification.body, stamp, self.secret, self.algorithm)
        headers = {"Content-Type": "application/json", "X-Cld-Timestamp": stamp}
        if notification.scheme != "eddsa_v2":
            headers["X-Cld-Signature"] = signature
        if notification.scheme != "legacy_hmac":
            headers["X-Cld-Signature_v2"] = V2
        began, status, text = time.time(), None, ""
        try:
            answer = self._http.request(
                "POST",
                notification.url,
                body=notification.body,
                headers=headers,
                timeout=self.timeout,
                redirect=False,
            )
            status, text = answer.status, answer.data.decode(errors="replace")
        except (urllib3.exceptions.HTTPError, OSError) as error:
            text = repr(error)
        return {"status": status, "body": text[:10_000], "at": began, "seconds": time.time() - began}

    def _record(self, notification: Notification, attempt: int, **result: Any) -> None:
        entry = {"notification": notification.id, "type": notification.type, "attempt": attempt}
        self.deliveries.append(entry | {"url": notification.url} | result)
