"""Makes one look of one photo: reads the archive, runs the steps, stores the result.

The photo's lock is held only while the result is stored, and the photo must still be the same then: making one takes
seconds, and a notification must not wait for it. Meanwhile another lock keeps other processes from making the same.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.adapters.imaging.looks import xmp
from app.adapters.store import Store
from app.adapters.store.documents import MOMENT
from app.adapters.store.photos import marks
from app.adapters.store.photos.entries import Entry, LookNote
from app.core.config import Campaign, Campaigns
from app.core.errors import LookFailed, ModelFailed, PhotoBusy, PictureError
from app.services.looks import records
from app.services.looks.due import State, state
from app.services.looks.recipes import Look
from app.services.looks.steps import Picture, Subject
from app.services.looks.tools import Tools

LOG = logging.getLogger(__name__)
Word = Literal["made", "current", "failed", "gone", "changed"]


@dataclass(frozen=True)
class Outcome:
    """`word`: what became of it. gone: the campaign has no such photo (any more); changed: it is another one now, whose
    look is still to be made; failed: see `reason`, which names nobody.
    """

    word: Word
    reason: str = ""


class Making:
    """Thread-safe as far as its steps are. `clock`: UTC; `watch`: seconds, monotonic."""

    def __init__(
        self,
        store: Store,
        campaigns: Campaigns,
        tools: Tools,
        clock: Callable[[], datetime],
        watch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._campaigns = campaigns
        self._tools = tools
        self._clock = clock
        self._watch = watch

    def state(self, campaign: str, look: Look, public_id: str) -> State | None:
        """The state of a look; None if the campaign has no such photo. Raises StoreUnavailable, BadPublicId."""
        number = self._number(campaign, public_id)
        return None if number is None else self._state(campaign, look, public_id, number)

    def make(self, campaign: str, look: Look, public_id: str, *, retry: bool = False, patience: float = 0) -> Outcome:
        """Makes a look that is missing or stale; one that failed only with `retry`. A failure of the photo is noted.

        Raises PhotoBusy if another process makes it and is not done after `patience` seconds; ModelFailed,
        StoreUnavailable, BadPublicId, and NotFound for an unknown campaign.
        """
        from app.adapters.imaging.looks import (
            finished,  # here and below: commands that make no look have no use for NumPy
        )

        self._campaigns.require(campaign)
        looks = self._store.looks
        looks.path(campaign, look.name, public_id, "")  # raises before anything is locked
        with looks.lock(campaign, look.name, public_id, patience):
            number = self._number(campaign, public_id)
            if number is None:
                return Outcome("gone")
            found = self._state(campaign, look, public_id, number)
            if found == "current" or (found == "failed" and not retry):
                return Outcome("current" if found == "current" else "failed", self._reason(campaign, look, public_id))
            archive = self._store.photos.archive(campaign, public_id)
            if archive is None:
                return Outcome("gone")
            begun = self._watch()
            try:
                picture = self._finished(self._campaigns[campaign], look, public_id, number, archive)
                result, intermediate = finished.files(picture.pixels)
            except (LookFailed, PictureError) as error:
                return self._failed(campaign, look, public_id, number, str(error))
            record = records.Record(look.name, public_id, look.recipe, number, picture.notes)
            data = xmp.inserted(result[0], record.values())
            with self._store.photos.lock(public_id):
                if self._number(campaign, public_id) != number:
                    return Outcome("changed")
                looks.put(campaign, look.name, public_id, (data, result[1]), intermediate, number)
                seconds = round(self._watch() - begun, 2)
                if look.is_painted:  # while the photo is locked: a person who is erased stays so
                    self._log(campaign, record, seconds)
            height, width = picture.pixels.shape[:2]
            note = LookNote(width, height, len(data), f"{self._clock():{MOMENT}}", seconds)
            self._note(self._campaigns[campaign], look, public_id, number, note)
        return Outcome("made")

    def give_up(self, campaign: str, look: Look, public_id: str, error: ModelFailed) -> Outcome:
        """Notes that a look cannot be made because of the model, after all attempts."""
        number = self._number(campaign, public_id)
        return Outcome("gone") if number is None else self._failed(campaign, look, public_id, number, str(error))

    def _finished(self, campaign: Campaign, look: Look, public_id: str, number: int, archive: bytes) -> Picture:
        from app.adapters.imaging.looks import finished

        photo = self._store.photos.find(campaign.name, [public_id]).get(public_id)
        entry = self._store.catalogue.entries(campaign.name).get(public_id) if campaign.catalogue else None
        approved_at = photo.approved_at / 10**9 if photo else 0.0
        subject = Subject(campaign, public_id, marks.version(number), approved_at, entry)
        picture = Picture(finished.pixels(archive))
        for step in look.steps:
            picture = step.kind.apply(picture, step.options, subject, self._tools)
        return picture

    def _note(self, campaign: Campaign, look: Look, public_id: str, number: int, note: LookNote) -> None:
        """Notes a result in the catalogue, if it knows the picture that it was made of."""
        entry = self._store.catalogue.entries(campaign.name).get(public_id) if campaign.catalogue else None
        if entry is None or entry.version % marks.VERSIONS != marks.version(number):
            return
        known = Entry(public_id, entry.asset_id, entry.version, exact=entry.exact, looks={look.name: note})
        try:
            self._store.catalogue.add(campaign.name, [known])
        except PhotoBusy as error:
            LOG.warning("The catalogue does not note the look %s of %s: %s", look.name, public_id, error)

    def _log(self, campaign: str, record: records.Record, seconds: float) -> None:
        """Writes down how a picture was painted. The result says so too, so nothing is lost where the log is busy."""
        try:
            self._store.logs.look(campaign, self._clock(), record.painted(seconds))
        except PhotoBusy as error:
            LOG.warning("The look %s of %s is not in the log: %s", record.look, record.public_id, error)

    def _failed(self, campaign: str, look: Look, public_id: str, number: int, reason: str) -> Outcome:
        record = records.Record(look.name, public_id, look.recipe, number)
        note = {**record.values(), "reason": reason, "time": f"{self._clock():{MOMENT}}"}
        with self._store.photos.lock(public_id):
            if self._number(campaign, public_id) != number:
                return Outcome("changed")
            self._store.looks.fail(campaign, look.name, public_id, note)
        LOG.warning("The look %s of %s in %s failed: %s", look.name, public_id, campaign, reason)
        return Outcome("failed", reason)

    def _number(self, campaign: str, public_id: str) -> int | None:
        """Of the photo; None where it is not whole."""
        if not self._store.photos.has(campaign, public_id):
            return None
        return self._store.photos.version(campaign, public_id)

    def _state(self, campaign: str, look: Look, public_id: str, number: int) -> State:
        head = self._store.looks.result_start(campaign, look.name, public_id, xmp.HEAD)
        failure = None if head is not None else self._store.looks.failure(campaign, look.name, public_id)
        return state(number, look.recipe, records.of_file(head), records.of_failure(failure), look.asked)

    def _reason(self, campaign: str, look: Look, public_id: str) -> str:
        note = self._store.looks.failure(campaign, look.name, public_id)
        return str(note.get("reason", "")) if note else ""
