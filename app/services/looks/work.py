"""Has a look of a campaign made: by a process that starts here, which orders it where a queue is set."""

import os
from dataclasses import dataclass

from app.adapters.jobs import background, environment
from app.adapters.store import Store
from app.core.config import Settings
from app.core.errors import BadParameters
from app.services.looks.ordering import queue_of
from app.services.looks.recipes import Look
from app.services.looks.standing import standing
from app.services.looks.tools import Tools

# settings of the command; it needs no secret of ours
NEEDED = (
    *("COLLAGEN_STORE", "COLLAGEN_CAMPAIGNS", "COLLAGEN_LOOKS", "COLLAGEN_MODELS", "COLLAGEN_LOOKS_QUEUE"),
    *("COLLAGEN_STYLES_QUEUE", "COLLAGEN_DIFFUSION", "COLLAGEN_DIFFUSION_DEVICE", "COLLAGEN_DIFFUSION_PRECISION"),
)


@dataclass(frozen=True)
class Begun:
    """`photos`: of how many the look is to be made; nothing was started where there are none."""

    photos: int


def begin(settings: Settings, store: Store, campaign: str, look: Look, *, retry: bool = False) -> Begun:
    """Has a look made where it is missing or out of date; with `retry`, also where it failed.

    While a process that was started here earlier is at it, no other is started. Raises BadParameters if this machine
    would have to make it and lacks something, StoreUnavailable, also if no process can be started.
    """
    due = standing(store, campaign, look).due(retry=retry)
    if not due:
        return Begun(0)
    if queue_of(settings, look) is None:
        _require(settings, look)
    lock = store.looks.begin(campaign, look.name)
    if lock is not None:
        try:
            _start(settings, campaign, look, lock, retry=retry)
        finally:
            os.close(lock)  # the process has it by now
    return Begun(len(due))


def send_again(settings: Settings) -> None:
    """Brings the orders in the dead-letter queue back to the queue. Raises BadParameters without a queue,
    StoreUnavailable if no process can be started.
    """
    if settings.looks_queue is None and settings.styles_queue is None:
        raise BadParameters("COLLAGEN_LOOKS_QUEUE is not set: no order can have failed.")
    for url, which in ((settings.looks_queue, ["--looks"]), (settings.styles_queue, ["--looks", "--styles"])):
        if url is not None:
            _run(settings, ["app", "worker", *which, "--redrive"], "to send orders of looks again")


def _require(settings: Settings, look: Look) -> None:
    tools = Tools.of(settings)
    try:
        lack = look.missing(tools)
    finally:
        tools.close()
    if lack is not None:
        raise BadParameters(f"The look {look.name} cannot be made here: {lack}")


def _start(settings: Settings, campaign: str, look: Look, lock: int, *, retry: bool) -> None:
    command = ["app", "look", *(["--retry-failed"] * retry), "--", campaign, look.name]
    _run(settings, command, f"to make the look {look.name}", lock)


def _run(settings: Settings, command: list[str], purpose: str, *locks: int) -> None:
    known = settings.environment()
    environ = {name: known[name] for name in NEEDED}
    if settings.looks_queue is not None or settings.styles_queue is not None:  # boto3's own, such as a region or a key
        environ |= {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    background.start(command, purpose, locks=locks, environ=environment.bare(environ))
