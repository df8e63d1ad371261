"""What a sync found and did. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from app.services.processor.decision import Outcome
from app.services.reconcile.plan import Suspicion

Drift = Literal["missed", "stale", "orphaned"]
DRIFTS: tuple[Drift, ...] = ("missed", "stale", "orphaned")


@dataclass
class SyncReport:
    """What a sync of one campaign found.

    `agreed`: photos that agree with the lists; `asked`: photos looked up in Cloudinary; `missed`: approved there, not
    here; `stale`: an old version or address, or only one of the two files; `orphaned`: here, not approved there;
    `repaired`: those of the above that are right now (none in a dry run); `unreachable`: what could not be found out or
    done, and why; `remade`: intermediates remade from archives; `no_images`: approved there but not storable, with
    Cloudinary's resource type; `withheld`: orphaned photos kept because they are suspiciously many, and `doubt`: what
    looks wrong; `removed`: photos removed from every campaign, or in a dry run to be removed; `notes`: what there is to
    say about files of a folder, mostly why they are skipped.
    """

    campaign: str
    dry_run: bool = False
    agreed: int = 0
    asked: int = 0
    missed: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    unreachable: dict[str, str] = field(default_factory=dict)
    remade: list[str] = field(default_factory=list)
    no_images: dict[str, str] = field(default_factory=dict)
    withheld: list[str] = field(default_factory=list)
    doubt: str = ""
    removed: set[str] = field(default_factory=set)
    notes: dict[str, str] = field(default_factory=dict)

    def found(self, public_id: str, suspicion: Suspicion, outcome: Outcome) -> None:
        """Adds the outcome of one photo."""
        self.asked += 1
        if outcome.status == "removed":
            self.removed.add(public_id)
        drift = judge(self.campaign, suspicion, outcome)
        if drift is not None:
            getattr(self, drift).append(public_id)
        if outcome.error is not None:
            self.unreachable[public_id] = outcome.error
        elif drift is not None and not self.dry_run:
            self.repaired.append(public_id)

    def withhold(self, public_ids: Iterable[str], doubt: str) -> None:
        """Adds photos that should be removed and are kept."""
        self.withheld = sorted(public_ids)
        self.orphaned += self.withheld
        self.doubt = doubt

    def failed(self, public_id: str, suspicion: Suspicion) -> None:
        """Adds a photo that could not be processed; what a list said about it may be true."""
        self.asked += 1
        if suspicion != "unlisted":
            (self.missed if suspicion == "missing" else self.stale).append(public_id)

    def as_json(self) -> dict[str, Any]:
        rows = [{"public_id": public_id, "reason": reason} for public_id, reason in sorted(self.unreachable.items())]
        drifts = {name: sorted(getattr(self, name)) for name in (*DRIFTS, "repaired")}
        head = {"campaign": self.campaign, "dry_run": self.dry_run, "agreed": self.agreed, "asked": self.asked}
        others = [{"public_id": public_id, "kind": kind} for public_id, kind in sorted(self.no_images.items())]
        rest = {"unreachable": rows, "remade": sorted(self.remade), "no_images": others}
        notes = [{"file": file, "note": note} for file, note in sorted(self.notes.items())]
        return head | drifts | rest | {"withheld": self.withheld, "doubt": self.doubt, "notes": notes}


def judge(campaign: str, suspicion: Suspicion, outcome: Outcome) -> Drift | None:
    """What was wrong with a photo of `campaign`, judged by the outcome of processing it; None if nothing was."""
    if outcome.status == "stored":
        if suspicion == "missing":
            return "missed"
        return "stale" if outcome.campaign == campaign else "orphaned"
    if outcome.status == "removed":
        return "stale" if outcome.error else "orphaned"
    if outcome.error:
        return "stale" if suspicion == "differs" else "missed"
    return None


def totals(reports: Iterable[SyncReport]) -> dict[str, int]:
    """The number of photos missed, stale, … in all campaigns."""
    listed = list(reports)
    return {name: sum(len(getattr(one, name)) for one in listed) for name in (*DRIFTS, "repaired", "unreachable")}
