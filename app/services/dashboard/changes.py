"""Who came and who went between two collages. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.adapters.store.collages.manifests import Summary


@dataclass(frozen=True)
class Change:
    """A collage and what it shows differently from the one before it (`before`: None for the first)."""

    collage: Summary
    before: Summary | None
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def kept(self) -> int:
        """How many people both show."""
        return len(self.collage.shown) - len(self.added)


def change(collage: Summary, before: Summary | None) -> Change:
    """What `collage` shows differently from `before`, each list in the order of its grid."""
    shown, shown_before = set(collage.shown), set(before.shown if before else ())
    return Change(
        collage,
        before,
        tuple(public_id for public_id in collage.shown if public_id not in shown_before),
        tuple(public_id for public_id in (before.shown if before else ()) if public_id not in shown),
    )


def changes(collages: Sequence[Summary]) -> list[Change]:
    """Every collage of a campaign (given oldest first) with what changed, newest first."""
    previous = [None, *collages]
    return [change(*pair) for pair in zip(collages, previous, strict=False)][::-1]
