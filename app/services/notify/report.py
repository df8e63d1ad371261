"""What came of a run. Pure."""

from dataclasses import dataclass, field
from typing import Any

from app.services.notify.recipients import UNCERTAIN


@dataclass(frozen=True)
class Failure:
    """Why the server did not take a mail; `permanent`: another try would fail as well."""

    reason: str
    permanent: bool


@dataclass
class MailReport:
    """What came of a run: addresses. `left`: whom it did not get to; `stopped`: why it ended before its end."""

    total: int
    sent: list[str] = field(default_factory=list)
    failed: dict[str, Failure] = field(default_factory=dict)
    uncertain: list[str] = field(default_factory=list)
    skipped: dict[str, list[str]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    stopped: str | None = None

    @property
    def done(self) -> int:
        """How many mails have had their turn."""
        return self.total - len(self.left)

    @property
    def all_uncertain(self) -> list[str]:
        """Of whom nobody knows whether their mail arrived: from this run, and from earlier ones."""
        return [*self.uncertain, *self.skipped.get(UNCERTAIN, [])]

    @property
    def is_clean(self) -> bool:
        """Whether nothing failed, was left out or is uncertain."""
        return not (self.failed or self.all_uncertain or self.left or self.stopped)

    def as_json(self) -> dict[str, Any]:
        failed = [{"address": address} | vars(failure) for address, failure in self.failed.items()]
        return {
            "total": self.total,
            "sent": self.sent,
            "failed": failed,
            "uncertain": self.all_uncertain,
            "skipped": self.skipped,
            "left": self.left,
            "stopped": self.stopped,
        }
