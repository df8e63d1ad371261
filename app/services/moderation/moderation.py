"""Approves and rejects photos, many at once, with a reason for each one that failed."""

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from app.adapters.store import Store
from app.core.config import Campaign, Campaigns
from app.core.errors import BadParameters, CloudinaryUnavailable, CollagenError, NotFound, SourceUnavailable
from app.core.sources import Listed, Standing, Status
from app.services.moderation.board import LAG, Board
from app.services.moderation.decided import Decided
from app.services.moderation.lists import Lists, moment
from app.services.reconcile.budget import MARGIN
from app.services.sources import Sources

T = TypeVar("T")
Spend = Callable[[Callable[[], bool]], bool]

AT_ONCE = 4  # calls under way
PAUSES = (0.2, 0.8)  # seconds before a failed call is tried again
LIMITED = "Cloudinary’s hourly limit of calls is reached."
NEAR = 0.2  # of the hourly calls: when fewer are left, pages say so


@dataclass
class Outcome:
    """`done`: the public IDs that have the status now; `failed`: why each of the others may not."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


class Moderation:
    """The moderation of all campaigns. Thread-safe; making one reads nothing and connects to nothing."""

    def __init__(
        self, sources: Sources, store: Store, campaigns: Campaigns, clock: Callable[[], float] = time.time
    ) -> None:
        self._sources = sources
        self._campaigns = campaigns
        self._clock = clock
        self._decided = Decided(store.path, clock=clock)
        self._erasures = store.erasures
        self._lock = threading.Lock()
        self._lists: dict[str, Lists] = {}

    def board(self, campaign: str, *, again: bool = False) -> Board:
        """What waits, is approved and is rejected. `again`: according to lists that are read now.

        Raises SourceUnavailable, SettingError.
        """
        rules = self._campaigns[campaign]
        return self._of(rules).board(rules.folder, again=again)

    def find(self, campaign: str, public_id: str) -> Listed:
        """A photo of the campaign, as lists have it. Raises NotFound, and what `board` raises."""
        rules = self._campaigns[campaign]
        lists = self._of(rules)
        found = lists.known(rules.folder).get(public_id)
        if found is None:
            lists.board(rules.folder, again=True)
            found = lists.known(rules.folder).get(public_id)
        if found is None:
            raise NotFound(f"The campaign {campaign} has no photo {public_id}.")
        return found

    def named(self, campaign: str) -> Mapping[str, Listed]:
        """By public ID, the photos whose names are known; a thread reads them for the next page if that is due.

        Photos are missing until then, beyond those that lists have, and while the source cannot be reached.
        """
        rules = self._campaigns[campaign]
        return self._of(rules).soon(rules.folder)

    def close(self) -> None:
        """Ends the threads."""
        with self._lock:
            lists = list(self._lists.values())
        for one in lists:
            one.close()

    def sent(self) -> None:
        """Somebody has sent a photo to Cloudinary just now: pages show it soon."""
        self._decided.note_sent()

    def notice(self, campaign: str) -> str:
        """A sentence about Cloudinary's hourly limit of calls, if it is near; otherwise ""."""
        rules = self._campaigns[campaign]
        return limit_notice(self._sources[rules.source].quota.standing, self._clock())

    def decide(
        self, campaign: str, public_ids: Sequence[str], status: Status, spend: Spend | None = None
    ) -> Iterator[tuple[str, str | None]]:
        """Gives photos of a campaign this status: one call each. Yields each public ID, and why it failed, if it did.

        `spend`: makes one call, at a time that suits the hourly limit; by default a photo fails if calls have to be
        kept for webhooks. Raises SettingError.
        """
        rules = self._campaigns[campaign]
        source = self._sources[rules.source]
        known = self._of(rules).known(rules.folder)
        for_now = spend or (lambda call: self._while_there_are_calls(source.quota.standing, call))

        def act(public_id: str) -> tuple[str, str | None]:
            try:
                if not for_now(lambda: self._moderate(rules, public_id, status, known.get(public_id))):
                    return public_id, f"There is no photo {public_id} in {campaign} any more."
            except CollagenError as error:
                limited = isinstance(error, CloudinaryUnavailable) and error.limit_reached
                return public_id, LIMITED if limited else error.public
            return public_id, None

        with ThreadPoolExecutor(AT_ONCE if source.remote else 1, thread_name_prefix="moderate") as pool:
            yield from pool.map(act, dict.fromkeys(public_ids))

    def outcome(self, campaign: str, public_ids: Sequence[str], status: Status) -> Outcome:
        """All at once, as `decide`."""
        found = Outcome()
        for public_id, reason in self.decide(campaign, public_ids, status):
            if reason is None:
                found.done.append(public_id)
            else:
                found.failed[public_id] = reason
        return found

    def _moderate(self, rules: Campaign, public_id: str, status: Status, row: Listed | None) -> bool:
        source = self._sources[rules.source]
        if row is None:  # lists may not have it yet: what it is costs a call
            asset = source.state(public_id)
            if asset is None or asset.folder != rules.folder:
                return False
        else:
            asset = row.asset
        if source.remote:
            said = self._decided.among([asset]).get(asset.asset_id)
            if said is not None and said.status == status and self._clock() < said.at + LAG:
                return True  # the answer to an earlier request was lost
        for pause in (*PAUSES, None):
            try:
                there = source.moderate(public_id, status, asset.type)
            except SourceUnavailable as error:
                if pause is None or not source.remote or getattr(error, "limit_reached", False):
                    raise
                time.sleep(pause)
            else:
                if there and source.remote:
                    self._decided.note(asset, status)
                elif there and status == "approved" and not ((now := source.state(public_id)) and now.approved):
                    raise BadParameters(f"{public_id} stays rejected: people.csv says that there is no consent.")
                return there
        raise AssertionError("the last attempt returns or raises")

    def _while_there_are_calls(self, standing: Standing, call: Callable[[], T]) -> T:
        if is_spent(standing, self._clock()):
            raise CloudinaryUnavailable("The calls that are left this hour are kept for webhooks.", limit_reached=True)
        return call()

    def _of(self, rules: Campaign) -> Lists:
        with self._lock:
            if rules.source not in self._lists:
                self._lists[rules.source] = Lists(
                    self._sources[rules.source], self._decided, self._erasures, self._clock
                )
            return self._lists[rules.source]


def is_spent(standing: Standing, now: float) -> bool:
    """Whether the calls that are left this hour have to be kept for webhooks. Pure."""
    if standing.left is None or standing.reset is None or now > standing.reset:
        return False
    return standing.left <= math.ceil(MARGIN * (standing.limit or 0))


def limit_notice(standing: Standing, now: float) -> str:
    """What to say about the hourly limit; "" if it is far. Pure."""
    if standing.left is None or standing.reset is None or now > standing.reset:
        return ""
    when = moment(standing.reset)
    if is_spent(standing, now):
        return f"Cloudinary’s hourly limit of calls is nearly used up; decisions can go on at {when}."
    if standing.left < NEAR * (standing.limit or 0):
        return f"Cloudinary takes {standing.left} more calls until {when}; each decision is one."
    return ""
