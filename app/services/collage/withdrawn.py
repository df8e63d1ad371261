"""Who of the people that a finished collage shows has withdrawn: the campaign no longer holds their photo.

The store's state at the moment of asking decides, not an event, so the answer is right whatever removed the photo, on
whatever host, and even if that process died right after. A photo that is approved again is no longer withdrawn; one
whose picture was replaced by a newer version never was.
"""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from app.adapters.store import Store
from app.adapters.store.stamped import Stamp, Stamped
from app.core.errors import CollageUnsound

REMEMBERED = 64  # collages whose people are kept in memory
SETTLED = 2.0  # seconds; no file system's timestamps are coarser


@dataclass(frozen=True)
class _Listing:
    """The approved photos of a campaign. `since`: when this stamp was first seen, `at`: when they were listed."""

    stamp: Stamp
    since: float
    at: float
    public_ids: frozenset[str]


@dataclass(frozen=True)
class _Answer:
    """Who of these people the campaign did not hold: the same objects have the same answer."""

    people: tuple[str, ...]
    held: frozenset[str]
    gone: list[str]


class Withdrawn:
    """Answers for the collages of a store. Threads may share it.

    A campaign's photos are listed again only when their directory's stamp changes: an answer costs two calls to the
    store, however many people there are. `clock`: seconds, monotonic.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._listings: dict[str, _Listing] = {}
        self._shown: Stamped[tuple[str, str], tuple[str, ...]] = Stamped(REMEMBERED)
        self._answers: dict[tuple[str, str], _Answer] = {}

    def of(self, campaign: str, collage: str) -> list[str]:
        """The public IDs of those who have withdrawn, in the order of the grid.

        Raises NotFound where there is no such collage, CollageUnsound where nobody can tell whom it shows,
        StoreUnavailable.
        """
        people, held = self._people(campaign, collage), self._held(campaign)
        known = self._answers.get((campaign, collage))
        if known is None or known.people is not people or known.held is not held:
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            known = _Answer(people, held, [public_id for public_id in people if public_id not in held])
            self._answers[campaign, collage] = known
        return self._required(known.gone)

    def held(self, campaign: str) -> int:
        """How many photos the campaign holds. Raises StoreUnavailable."""
        if not (held := self._held(campaign)):
            self._store.root.require()
        return len(held)

    def among(self, campaign: str, shown: Iterable[str]) -> list[str]:
        """Who of these photos the campaign no longer holds. Raises StoreUnavailable."""
        held = self._held(campaign)
        return self._required([public_id for public_id in shown if public_id not in held])

    def _required(self, gone: list[str]) -> list[str]:
        if gone:
            self._store.root.require()  # a store that is not mounted has nobody
        return list(gone)

    def _people(self, campaign: str, collage: str) -> tuple[str, ...]:
        stamp = self._store.collages.stamp(campaign, collage)  # before the manifest: no later one is missed
        return self._shown.get(
            (campaign, collage), stamp, lambda: self._store.collages.manifest(campaign, collage).shown
        )

    def _held(self, campaign: str) -> frozenset[str]:
        """A listing is trusted once its stamp has stayed the same for longer than two changes could share one."""
        stamp, now = self._store.photos.stamp(campaign), self._clock()
        known = self._listings.get(campaign)
        if known is not None and known.stamp == stamp and known.at - known.since >= SETTLED:
            return known.public_ids
        since = known.since if known is not None and known.stamp == stamp else now
        public_ids = self._store.photos.public_ids(campaign)
        self._listings[campaign] = _Listing(stamp, since, now, public_ids)
        return public_ids


def require_nobody(campaign: str, collage: str, withdrawn: Collection[str], so: str) -> None:
    """Raises CollageUnsound where somebody has withdrawn from a collage; `so`: what cannot be done therefore."""
    if withdrawn:
        raise CollageUnsound(
            f"The collage {collage} of {campaign} shows {said(withdrawn)}, so {so}. Rebuild it: on its page, or with "
            f"python -m app collage {campaign} --rebuild {collage}"
        )


def said(withdrawn: Collection[str]) -> str:
    """`1 person who has withdrawn`."""
    return "1 person who has withdrawn" if len(withdrawn) == 1 else f"{len(withdrawn)} people who have withdrawn"
