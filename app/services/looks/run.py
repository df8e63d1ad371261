"""Makes a look of many photos, one after another: those where it is missing or stale."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.adapters.imaging import xmp
from app.adapters.store import Store
from app.core.ahead import ahead
from app.core.errors import BadPublicId, ModelFailed, NotFound, SettingError
from app.services.looks import records
from app.services.looks.due import State, state
from app.services.looks.making import Making, Outcome
from app.services.looks.recipes import Look
from app.services.looks.tools import Tools

READERS = 8  # threads that look into results on a network file system
PATIENCE = 300  # seconds for another process that makes the same

Report = Callable[[str, Outcome], None]


@dataclass
class Standing:
    """The photos of a campaign (public IDs, in order of approval) by the state of a look."""

    by_state: dict[State, list[str]] = field(
        default_factory=lambda: {"current": [], "missing": [], "stale": [], "failed": []}
    )

    def due(self, *, retry: bool = False) -> list[str]:
        """Those that have to be made."""
        return [*self.by_state["missing"], *self.by_state["stale"], *(self.by_state["failed"] if retry else [])]


def standing(store: Store, campaign: str, look: Look, only: Iterable[str] = ()) -> Standing:
    """How far a look is. `only`: of these photos. Raises NotFound if one is not in the campaign, StoreUnavailable."""
    photos = [photo.public_id for photo in store.photos.all(campaign)]
    wanted = list(dict.fromkeys(only))
    unknown = sorted(set(wanted).difference(photos))
    if unknown:
        raise NotFound(f"{campaign} has no photo {unknown[0]!r}; check the spelling.")
    chosen = wanted or photos
    numbers = store.photos.versions(campaign, chosen)
    done = store.looks.finished(campaign, look.name)
    failed = store.looks.failures(campaign, look.name)
    with_result = [public_id for public_id in chosen if public_id in done]

    def record(public_id: str) -> records.Record | None:
        return records.of_file(store.looks.result_start(campaign, look.name, public_id, xmp.HEAD))

    made = dict(zip(with_result, ahead(record, with_result, READERS), strict=True))
    found = Standing()
    for public_id in chosen:
        if public_id in numbers:
            note = records.of_failure(failed.get(public_id))
            found.by_state[state(numbers[public_id], look.recipe, made.get(public_id), note)].append(public_id)
    return found


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
