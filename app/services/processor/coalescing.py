"""Many notifications about one photo are one question to Cloudinary, not many. Pure.

What counts is Cloudinary's own clock, of which the signed time of each notification tells: when one arrives, that clock
has passed the time at which it was signed, so that a question asked so many seconds later was asked so many seconds
after it. Cloudinary's answer then knows of everything signed before, and nothing is asked again because of it.
"""

import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.adapters.store.documents import an_object
from app.adapters.store.names import digest
from app.core import limits

MARGIN = 2.0  # seconds: signed times are whole ones, and not all of Cloudinary's machines have quite the same clock
KEPT = 32  # photos, of those that share a lock


@dataclass(frozen=True)
class Lookups:
    """When Cloudinary was last asked about each of some photos, and the store made right: the last two times.

    In seconds since 1970 by Cloudinary's clock, or earlier. Photos are known by a digest that names nobody.
    """

    times: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def covers(self, public_id: str, signed: float) -> bool:
        """Whether everything that was so when a notification was signed is known already."""
        return max(self._of(public_id), default=0.0) >= signed + MARGIN

    def pause(self, public_id: str, signed: float) -> float:
        """How many seconds after its arrival a notification should be acted on.

        At once, unless Cloudinary was asked twice already around the time at which it was signed.
        """
        lately = [when for when in self._of(public_id) if when > signed - limits.BURST_SECONDS]
        return limits.BURST_SECONDS if len(lately) > 1 else 0.0

    def at(self, public_id: str, when: float) -> "Lookups":
        """The same after Cloudinary was asked about a photo at this time."""
        mine = digest(public_id)
        last = sorted((*self._of(public_id), when))[-2:]
        others = [(key, times) for key, times in self.times.items() if key != mine]
        return Lookups(dict([*others, (mine, tuple(last))][-KEPT:]))

    def _of(self, public_id: str) -> tuple[float, ...]:
        return self.times.get(digest(public_id), ())

    def written(self) -> bytes:
        """For `read`."""
        return json.dumps(self.times).encode("ascii")


def read(written: bytes) -> Lookups:
    """What `written` gave; of what is damaged, nothing: then Cloudinary is asked once more than needed."""
    try:
        noted = (an_object(written) or {}).items()
        times = {key: tuple(float(time) for time in its) for key, its in noted}
    except (ValueError, TypeError, OverflowError):
        return Lookups()
    return Lookups(times) if all(map(math.isfinite, itertools.chain(*times.values()))) else Lookups()
