"""How far a look of a campaign is: its photos by state, and which of them may be shown in it."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from app.adapters.imaging.looks import xmp
from app.adapters.store import Store
from app.adapters.store.stamped import Stamp
from app.core.ahead import ahead
from app.core.errors import NotFound
from app.services.looks import records
from app.services.looks.due import State, state
from app.services.looks.recipes import Look
from app.services.looks.records import Record

READERS = 8  # threads that look into results on a network file system
SETTLED = 2.0  # seconds; no file system's timestamps are coarser
QUICK = 0.1  # seconds of a reading that may be repeated at once; a longer one only after
REST = 10  # times as long


@dataclass
class Standing:
    """The photos of a campaign (public IDs, in order of approval) by the state of a look."""

    by_state: dict[State, list[str]] = field(
        default_factory=lambda: {"current": [], "missing": [], "stale": [], "failed": []}
    )

    def due(self, *, retry: bool = False) -> list[str]:
        """Those that have to be made."""
        return [*self.by_state["missing"], *self.by_state["stale"], *(self.by_state["failed"] if retry else [])]

    def counts(self) -> dict[State, int]:
        return {state: len(public_ids) for state, public_ids in self.by_state.items()}


@dataclass(frozen=True)
class _Known:
    """A standing. `since`: when these stamps were first seen; `at`: when it was read; `took`: seconds."""

    recipe: str
    stamps: tuple[Stamp | None, Stamp | None]
    since: float
    at: float
    took: float
    standing: Standing


class Standings:
    """How far looks are, kept in memory until their files or the photos change. Threads may share it.

    While results are being made, a standing is read again at most during a tenth of the time. `clock`: seconds,
    monotonic.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[tuple[str, str], _Known] = {}

    def of(self, campaign: str, look: Look) -> Standing:
        """Raises StoreUnavailable."""
        stamps, now = (self._store.photos.stamp(campaign), self._store.looks.stamp(campaign, look.name)), self._clock()
        known = self._known.get((campaign, look.name))
        if known is not None and known.recipe == look.recipe:
            same = known.stamps == stamps
            resting = known.took > QUICK and now - known.at < REST * known.took
            if resting or (same and known.at - known.since >= SETTLED):
                return known.standing
        since = known.since if known is not None and known.stamps == stamps else now
        found = standing(self._store, campaign, look)
        self._known[campaign, look.name] = _Known(look.recipe, stamps, since, now, self._clock() - now, found)
        return found


@dataclass(frozen=True)
class UsedLook:
    """A look in which photos are shown. `recipe`: the hash of the recipe by which it was made."""

    name: str
    recipe: str


def standing(store: Store, campaign: str, look: Look, only: Iterable[str] = ()) -> Standing:
    """How far a look is. `only`: of these photos. Raises NotFound if one is not in the campaign, StoreUnavailable."""
    photos = [photo.public_id for photo in store.photos.all(campaign)]
    wanted = list(dict.fromkeys(only))
    unknown = sorted(set(wanted).difference(photos))
    if unknown:
        raise NotFound(f"{campaign} has no photo {unknown[0]!r}; check the spelling.")
    chosen = wanted or photos
    numbers = store.photos.versions(campaign, chosen)
    failed = store.looks.failures(campaign, look.name)
    made = results(store, campaign, look.name, chosen)
    found = Standing()
    for public_id in chosen:
        if public_id in numbers:
            note = records.of_failure(failed.get(public_id))
            found.by_state[state(numbers[public_id], look.recipe, made.get(public_id), note, look.asked)].append(
                public_id
            )
    return found


def results(store: Store, campaign: str, look: str, public_ids: Collection[str]) -> Mapping[str, Record | None]:
    """What the result of each of these photos says of itself, where there is one. Raises StoreUnavailable."""
    done = store.looks.finished(campaign, look)
    with_result = [public_id for public_id in public_ids if public_id in done]

    def record(public_id: str) -> Record | None:
        return records.of_file(store.looks.result_start(campaign, look, public_id, xmp.HEAD))

    return dict(zip(with_result, ahead(record, with_result, READERS), strict=True))


def shown_by(store: Store, campaign: str, look: str, public_ids: Collection[str]) -> dict[str, str]:
    """The recipe of each result that shows the photo as it is today. Raises StoreUnavailable."""
    numbers = store.photos.versions(campaign, public_ids)
    return {
        public_id: record.recipe
        for public_id, record in results(store, campaign, look, public_ids).items()
        if record is not None and record.number == numbers.get(public_id)
    }
