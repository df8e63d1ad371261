"""Has the looks of a campaign made: in a process of its own here."""

from dataclasses import dataclass

from app.adapters.jobs import background, environment
from app.adapters.store import Store
from app.core.config import Settings
from app.core.errors import BadParameters
from app.services.looks.recipes import Look
from app.services.looks.standing import standing
from app.services.looks.tools import Tools

# settings of the command; it needs no secret
NEEDED = ("COLLAGEN_STORE", "COLLAGEN_CAMPAIGNS", "COLLAGEN_LOOKS", "COLLAGEN_MODELS")


@dataclass(frozen=True)
class Begun:
    """`photos`: of how many the look is to be made; nothing was started where there are none."""

    photos: int


def begin(settings: Settings, store: Store, campaign: str, look: Look, *, retry: bool = False) -> Begun:
    """Has a look made where it is missing or out of date; with `retry`, also where it failed.

    Raises BadParameters if this machine lacks something for it, StoreUnavailable, also if no process can be started.
    """
    due = standing(store, campaign, look).due(retry=retry)
    if not due:
        return Begun(0)
    tools = Tools(settings.models)
    try:
        lack = look.missing(tools)
    finally:
        tools.close()
    if lack is not None:
        raise BadParameters(f"The look {look.name} cannot be made here: {lack}")
    command = ["app", "look", *(["--retry-failed"] * retry), "--", campaign, look.name]
    known = settings.environment()
    environ = environment.bare({name: known[name] for name in NEEDED})
    background.start(command, f"to make the look {look.name}", locks=(), environ=environ)
    return Begun(len(due))
