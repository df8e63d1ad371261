"""Faults: what goes wrong on purpose, and when."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

REQUEST_KINDS = {"delay", "status", "rate_limit", "processing", "cut", "html", "empty", "missing_fields"}
KINDS = {
    "api": REQUEST_KINDS,
    "upload": REQUEST_KINDS,
    "delivery": REQUEST_KINDS - {"missing_fields"},
    "notify": {"delay", "duplicate", "reorder", "drop"},
}


@dataclass
class Fault:
    """One rule: of the calls that contain `match`, it skips `skip` and hits the next `times`."""

    id: int
    call: str
    kind: str
    match: str = ""
    skip: int = 0
    times: int | None = 1  # None: no limit
    probability: float = 1.0
    seed: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS.get(self.call, set()):
            raise ValueError(f"no fault {self.kind!r} for calls {self.call!r}; there are {KINDS}")
        self.random = random.Random(self.seed)

    def fires(self, call: str, subject: str) -> bool:
        if call != self.call or self.match not in subject or (self.times is not None and self.fired >= self.times):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.probability < 1.0 and self.random.random() >= self.probability:
            return False
        self.fired += 1
        return True


class Faults:
    """The active rules, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._made = 0

    def add(self, call: str, kind: str, **rule: Any) -> int:
        """Adds a rule. Arguments that no rule has (seconds, status, …) are details of the fault itself."""
        known = {name: rule.pop(name) for name in ("match", "skip", "times", "probability", "seed") if name in rule}
        if "probability" in known:
            known.setdefault("times", None)
        with self._lock:
            self._made += 1
            self._faults.append(Fault(self._made, call, kind, **known, details=rule))
            return self._made

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def all(self) -> list[dict[str, Any]]:
        names = ("id", "call", "kind", "match", "skip", "times", "probability", "seed", "details", "fired")
        with self._lock:
            return [{name: getattr(fault, name) for name in names} for fault in self._faults]

    def pick(self, call: str, subject: str) -> list[Fault]:
        """The faults that hit this call: any delays, and at most one other, the oldest that fires."""
        hits: list[Fault] = []
        with self._lock:
            for fault in self._faults:
                spoiled = any(hit.kind != "delay" for hit in hits)
                if (fault.kind == "delay" or not spoiled) and fault.fires(call, subject):
                    hits.append(fault)
        return hits
