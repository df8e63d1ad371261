"""What the result of a look says it was made of. Pure.

`number` (see `Photos.version`) changes with the photo's version and with where it was cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.adapters.imaging.looks import xmp
from app.adapters.store.photos import marks


@dataclass(frozen=True)
class Record:
    """`recipe`: the hash of the look's recipe. `notes`: how it was made, such as model and seed."""

    look: str
    public_id: str
    recipe: str
    number: int
    notes: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, str]:
        """As the result's metadata has it."""
        return {
            **self.notes,
            "identifier": self.public_id,
            "version": str(marks.version(self.number)),
            "look": self.look,
            "recipe": self.recipe,
            "number": str(self.number),
        }

    def painted(self, seconds: float) -> dict[str, Any]:
        """As the log of what was painted has it. `seconds`: how long it took."""
        return {
            "look": self.look,
            "public_id": self.public_id,
            "version": marks.version(self.number),
            "recipe": self.recipe,
            **self.notes,
            "seconds": seconds,
        }


def of_file(head: bytes | None) -> Record | None:
    """The record in the first bytes of a result; None where there is none, or it is damaged."""
    values = xmp.values(head) if head is not None else None
    return None if values is None else _record(values)


def of_failure(note: Mapping[str, Any] | None) -> Record | None:
    """What a note about a failure is about; None where there is none, or it is damaged."""
    if note is None or not all(isinstance(note.get(name), str) for name in ("look", "identifier", "recipe", "number")):
        return None
    return _record(note)


def _record(values: Mapping[str, str]) -> Record | None:
    number = values.get("number", "")
    if not (number.isascii() and number.isdigit() and len(number) < 20):
        return None
    known = ("identifier", "version", "look", "recipe", "number")
    notes = {name: value for name, value in values.items() if name not in known}
    return Record(values.get("look", ""), values.get("identifier", ""), values.get("recipe", ""), int(number), notes)
