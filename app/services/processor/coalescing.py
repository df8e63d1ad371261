"""Answers many notifications about one photo with one lookup in Cloudinary. Pure.

Times are by Cloudinary's own clock, as the signatures show it: when a notification arrives, that clock has passed its
signing time, so a lookup made some seconds after arrival was made at least as long after signing. The answer covers
everything signed earlier, which needs no further lookup.
"""

import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.adapters.store.documents import an_object
from app.adapters.store.names import digest
from app.core import limits

MARGIN = 2.0  # seconds: signed times are whole seconds, and the clocks of Cloudinary's machines differ a little
KEPT = 32  # photos remembered among those that share a lock


@dataclass(frozen=True)
class Lookups:
    """When photos were last looked up in Cloudinary and brought up to date: the last two times each.

    In seconds since 1970 by Cloudinary's clock, or earlier. Photos are keyed by a digest that identifies nobody.
    """

    times: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def covers(self, public_id: str, signed: float) -> bool:
        """Whether a lookup already covers a notification signed at this time."""
        return max(self._of(public_id), default=0.0) >= signed + MARGIN

    def pause(self, public_id: str, signed: float) -> float:
        """How many seconds after its arrival to act on a notification.

        At once, unless there were already two lookups around its signing time.
        """
        lately = [when for when in self._of(public_id) if when > signed - limits.BURST_SECONDS]
        return limits.BURST_SECONDS if len(lately) > 1 else 0.0

    def at(self, public_id: str, when: float) -> "Lookups":
        """A copy with one more lookup of a photo, at this time."""
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
    """Reads what `written` returned; damaged data reads as empty, at the cost of one more lookup."""
    try:
        noted = (an_object(written) or {}).items()
        times = {key: tuple(float(time) for time in its) for key, its in noted}
    except (ValueError, TypeError, OverflowError):
        return Lookups()
    return Lookups(times) if all(map(math.isfinite, itertools.chain(*times.values()))) else Lookups()
