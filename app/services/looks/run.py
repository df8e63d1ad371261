"""Makes a look of many photos, one after another: those where it is missing or stale."""

from collections.abc import Callable, Sequence

from app.core.errors import BadPublicId, ModelFailed, SettingError
from app.services.looks.making import Making, Outcome
from app.services.looks.recipes import Look
from app.services.looks.standing import Standing, standing
from app.services.looks.tools import Tools

__all__ = ["Standing", "run", "standing"]

PATIENCE = 300  # seconds for another process that makes the same

Report = Callable[[str, Outcome], None]


def run(
    making: Making,
    campaign: str,
    look: Look,
    public_ids: Sequence[str],
    tools: Tools,
    report: Report,
    *,
    retry: bool = False,
) -> None:
    """Makes a look of these photos; `report` gets what became of each. It can be ended at any time, and begun again.

    A photo on which the model fails (memory, a crash) is tried twice, then noted as failed. Raises SettingError if
    this machine lacks something for the look, StoreUnavailable, PhotoBusy.
    """
    lack = look.missing(tools)
    if lack is not None:
        raise SettingError(f"The look {look.name} cannot be made here: {lack}")
    for public_id in public_ids:
        report(public_id, _made(making, campaign, look, public_id, retry=retry))


def _made(making: Making, campaign: str, look: Look, public_id: str, *, retry: bool) -> Outcome:
    try:
        return making.make(campaign, look, public_id, retry=retry, patience=PATIENCE)
    except BadPublicId as error:
        return Outcome("failed", str(error))
    except ModelFailed:
        pass
    try:
        return making.make(campaign, look, public_id, retry=retry, patience=PATIENCE)
    except ModelFailed as error:
        return making.give_up(campaign, look, public_id, error)
