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

    `agreed`: photos here as they are there, according to the lists; `asked`: photos that Cloudinary was asked about;
    `missed`: approved there and not here; `stale`: an old version or address, or only one of the two files; `orphaned`:
    here and not approved there; `repaired`: of all these, what is right now (in a dry run nothing is); `unreachable`:
    what could not be found out or done, and why; `remade`: intermediates made anew from archives; `no_images`: what is
    approved there and cannot be stored, with Cloudinary's resource type; `withheld`: of the orphaned, what is kept all
    the same, as it is suspiciously much, and `doubt`: what looks wrong; `removed`: what went from every campaign,
    or in a dry run would go.
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

    def found(self, public_id: str, suspicion: Suspicion, outcome: Outcome) -> None:
        """Takes in what Cloudinary's answer about one photo led to."""
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
        """Takes in photos that should be removed, and are not."""
        self.withheld = sorted(public_ids)
        self.orphaned += self.withheld
        self.doubt = doubt

    def failed(self, public_id: str, suspicion: Suspicion) -> None:
        """Takes in a photo that could not be brought to the truth; what a list said of it may well be so."""
        self.asked += 1
        if suspicion != "unlisted":
            (self.missed if suspicion == "missing" else self.stale).append(public_id)

    def as_json(self) -> dict[str, Any]:
        rows = [{"public_id": public_id, "reason": reason} for public_id, reason in sorted(self.unreachable.items())]
        drifts = {name: sorted(getattr(self, name)) for name in (*DRIFTS, "repaired")}
        head = {"campaign": self.campaign, "dry_run": self.dry_run, "agreed": self.agreed, "asked": self.asked}
        others = [{"public_id": public_id, "kind": kind} for public_id, kind in sorted(self.no_images.items())]
        rest = {"unreachable": rows, "remade": sorted(self.remade), "no_images": others}
        return head | drifts | rest | {"withheld": self.withheld, "doubt": self.doubt}


def judge(campaign: str, suspicion: Suspicion, outcome: Outcome) -> Drift | None:
    """What was wrong with a photo of `campaign`, given what its being processed led to; None where nothing was."""
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
    """How many photos of all campaigns were missed, stale, …"""
    listed = list(reports)
    return {name: sum(len(getattr(one, name)) for one in listed) for name in (*DRIFTS, "repaired", "unreachable")}
