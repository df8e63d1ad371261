"""Plans a run, and checks that the collage may be shown at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.adapters.store import Store
from app.core.config import Campaign
from app.core.errors import CollageUnsound
from app.services.check.collages import collage_findings
from app.services.collage.withdrawn import Withdrawn, require_nobody
from app.services.notify.message import Templates
from app.services.notify.recipients import Options, Selection


@dataclass(frozen=True)
class MailPlan:
    """What a run would do. `shown`: public ID and address of everyone in the collage, in grid order.

    `anonymous`: the public IDs of those whose opens may not be recorded by person.
    """

    campaign: Campaign
    collage: str
    options: Options
    shown: Sequence[tuple[str, str | None]]
    selection: Selection
    templates: Templates
    anonymous: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        recipients = [{"address": one.address, "photo": one.public_id} for one in self.selection.recipients]
        return {
            "campaign": self.campaign.name,
            "collage": self.collage,
            "recipients": recipients,
            "skipped": self.selection.skipped,
        }


def require_sound(store: Store, campaign: str, collage: str) -> None:
    """Raises CollageUnsound if `check` finds a fault in the collage, or it shows somebody who has withdrawn.

    Raises NotFound if there is no such collage.
    """
    found = collage_findings(store, campaign, collage)
    if found:
        more = f" (and {len(found) - 1} more)" if found[1:] else ""
        raise CollageUnsound(
            f"The collage {collage} of {campaign} is not sound, so nobody is told of it: {found[0].path.name}"
            f" {found[0].problem}{more}; see: python -m app check {campaign}"
        )
    require_nobody(campaign, collage, Withdrawn(store).of(campaign, collage), "nobody is told of it")
