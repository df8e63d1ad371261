"""A test picture's way: uploaded, notified, approved, stored, deleted, and gone again.

Whether a notification has arrived is seen in the store, so this must run where the service's store is. Nothing of the
picture stays, in Cloudinary or here, however the trip ends; what a killed trip left, the next one removes.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.adapters import imaging
from app.adapters.cloudinary import Cloudinary, NewPicture, Uploads
from app.adapters.cloudinary.setup import preset_of
from app.adapters.store import Store
from app.core.config import Campaign
from app.services.connect.plan import OK, WRONG, Finding

NAME = "collagen-connect-"  # how the public ID of a test picture begins
PATIENCE = 90.0  # seconds for each notification: a queue and its worker need a few
EVERY = 0.2  # seconds between two looks


@dataclass(frozen=True)
class Way:
    """What the trip needs. `say` reports each stop."""

    cloudinary: Cloudinary
    uploads: Uploads
    store: Store
    say: Callable[[str], None]
    patience: float = PATIENCE


class Failed(Exception):
    """A stop that was not reached; the message is for the finding."""


def choose(campaigns: Sequence[Campaign]) -> Campaign:
    """The campaign for the test picture: one for trials, if there is one. Pure."""
    return next((campaign for campaign in campaigns if campaign.test_address), campaigns[0])


def travel(way: Way, campaign: Campaign, *, preset: bool) -> Finding:
    """Sends a test picture to a campaign, by its upload preset where there is one (`preset`).

    Raises CloudinaryUnavailable, StoreUnavailable.
    """
    way.store.root.require()
    fixed = way.cloudinary.fixed_folders()
    prefix = f"{campaign.folder}/{NAME}" if fixed else NAME
    for left in way.cloudinary.beginning_with(prefix):
        way.cloudinary.delete(left)
        _clear(way.store, campaign, left)
    public_id = f"{prefix}{secrets.token_hex(6)}"
    trip = _Trip(way, campaign, public_id)
    try:
        trip.go(preset=preset, fixed=fixed)
    except Failed as error:
        return Finding("round trip", WRONG, str(error))
    finally:
        trip.end()
    return Finding("round trip", OK, f"a test picture was stored in {campaign.name}, and removed again")


class _Trip:
    def __init__(self, way: Way, campaign: Campaign, public_id: str) -> None:
        self._way = way
        self._campaign = campaign
        self._public_id = public_id
        self._deleted = False

    def go(self, *, preset: bool, fixed: bool) -> None:
        way, name = self._way, self._campaign.name
        self._upload(preset=preset, fixed=fixed)
        way.say("A test picture is uploaded; waiting for its notification")
        self._wait("upload", f"It has not reached the store {way.store.path} in {way.patience:g} s. {_REASONS}")
        way.cloudinary.moderate(self._public_id, "approved")
        way.say("It is approved; waiting until it is stored")
        self._wait("approved", f"The approval has not reached the store in {way.patience:g} s. {_REASONS}")
        if name not in way.store.photos.holders(self._public_id):
            raise Failed(f"The approval arrived, but {name} did not store the picture. {self._why()}")
        self._deleted = way.cloudinary.delete(self._public_id)
        way.say("It is deleted; waiting until it is removed here")
        self._wait("delete", f"The deletion has not reached the store in {way.patience:g} s. {_REASONS}")
        if way.store.photos.holders(self._public_id):
            raise Failed("The deletion arrived, but the picture was not removed. The service's log says why.")

    def _upload(self, *, preset: bool, fixed: bool) -> None:
        picture, campaign = imaging.sample()[0], self._campaign
        if preset:  # a folder in the public ID comes from the preset
            bare = self._public_id.rpartition("/")[2]
            uploaded = self._way.uploads.upload_by(
                preset_of(campaign.name), NewPicture(bare, picture, "test.png", None)
            )
            if uploaded != self._public_id:
                self._public_id = uploaded
                raise Failed(f"Cloudinary called the picture {uploaded}; does the preset change public IDs?")
        else:
            folder = None if fixed else campaign.folder
            self._way.uploads.upload(NewPicture(self._public_id, picture, "test.png", folder))

    def _wait(self, status: str, complaint: str) -> None:
        deadline = time.monotonic() + self._way.patience
        while status not in self._way.store.filed.statuses(self._campaign.name, self._public_id):
            if time.monotonic() > deadline:
                raise Failed(complaint)
            time.sleep(EVERY)

    def _why(self) -> str:
        lines = self._way.store.logs.tail(self._campaign.name, 50)
        line = next((line for line in lines if f"ERROR {self._public_id}" in line), "")
        return line.partition(self._public_id)[2].strip() or "Does it go to another campaign? See its processor.log."

    def end(self) -> None:
        """Removes every trace; what still arrives is not kept."""
        try:
            if not self._deleted:
                self._way.cloudinary.delete(self._public_id)
        finally:
            _clear(self._way.store, self._campaign, self._public_id)


_REASONS = (
    "The service's log shows each notification: 401 is a secret that COLLAGEN_WEBHOOK_SECRETS lacks; none at all means"
    " that Cloudinary cannot reach the address, or that the service has another store."
)


def _clear(store: Store, campaign: Campaign, public_id: str) -> None:
    """Removes a test picture from the mirror, the notifications and the log. Raises StoreUnavailable, PhotoBusy."""
    store.erasures.note((), [public_id])
    with store.photos.lock(public_id):
        for holder in store.photos.holders(public_id):
            store.catalogue.purge(holder, [public_id], lambda _: False)
            store.photos.remove(holder, public_id)
    store.filed.remove(campaign.name, public_id)
    store.logs.purge(campaign.name, lambda line: public_id in line)
