"""Who was told about what, according to the send log. Pure.

The last record for a person and a collage counts. "intended" with no "sent" or "failed" after it means that the process
died or its connection broke at the worst moment: nobody knows whether the mail arrived.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["sent", "uncertain", "failed", "refused"]  # failed: worth a retry; refused: not


@dataclass(frozen=True)
class History:
    """The outcome of each person's mails, by address (ignoring case) and collage."""

    states: Mapping[str, Mapping[str, State]] = field(default_factory=dict)

    def of(self, address: str) -> Mapping[str, State]:
        """The outcome of the mails to an address, by collage; empty if there were none."""
        return self.states.get(address.casefold(), {})

    def uncertain(self, collage: str) -> list[str]:
        """Addresses (casefolded) for which it is unknown whether the mail about this collage arrived."""
        return sorted(address for address, states in self.states.items() if states.get(collage) == "uncertain")


def history(records: Iterable[Mapping[str, Any]]) -> History:
    """Reads the records of a campaign's send log, oldest first.

    A record without an address belongs to someone whose photo was removed while the mail was on its way; the message ID
    says whose it is, unless they were forgotten.
    """
    states: dict[str, dict[str, State]] = {}
    addresses: dict[Any, str] = {}
    for record in records:
        message = record.get("message_id")
        address = record.get("address")
        if isinstance(address, str):
            addresses[message] = address.casefold()
        if message in addresses:
            states.setdefault(addresses[message], {})[str(record.get("collage"))] = _state(record)
    return History(states)


def _state(record: Mapping[str, Any]) -> State:
    if record.get("state") == "sent":
        return "sent"
    if record.get("state") == "failed":
        return "refused" if record.get("permanent") else "failed"
    return "uncertain"
