"""The result of a run. Pure."""

from dataclasses import dataclass, field
from typing import Any

from app.services.notify.recipients import UNCERTAIN


@dataclass(frozen=True)
class Failure:
    """Why the server did not take a mail. `permanent`: a retry would fail too."""

    reason: str
    permanent: bool


@dataclass
class MailReport:
    """The outcome for each address. `left`: not reached; `stopped`: why the run ended early."""

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
        """Addresses for which it is unknown whether the mail arrived: from this run and earlier ones."""
        return [*self.uncertain, *self.skipped.get(UNCERTAIN, [])]

    @property
    def is_clean(self) -> bool:
        """Whether nothing failed, is uncertain or was not reached."""
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
