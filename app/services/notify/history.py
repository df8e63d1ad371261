"""Who was told of what, according to the send log. Pure.

The last record of a person and a collage counts. "intended" without "sent" or "failed" after it was written by a
process that died, or whose connection broke, at the worst moment: whether the mail arrived, nobody knows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["sent", "uncertain", "failed", "refused"]  # failed: worth another try; refused: not


@dataclass(frozen=True)
class History:
    """What became of each person's mails, by address (upper and lower case are the same) and collage."""

    states: Mapping[str, Mapping[str, State]] = field(default_factory=dict)

    def of(self, address: str) -> Mapping[str, State]:
        """What became of the mails to an address, by collage; nothing where none was begun."""
        return self.states.get(address.casefold(), {})

    def uncertain(self, collage: str) -> list[str]:
        """Addresses (casefolded) of which nobody knows whether their mail about this collage arrived."""
        return sorted(address for address, states in self.states.items() if states.get(collage) == "uncertain")


def history(records: Iterable[Mapping[str, Any]]) -> History:
    """Reads the records of a campaign's send log, oldest first.

    A record without an address is of someone whose photo went while the mail was on its way; the message ID tells of
    whom, unless they were forgotten.
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
