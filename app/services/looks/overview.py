"""What an admin sees of a look in a campaign: what failed and why, and its recipe, which is read-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.adapters.store import Store
from app.services.looks.recipes import Look
from app.services.looks.standing import Standing


@dataclass(frozen=True)
class Failure:
    """`time`: of the attempt, as the service writes times."""

    public_id: str
    reason: str
    time: str


@dataclass(frozen=True)
class Part:
    """A step of a look. `constants`: what nobody can set.

    `options`: as looks.toml sets them, with defaults, and what styles.toml says of a style.
    """

    step: str
    revision: int
    options: Mapping[str, Any]
    constants: Mapping[str, Any]


def failures(store: Store, campaign: str, look: Look, standing: Standing, most: int | None = None) -> list[Failure]:
    """Why the look could not be made of photos, of the first `most` of them. Raises StoreUnavailable."""
    found = []
    for public_id in standing.by_state["failed"][:most]:
        note = store.looks.failure(campaign, look.name, public_id)
        if note is not None:  # made since
            found.append(Failure(public_id, str(note.get("reason", "")), str(note.get("time", ""))))
    return found


def parts(look: Look) -> list[Part]:
    """The recipe. A kind of step may have `CONSTANTS`, by name, that admins should know."""
    return [
        Part(
            one.kind.NAME,
            one.kind.REVISION,
            {name: value for name, value in one.options.items() if value is not None},
            dict(getattr(one.kind, "CONSTANTS", {})),
        )
        for one in look.steps
    ]
